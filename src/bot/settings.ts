/**
 * The bot's configuration: one list of names, read once from the environment at start. A mistake is reported with
 * every other one, by name and with an example, and never with the value: values may be secrets.
 */
import { z } from 'zod';
import { LOG_LEVELS, type LogLevel } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { Secret } from '../kernel/secret.ts';
import { NOTICE_KINDS, type NoticeSettings, WAYS } from './house/notices.ts';
import type { HeadKeeper } from './server/audit-watch.ts';
import type { TlsFiles } from './server/tls-files.ts';
import type { UpdatesSettings } from './telegram/intake.ts';

/** What is wrong with a setting; `settings.<word>` is its sentence. */
type SettingsWord =
  /** Not set, though it must be. */
  | 'missing'
  /** Set to something of another form. */
  | 'malformed'
  /** Must be https, because it crosses the internet. */
  | 'needs-https'
  /** A webhook's port must be one Telegram calls: 443, 80, 88 or 8443. */
  | 'needs-webhook-port'
  /** Needs a path of its own. */
  | 'needs-path'
  /** Has no effect alone: the setting named in `needs` is missing. */
  | 'needs-other';

export interface SettingsProblem {
  setting: SettingName;
  problem: SettingsWord;
  /** A value that would do; data, not a sentence. */
  example: string;
  needs?: SettingName;
}

export interface Settings {
  token: Secret<string>;
  /** Root of the Bot API without a slash at its end. */
  apiRoot: string;
  /** Telegram user ids, at least one. */
  adminIds: readonly number[];
  storeUrl: string;
  hub: {
    listen: { host: string; port: number };
    /** What agents are told to call; null means the address the hub listens on (loopback only). */
    publicUrl: string | null;
    /** Paths of PEM files; null when something before the hub speaks TLS. */
    tls: TlsFiles | null;
  };
  updates: UpdatesSettings;
  /** Name of a packaged region pack or path of the operator's own; null: none is named, and no address is told. */
  regionPack: string | null;
  /** The operator's firm, as it stands in reports and letters; null: each technician names his own. */
  firm: string | null;
  /** Read serial numbers from print where no code can be read. */
  readPrint: boolean;
  /** Longest time for a photo with its print, milliseconds. */
  photoMs: number;
  notices: NoticeSettings;
  /** Every invitation asks an admin before its bearer comes in. */
  invitesAsk: boolean;
  /** New laptops and unbinds ask the technician for a PIN. */
  askPin: boolean;
  /** How often the audit trail is looked at, and who is told where it ends. */
  auditHead: { everyMs: number; keepers: readonly HeadKeeper[] };
  logLevel: LogLevel;
}

/** Every setting with a value that would do. The order is the one of .env.example. */
const EXAMPLES = {
  BOT_TOKEN: '123456789:AA...',
  ADMIN_IDS: '123456789,987654321',
  TELEGRAM_API_ROOT: 'https://api.telegram.org',
  STORE_URL: 'lmdb:./data',
  HUB_LISTEN: '127.0.0.1:8443',
  HUB_PUBLIC_URL: 'https://bot.example.org:8443',
  HUB_TLS_CERT: '/etc/unbind-bot/fullchain.pem',
  HUB_TLS_KEY: '/etc/unbind-bot/privkey.pem',
  WEBHOOK_URL: 'https://bot.example.org:8443/telegram',
  WEBHOOK_SECRET: 'openssl rand -hex 32',
  REGION_PACK: 'default',
  FIRM: 'Vector Ltd',
  READ_PRINT: 'on',
  PHOTO_SECONDS: '8',
  INVITES_ASK: 'off',
  ASK_PIN: 'off',
  NOTICES: 'laptop.paired=quiet,access.joined=digest',
  NOTICE_DIGEST_HOURS: '12',
  AUDIT_HEAD_TO: 'chat,file:/mnt/other/unbind-heads,syslog://logs.example.org:514',
  AUDIT_HEAD_HOURS: '24',
  LOG_LEVEL: 'info',
} as const;

type SettingName = keyof typeof EXAMPLES;
const NAMES = Object.keys(EXAMPLES) as SettingName[];

/** Ports Telegram delivers webhooks to (https://core.telegram.org/bots/api#setwebhook). */
const WEBHOOK_PORTS = new Set(['', '443', '80', '88', '8443']);
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/;

const malformed = { error: 'malformed' satisfies SettingsWord };
const shaped = (shape: RegExp) => z.string().regex(shape, malformed);

/** An http(s) address without credentials, query or fragment. */
const address = z.string().transform((text, context): URL => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const plain = url && !url.username && !url.password && !url.search && !url.hash;
  if (plain && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
  context.addIssue({ code: 'custom', message: 'malformed' satisfies SettingsWord });
  return z.NEVER;
});

/** An address that may cross the internet: plain http is for this machine only. */
const safeAddress = address.refine((url) => url.protocol === 'https:' || LOOPBACK.test(url.hostname), {
  error: 'needs-https' satisfies SettingsWord,
});

/** `host:port` or `[v6]:port`; port 0 lets the system choose. */
const listenAddress = shaped(/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/)
  .transform((text) => {
    const at = text.lastIndexOf(':');
    return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
  })
  .refine(({ port }) => port <= 65_535, malformed);

const HOUR_MS = 60 * 60 * 1000;

/** `kind=way` of as many notices as one likes. */
const noticeWays = z.string().transform((text, context): NoticeSettings['ways'] => {
  const pairs = text.split(/[\s,]+/).map((pair) => pair.split('='));
  const kinds: readonly string[] = NOTICE_KINDS;
  const ways: readonly string[] = WAYS;
  const good = pairs.every(
    ([kind = '', way = '', ...rest]) => kinds.includes(kind) && ways.includes(way) && rest.length === 0,
  );
  if (good) return Object.fromEntries(pairs);
  context.addIssue({ code: 'custom', message: 'malformed' satisfies SettingsWord });
  return z.NEVER;
});

const SYSLOG_PORT = 514;

/** A list of `chat`, `file:<path>` and `syslog://host:port`. */
const headKeepers = z.string().transform((text, context): HeadKeeper[] => {
  const keepers = text.split(/[\s,]+/).map(headKeeper);
  if (keepers.every((keeper) => keeper !== null)) return keepers;
  context.addIssue({ code: 'custom', message: 'malformed' satisfies SettingsWord });
  return z.NEVER;
});

function headKeeper(text: string): HeadKeeper | null {
  if (text === 'chat') return { to: 'chat' };
  if (/^file:./.test(text)) return { to: 'file', path: text.slice('file:'.length) };
  const [, host, port] =
    /^syslog:\/\/(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?\/?$/.exec(text) ?? [];
  const number = Number(port ?? SYSLOG_PORT);
  if (host === undefined || number < 1 || number > 65_535) return null;
  return { to: 'syslog', host: host.replace(/^\[|\]$/g, ''), port: number };
}

/** Whole hours, a week at most. */
const hours = (usual: string) =>
  shaped(/^\d{1,3}$/)
    .transform(Number)
    .refine((given) => given >= 1 && given <= 168, malformed)
    .default(Number(usual));

/** A whole number of seconds, 3 to 300. */
const seconds = (usual: string) =>
  shaped(/^\d{1,3}$/)
    .transform(Number)
    .refine((given) => given >= 3 && given <= 300, malformed)
    .default(Number(usual));

const schema = z.object({
  // Bot API tokens are digits, a colon and 35 characters; servers of one's own may use longer ones.
  BOT_TOKEN: shaped(/^\d{6,}:[A-Za-z0-9_-]{30,100}$/).transform((token) => new Secret(token)),
  ADMIN_IDS: shaped(/^[1-9]\d{0,15}([\s,]+[1-9]\d{0,15})*$/)
    .transform((text) => [...new Set(text.split(/[\s,]+/).map(Number))])
    .refine((ids) => ids.every(Number.isSafeInteger), malformed),
  TELEGRAM_API_ROOT: safeAddress
    .transform((url) => url.href.replace(/\/+$/, ''))
    .default(EXAMPLES.TELEGRAM_API_ROOT),
  STORE_URL: shaped(/^lmdb:./).default(EXAMPLES.STORE_URL),
  HUB_LISTEN: listenAddress.default({ host: '127.0.0.1', port: 8443 }),
  HUB_PUBLIC_URL: safeAddress.transform((url) => url.href.replace(/\/+$/, '')).optional(),
  HUB_TLS_CERT: z.string().optional(),
  HUB_TLS_KEY: z.string().optional(),
  WEBHOOK_URL: safeAddress
    .refine((url) => LOOPBACK.test(url.hostname) || WEBHOOK_PORTS.has(url.port), {
      error: 'needs-webhook-port' satisfies SettingsWord,
    })
    .refine((url) => url.pathname.length > 1, { error: 'needs-path' satisfies SettingsWord })
    .optional(),
  // Telegram's alphabet for it; 16 characters at least, because it is all that keeps strangers out.
  WEBHOOK_SECRET: shaped(/^[A-Za-z0-9_-]{16,256}$/)
    .transform((secret) => new Secret(secret))
    .optional(),
  REGION_PACK: z.string().optional(),
  // One line of a letter.
  FIRM: shaped(/^[^\p{C}]{1,64}$/u).optional(),
  READ_PRINT: z.enum(['on', 'off'], malformed).default('on'),
  PHOTO_SECONDS: seconds(EXAMPLES.PHOTO_SECONDS),
  INVITES_ASK: z.enum(['on', 'off'], malformed).default('off'),
  ASK_PIN: z.enum(['on', 'off'], malformed).default('off'),
  NOTICES: noticeWays.default({}),
  NOTICE_DIGEST_HOURS: hours(EXAMPLES.NOTICE_DIGEST_HOURS),
  AUDIT_HEAD_TO: headKeepers.default([]),
  AUDIT_HEAD_HOURS: hours(EXAMPLES.AUDIT_HEAD_HOURS),
  LOG_LEVEL: z.enum(LOG_LEVELS, malformed).default('info'),
});
type Parsed = z.output<typeof schema>;
/** What is set, trimmed. */
type Given = Partial<Record<SettingName, string>>;

/**
 * Reads the settings from an environment. A blank value counts as not set, as container tools pass it.
 * @returns the settings, or every problem at once
 */
export function readSettings(
  env: Readonly<Record<string, string | undefined>>,
): Result<Settings, SettingsProblem[]> {
  const given: Given = Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = env[name]?.trim();
      return value ? [[name, value]] : [];
    }),
  );
  const parsed = schema.safeParse(given);
  const problems = pairProblems(given);
  for (const { path, message } of parsed.error?.issues ?? []) {
    const setting = path[0] as SettingName;
    problems.push(problem(setting, given[setting] === undefined ? 'missing' : (message as SettingsWord)));
  }
  if (!parsed.success || problems.length > 0) return fail(problems);
  return ok(settingsFrom(parsed.data));
}

/** Settings that make sense only together. */
function pairProblems(given: Given): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  const together = (one: SettingName, other: SettingName) => {
    if (given[one] && !given[other]) problems.push({ ...problem(one, 'needs-other'), needs: other });
  };
  together('HUB_TLS_CERT', 'HUB_TLS_KEY');
  together('HUB_TLS_KEY', 'HUB_TLS_CERT');
  together('WEBHOOK_URL', 'WEBHOOK_SECRET');
  together('WEBHOOK_SECRET', 'WEBHOOK_URL');
  // An agent on another machine cannot guess under which name it reaches the hub.
  const listen = listenAddress.safeParse(given.HUB_LISTEN);
  if (listen.success && !LOOPBACK.test(listen.data.host) && !given.HUB_PUBLIC_URL) {
    problems.push(problem('HUB_PUBLIC_URL', 'missing'));
  }
  return problems;
}

function problem(setting: SettingName, word: SettingsWord): SettingsProblem {
  return { setting, problem: word, example: EXAMPLES[setting] };
}

function settingsFrom(parsed: Parsed): Settings {
  const { HUB_TLS_CERT: certFile, HUB_TLS_KEY: keyFile, WEBHOOK_URL: url, WEBHOOK_SECRET: secret } = parsed;
  return {
    token: parsed.BOT_TOKEN,
    apiRoot: parsed.TELEGRAM_API_ROOT,
    adminIds: parsed.ADMIN_IDS,
    storeUrl: parsed.STORE_URL,
    hub: {
      listen: parsed.HUB_LISTEN,
      publicUrl: parsed.HUB_PUBLIC_URL ?? null,
      tls: certFile && keyFile ? { certFile, keyFile } : null,
    },
    updates:
      url && secret ? { mode: 'webhook', url: url.href, path: url.pathname, secret } : { mode: 'polling' },
    regionPack: parsed.REGION_PACK ?? null,
    firm: parsed.FIRM ?? null,
    readPrint: parsed.READ_PRINT === 'on',
    photoMs: parsed.PHOTO_SECONDS * 1000,
    invitesAsk: parsed.INVITES_ASK === 'on',
    askPin: parsed.ASK_PIN === 'on',
    notices: { ways: parsed.NOTICES, digestMs: parsed.NOTICE_DIGEST_HOURS * HOUR_MS },
    auditHead: { everyMs: parsed.AUDIT_HEAD_HOURS * HOUR_MS, keepers: parsed.AUDIT_HEAD_TO },
    logLevel: parsed.LOG_LEVEL,
  };
}
