import fastify, { type FastifyInstance } from 'fastify';
import { MAX_SMALL_BODY_BYTES } from '../link/messages.ts';
import { failRequests } from './fail-points.ts';
import type { Listener } from './listener.ts';
import { Refusal } from './refusal.ts';
import { closeUnread } from './unread.ts';

/**
 * A server without routes that answers what comes to a listener, as soon as it is ready. What goes wrong before a route is found is
 * answered in our words too, with a `Date` like everything else. Listening and closing are the listener's.
 */
export function createServer(listener: Listener): FastifyInstance {
  const badRequest = new Refusal('bad-request');
  const app = fastify({
    serverFactory: () => listener.server,
    // The listener has answered.
    clientErrorHandler: () => undefined,
    // The one that called, and each before it that it names: the first who is no proxy is whom they speak for.
    trustProxy: listener.isProxy,
    bodyLimit: MAX_SMALL_BODY_BYTES,
    exposeHeadRoutes: false,
    // Routes check with zod and answer with JSON: fastify's own compilers, a third of its start, are for nothing.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    frameworkErrors: (_error, _request, reply) => {
      reply.raw.writeHead(badRequest.status, { 'content-type': 'application/json' });
      reply.raw.end(JSON.stringify(badRequest.body));
    },
  });
  // Before a body is read: fastify would do so even for a path that there is not.
  app.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return;
    closeUnread(request, reply);
    return reply.code(badRequest.status).send(badRequest.body);
  });
  FAIL_POINT: failRequests(app);
  return app;
}

/** @throws Error: no route of ours has a schema of fastify's */
function noSchemas(): never {
  throw new Error('a route has a schema of fastify');
}
