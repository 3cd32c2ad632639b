import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyPluginAsync } from 'fastify';
import type { Update } from 'grammy/types';
import type { Result } from '../../kernel/result.ts';
import type { Secret } from '../../kernel/secret.ts';

const MAX_UPDATE_BYTES = 1024 * 1024;
const SECRET_HEADER = 'x-telegram-bot-api-secret-token';

interface WebhookOptions {
  /** Path of the route. */
  path: string;
  /** What Telegram sends along in every request. */
  secret: Secret<string>;
  /** Takes an update; after a failure Telegram sends it again. */
  receive(update: Update): Promise<Result<void, unknown>>;
  /** Whether updates are taken: not before the start and not after the stop. */
  isOpen(): boolean;
}

/** The route Telegram posts updates to, for the hub's server. It answers when the update is on disk. */
export function webhookRoute({ path, secret, receive, isOpen }: WebhookOptions): FastifyPluginAsync {
  return async (server) => {
    server.post(path, {
      bodyLimit: MAX_UPDATE_BYTES,
      // Before the body is read: strangers cost nothing.
      onRequest: async (request, reply) => {
        if (!sameSecret(secret, request.headers[SECRET_HEADER])) await reply.code(403).send();
        else if (!isOpen()) await reply.code(503).send();
      },
      handler: async (request, reply) => {
        const update = request.body;
        if (!isUpdate(update)) return reply.code(400).send();
        const taken = await receive(update);
        // Telegram sends it again after a while, and until then nothing newer of this chat.
        return reply.code(taken.ok ? 200 : 503).send();
      },
    });
  };
}

/** Compares in constant time, whatever the lengths. */
function sameSecret(secret: Secret<string>, given: unknown): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(secret.reveal()), digest(typeof given === 'string' ? given : ''));
}

function isUpdate(value: unknown): value is Update {
  return (
    typeof value === 'object' &&
    value !== null &&
    'update_id' in value &&
    Number.isSafeInteger(value.update_id)
  );
}
