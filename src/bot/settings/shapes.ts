/**
 * Shapes of settings: from the text an operator wrote, trimmed and not empty, to the value the bot works with. The message
 * of an issue is the word that says what is wrong.
 */
import type { KeyObject } from 'node:crypto';
import * as z from 'zod';
import { LOOPBACK_PROXIES, type ProxyNetwork, parseProxyNetwork } from '../../hub/proxies.ts';
import { parsePublicKey } from '../../link/signing.ts';
import { placeOf } from '../../store/place.ts';
import { NOTICE_KINDS, type NoticeSettings, WAYS } from '../house/notices.ts';
import type { HeadKeeper } from '../server/audit-watch.ts';

/** What is wrong with the form of a value; `bot:settings.<word>` is its sentence. */
export type ShapeWord =
  /** Set to something of another form. */
  | 'malformed'
  /** Must be https, because it crosses the internet. */
  | 'needs-https'
  /** A webhook's port must be one Telegram calls: 443, 80, 88 or 8443. */
  | 'needs-webhook-port'
  /** Needs a path of its own. */
  | 'needs-path'
  /** A network that holds others than the operator's own machines. */
  | 'too-wide';

/** Reads one setting. */
export type Shape<T> = z.ZodType<T, string>;

/** Ports Telegram delivers webhooks to (https://core.telegram.org/bots/api#setwebhook). */
const WEBHOOK_PORTS = new Set(['', '443', '80', '88', '8443']);
/** This machine, as the host of an address or of `host:port`. */
export const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/;
const SYSLOG_PORT = 514;

const word = (error: ShapeWord) => ({ error });
const malformed = word('malformed');

/** A text of this form. */
export const shaped = (form: RegExp) => z.string().regex(form, malformed);

/** Any text: the name of a file, say. */
export const text = z.string();

/** One of these words. */
export const oneOf = <W extends string>(words: readonly W[]) => z.string().pipe(z.enum(words, malformed));

/** `on` or `off`. */
export const onOff = oneOf(['on', 'off']).transform((word) => word === 'on');

/** A whole number. */
export const whole = (least: number, most: number) =>
  shaped(/^\d{1,9}$/)
    .transform(Number)
    .refine((given) => given >= least && given <= most, malformed);

/** Telegram ids, each once. */
export const ids = shaped(/^[1-9]\d{0,15}([\s,]+[1-9]\d{0,15})*$/)
  .transform((given) => [...new Set(given.split(/[\s,]+/).map(Number))])
  .refine((given) => given.every(Number.isSafeInteger), malformed);

/** Public keys of age, each once; age itself says whether one is a key (bot/keep/backup-file.ts). */
export const ageKeys = shaped(/^age1[a-z0-9]{20,3000}([\s,]+age1[a-z0-9]{20,3000})*$/).transform((given) => [
  ...new Set(given.split(/[\s,]+/)),
]);

/** What a store can be opened by. */
export const storeUrl = z.string().refine((given) => placeOf(given).ok, malformed);

/** An http(s) address without credentials, query or fragment. */
const address = z.string().transform((given, context): URL => {
  const url = URL.canParse(given) ? new URL(given) : null;
  const plain = url && !url.username && !url.password && !url.search && !url.hash;
  if (plain && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
  context.addIssue({ code: 'custom', message: 'malformed' satisfies ShapeWord });
  return z.NEVER;
});

/** An address that may cross the internet: plain http is for this machine only. */
const safeAddress = address.refine(
  (url) => url.protocol === 'https:' || LOOPBACK.test(url.hostname),
  word('needs-https'),
);

/** Such an address, whole. */
export const safePage = safeAddress.transform((url) => url.href);

/** Such an address without a slash at its end. */
export const safeRoot = safeAddress.transform((url) => url.href.replace(/\/+$/, ''));

/** Proxies: `loopback` (this machine), addresses and networks; `none` of them. */
export const proxies = z.string().transform((given, context): readonly ProxyNetwork[] => {
  if (given === 'none') return [];
  const networks: ProxyNetwork[] = [];
  for (const name of given.split(/[\s,]+/)) {
    if (name === 'loopback') networks.push(...LOOPBACK_PROXIES);
    else {
      const read = parseProxyNetwork(name);
      if (read.ok) networks.push(read.value);
      else context.addIssue({ code: 'custom', message: read.failure satisfies ShapeWord });
    }
  }
  return networks;
});

/** Where Telegram may post updates to. */
export const webhookAddress = safeAddress
  .refine((url) => LOOPBACK.test(url.hostname) || WEBHOOK_PORTS.has(url.port), word('needs-webhook-port'))
  .refine((url) => url.pathname.length > 1, word('needs-path'));

/** The public half of an Ed25519 key, as `operator.pub` has it: SPKI DER, base64url. */
export const publicKey = z.string().transform((given, context): KeyObject => {
  const key = parsePublicKey(given);
  if (key) return key;
  context.addIssue({ code: 'custom', message: 'malformed' satisfies ShapeWord });
  return z.NEVER;
});

/** `host:port` or `[v6]:port`; port 0 lets the system choose. */
export const listenAddress = shaped(/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/)
  .transform((given) => {
    const at = given.lastIndexOf(':');
    return { host: given.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(given.slice(at + 1)) };
  })
  .refine(({ port }) => port <= 65_535, malformed);

/** The same, or `off`: null. */
export const listenAddressOrOff = z.string().transform((given, context) => {
  if (given === 'off') return null;
  const read = listenAddress.safeParse(given);
  if (read.success) return read.data;
  context.addIssue({ code: 'custom', message: 'malformed' satisfies ShapeWord });
  return z.NEVER;
});

/** `kind=way` of as many notices as one likes. */
export const noticeWays = z.string().transform((given, context): NoticeSettings['ways'] => {
  const pairs = given.split(/[\s,]+/).map((pair) => pair.split('='));
  const kinds: readonly string[] = NOTICE_KINDS;
  const ways: readonly string[] = WAYS;
  const good = pairs.every(
    ([kind = '', way = '', ...rest]) => kinds.includes(kind) && ways.includes(way) && rest.length === 0,
  );
  if (good) return Object.fromEntries(pairs);
  context.addIssue({ code: 'custom', message: 'malformed' satisfies ShapeWord });
  return z.NEVER;
});

/** A list of `chat`, `file:<path>` and `syslog://host:port`. */
export const headKeepers = z.string().transform((given, context): HeadKeeper[] => {
  const keepers = given.split(/[\s,]+/).map(headKeeper);
  if (keepers.every((keeper) => keeper !== null)) return keepers;
  context.addIssue({ code: 'custom', message: 'malformed' satisfies ShapeWord });
  return z.NEVER;
});

function headKeeper(given: string): HeadKeeper | null {
  if (given === 'chat') return { to: 'chat' };
  if (/^file:./.test(given)) return { to: 'file', path: given.slice('file:'.length) };
  const [, host, port] =
    /^syslog:\/\/(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?\/?$/.exec(given) ?? [];
  const number = Number(port ?? SYSLOG_PORT);
  if (host === undefined || number < 1 || number > 65_535) return null;
  return { to: 'syslog', host: host.replace(/^\[|\]$/g, ''), port: number };
}
