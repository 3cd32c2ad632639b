import * as z from 'zod';
import { badRequest, Refusal } from '../refusal.ts';
import { flag, integer, type Method, method } from './method.ts';

const CONFLICT_WEBHOOK =
  "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
const MAX_POLL_SECONDS = 50;

const getUpdates = method(
  {
    offset: integer.default(0),
    limit: integer.default(100),
    timeout: integer.default(0),
    allowed_updates: z.array(z.string()).optional(),
  },
  (world, { offset, limit, timeout, allowed_updates }, { signal }) => {
    if (world.webhook.active) throw new Refusal(409, CONFLICT_WEBHOOK);
    if (allowed_updates) world.updates.allow(allowed_updates);
    const timeoutMs = clamp(timeout, 0, MAX_POLL_SECONDS) * 1000;
    return world.updates.poll({ offset, limit: clamp(limit, 1, 100), timeoutMs }, signal);
  },
);

const setWebhook = method(
  {
    url: z.string().default(''),
    secret_token: z.string().optional(),
    max_connections: integer.default(40),
    allowed_updates: z.array(z.string()).optional(),
    drop_pending_updates: flag.default(false),
  },
  (world, parameters) => {
    const { url, secret_token: secret, max_connections, allowed_updates, drop_pending_updates } = parameters;
    if (secret !== undefined && !/^[\w-]{1,256}$/.test(secret)) {
      throw badRequest('secret token contains unallowed characters');
    }
    if (url && !isWebhookUrl(url)) throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
    if (drop_pending_updates) world.updates.clear();
    if (allowed_updates) world.updates.allow(allowed_updates);
    world.webhook.set(url ? { url, secret, maxConnections: clamp(max_connections, 1, 100) } : undefined);
    return true;
  },
);

const deleteWebhook = method({ drop_pending_updates: flag.default(false) }, (world, parameters) => {
  if (parameters.drop_pending_updates) world.updates.clear();
  world.webhook.set(undefined);
  return true;
});

const getWebhookInfo = method({}, (world) => world.webhook.info());

export const updateMethods: Readonly<Record<string, Method>> = {
  getUpdates,
  setWebhook,
  deleteWebhook,
  getWebhookInfo,
};

/** Telegram wants https; the sandbox also takes this machine, as a self-hosted Bot API server does. */
function isWebhookUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return (
    protocol === 'https:' || (protocol === 'http:' && /^(?:127\.\d+\.\d+\.\d+|localhost)$/.test(hostname))
  );
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
