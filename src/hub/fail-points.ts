import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { canFail, reach } from '../kernel/fail-points.ts';

/** Has a test let requests to the hub die, stand still or break off: before anything is done, and before it is told. */
export function failRequests(app: FastifyInstance): void {
  if (!canFail()) return;
  app.addHook('preHandler', async (request, reply) => {
    if ((await reach('hub-before', subjectOf(request))) === null) return;
    breakOff(reply);
    return reply.code(500).send();
  });
  app.addHook('onSend', async (request, reply) => {
    if ((await reach('hub-after', subjectOf(request))) !== null) breakOff(reply);
  });
}

function subjectOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? 'unknown'}`;
}

function breakOff(reply: FastifyReply): void {
  reply.raw.socket?.destroy();
}
