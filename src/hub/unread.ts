/** What becomes of a body that nobody reads. */
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Ends the connection after an answer to a body that was not read: the rest of it would still be received. */
export function closeUnread(request: FastifyRequest, reply: FastifyReply): void {
  if (!request.raw.complete) reply.header('connection', 'close');
}
