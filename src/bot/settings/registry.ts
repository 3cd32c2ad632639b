/**
 * Every setting of the bot, described once: its shape, what counts where it is not set, a value that would do. What it is for
 * is said by `setting:about.<NAME>`. The environment is read by this list, and `.env.example` and docs/settings.md are made
 * of it (`npx tsx scripts/settings.ts`).
 */
import type { z } from 'zod';
import { LOG_LEVELS } from '../../kernel/log.ts';
import { Secret } from '../../kernel/secret.ts';
import { NOTICE_KINDS, usualWay, WAYS } from '../house/notices.ts';
import {
  ageKeys,
  headKeepers,
  ids,
  listenAddress,
  listenAddressOrOff,
  noticeWays,
  oneOf,
  onOff,
  proxies,
  publicKey,
  type Shape,
  safePage,
  safeRoot,
  shaped,
  storeUrl,
  text,
  webhookAddress,
  whole,
} from './shapes.ts';

/** What settings are about, in the order they are shown in; `setting:group.<word>` is the heading. */
const GROUPS = ['telegram', 'store', 'hub', 'webhook', 'work', 'people', 'keep', 'watch'] as const;
export type SettingGroup = (typeof GROUPS)[number];

interface Setting {
  readonly group: SettingGroup;
  readonly shape: Shape<unknown>;
  /** A value that would do; data, not a sentence. */
  readonly example: string;
  /** What counts where it is not set, as an operator would write it. */
  readonly usual?: string;
  /** The bot does not start without it. */
  readonly required?: true;
  /** Never shown; may also lie in a file of its own (sources.ts). */
  readonly secret?: true;
  /** Words it is written with, by what they mean: shown beside its sentence. */
  readonly words?: Readonly<Record<string, readonly string[]>>;
}

/** In the order of .env.example. */
export const SETTINGS = {
  BOT_TOKEN: {
    group: 'telegram',
    // Bot API tokens are digits, a colon and 35 characters; servers of one's own may use longer ones.
    shape: shaped(/^\d{6,}:[A-Za-z0-9_-]{30,100}$/).transform((token) => new Secret(token)),
    example: '123456789:AA...',
    required: true,
    secret: true,
  },
  ADMIN_IDS: { group: 'telegram', shape: ids, example: '123456789,987654321', required: true },
  TELEGRAM_API_ROOT: {
    group: 'telegram',
    shape: safeRoot,
    example: 'https://api.telegram.org',
    usual: 'https://api.telegram.org',
  },
  // An address may carry a password.
  STORE_URL: {
    group: 'store',
    shape: storeUrl,
    example: 'lmdb:./data',
    usual: 'lmdb:./data',
    secret: true,
  },
  HUB_LISTEN: { group: 'hub', shape: listenAddress, example: '127.0.0.1:8443', usual: '127.0.0.1:8443' },
  HUB_PUBLIC_URL: { group: 'hub', shape: safeRoot, example: 'https://bot.example.org:8443' },
  HUB_TLS_CERT: { group: 'hub', shape: text, example: '/etc/unbind-bot/fullchain.pem' },
  HUB_TLS_KEY: { group: 'hub', shape: text, example: '/etc/unbind-bot/privkey.pem' },
  TRUSTED_PROXY: { group: 'hub', shape: proxies, example: '172.30.0.0/24', usual: 'loopback' },
  AGENT_PACKAGES: { group: 'hub', shape: text, example: '/srv/unbind-agent' },
  AGENT_PACKAGES_KEY: {
    group: 'hub',
    shape: publicKey,
    example: 'MCowBQYDK2VwAyEAAUFzPvVB9zelo35DX_xswz7qzv3vKa8aedPIkpEwsLI',
  },
  WEBHOOK_URL: {
    group: 'webhook',
    shape: webhookAddress,
    example: 'https://bot.example.org:8443/telegram',
  },
  WEBHOOK_SECRET: {
    group: 'webhook',
    // Telegram's alphabet for it; 16 characters at least, because it is all that keeps strangers out.
    shape: shaped(/^[A-Za-z0-9_-]{16,256}$/).transform((secret) => new Secret(secret)),
    example: 'openssl rand -hex 32',
    secret: true,
  },
  REGION_PACK: { group: 'work', shape: text, example: 'default' },
  // One line of a letter.
  FIRM: { group: 'work', shape: shaped(/^[^\p{C}]{1,64}$/u), example: 'Vector Ltd' },
  READ_PRINT: { group: 'work', shape: onOff, example: 'on', usual: 'on' },
  PHOTO_SECONDS: { group: 'work', shape: whole(3, 300), example: '8', usual: '8' },
  INVITES_ASK: { group: 'people', shape: onOff, example: 'off', usual: 'off' },
  ASK_PIN: { group: 'people', shape: onOff, example: 'off', usual: 'off' },
  NOTICES: {
    group: 'people',
    shape: noticeWays,
    example: 'laptop.paired=quiet,access.joined=digest',
    words: Object.fromEntries(
      WAYS.map((way) => [way, NOTICE_KINDS.filter((kind) => usualWay(kind) === way)]),
    ),
  },
  // A week at most: a digest of more would be read by nobody.
  NOTICE_DIGEST_HOURS: { group: 'people', shape: whole(1, 168), example: '12', usual: '12' },
  // A year and some: long enough for a complaint about last year.
  KEEP_CASES_DAYS: { group: 'keep', shape: whole(1, 36_500), example: '400' },
  KEEP_NOTES_DAYS: { group: 'keep', shape: whole(1, 36_500), example: '90' },
  BACKUP_RECIPIENTS: {
    group: 'keep',
    shape: ageKeys,
    example: 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
  },
  WATCH_LISTEN: {
    group: 'watch',
    shape: listenAddressOrOff,
    example: '127.0.0.1:9464',
    usual: '127.0.0.1:9464',
  },
  WATCH_TOKEN: {
    group: 'watch',
    // What may stand behind `Bearer` (RFC 6750, 2.1); 16 characters at least, because it is all that keeps strangers out.
    shape: shaped(/^[A-Za-z0-9._~+/-]{16,256}=*$/).transform((token) => new Secret(token)),
    example: 'openssl rand -hex 32',
    secret: true,
  },
  AUDIT_HEAD_TO: {
    group: 'watch',
    shape: headKeepers,
    example: 'chat,file:/mnt/other/unbind-heads,syslog://logs.example.org:514',
  },
  AUDIT_HEAD_HOURS: { group: 'watch', shape: whole(1, 168), example: '24', usual: '24' },
  UPDATE_URL: { group: 'watch', shape: safePage, example: 'https://example.org/unbind-bot.json' },
  LOG_LEVEL: { group: 'watch', shape: oneOf(LOG_LEVELS), example: 'info', usual: 'info' },
} as const satisfies Record<string, Setting>;

type Settings = typeof SETTINGS;
export type SettingName = keyof Settings;
/** Settings that are secrets. */
export type SecretName = {
  [N in SettingName]: Settings[N] extends { secret: true } ? N : never;
}[SettingName];

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];
export const SECRET_NAMES = SETTING_NAMES.filter((name): name is SecretName => 'secret' in SETTINGS[name]);

/** What is read of each: null where it is not set, need not be, and nothing counts instead. */
export type Values = {
  readonly [N in SettingName]:
    | z.output<Settings[N]['shape']>
    | (Settings[N] extends { usual: string } | { required: true } ? never : null);
};

/** A setting as anybody may look at it, whatever its type. */
export function settingOf(name: SettingName): Setting {
  return SETTINGS[name];
}

/** Names by group, both in their order. */
export function settingsByGroup(): { group: SettingGroup; names: SettingName[] }[] {
  return GROUPS.map((group) => ({
    group,
    names: SETTING_NAMES.filter((name) => SETTINGS[name].group === group),
  }));
}
