/**
 * The bot's configuration, read once at start (settings/registry.ts has the list). A mistake is reported with every other
 * one, by name and with an example, and never with the value: values may be secrets.
 */

import type { KeyObject } from 'node:crypto';
import type { ProxyNetwork } from '../hub/proxies.ts';
import type { LogLevel } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Secret } from '../kernel/secret.ts';
import type { NoticeSettings } from './house/notices.ts';
import type { RetentionRules } from './keep/retention.ts';
import type { HeadKeeper } from './server/audit-watch.ts';
import type { TlsFiles } from './server/tls-files.ts';
import { SETTING_NAMES, type SettingName, settingOf, type Values } from './settings/registry.ts';
import { LOOPBACK, listenAddress, type ShapeWord } from './settings/shapes.ts';
import { findSettings, type SourceFault, type SourceName } from './settings/sources.ts';
import type { UpdatesSettings } from './telegram/intake.ts';
import type { WatchSettings } from './watch/server.ts';

/** What is wrong with a setting; `bot:settings.<word>` is its sentence. */
type SettingsWord =
  | ShapeWord
  | SourceFault['problem']
  /** Not set, though it must be. */
  | 'missing'
  /** Has no effect alone: the setting named in `needs` is missing. */
  | 'needs-other';

export interface SettingsProblem {
  readonly setting: SourceName;
  readonly problem: SettingsWord;
  /** A value that would do; data, not a sentence. */
  readonly example: string;
  /** The other setting it is about. */
  readonly needs?: string;
  /** What the system says of a file. */
  readonly detail?: string;
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
    /** Whose `X-Forwarded-For` is believed. */
    proxies: readonly ProxyNetwork[];
  };
  /**
   * Folder of the agent's packages, and whose signature on them counts (null: the key that lies beside them); null: none are handed
   * out.
   */
  packages: { folder: string; key: KeyObject | null } | null;
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
  /** How long closed cases and what was kept with them stay. */
  retention: RetentionRules;
  /** Public keys of age that backups are encrypted to. */
  backupRecipients: readonly string[];
  /** How often the audit trail is looked at, and who is told where it ends. */
  auditHead: { everyMs: number; keepers: readonly HeadKeeper[] };
  /** Where `/health`, `/ready` and `/metrics` are; null: nowhere. */
  watch: WatchSettings | null;
  /** Where the newest version of the bot is told; null: nobody is asked. */
  updateUrl: string | null;
  logLevel: LogLevel;
  /** Files that secrets were read from; none of them is in the environment. */
  secretFiles: readonly string[];
}

const HOUR_MS = 60 * 60 * 1000;
/** Where the file of a secret may lie. */
const EXAMPLE_FILE = '/run/secrets/unbind-bot';
/** Settings that make sense only together. */
const TOGETHER: readonly (readonly [SettingName, SettingName])[] = [
  ['HUB_TLS_CERT', 'HUB_TLS_KEY'],
  ['WEBHOOK_URL', 'WEBHOOK_SECRET'],
];

/** A setting, and the other one without which it is about nothing. */
const BELONGING: readonly (readonly [SettingName, SettingName])[] = [
  ['AGENT_PACKAGES_KEY', 'AGENT_PACKAGES'],
];

/**
 * Reads the settings from an environment, and secrets from the files it names.
 * @returns the settings, or every problem at once
 */
export function readSettings(
  env: Readonly<Record<string, string | undefined>>,
): Result<Settings, SettingsProblem[]> {
  const { given, faults, files } = findSettings(env);
  const problems = faults.map(problemOf);
  const isFaulty = (name: SettingName) =>
    faults.some(({ source }) => source === name || source === `${name}_FILE`);
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of SETTING_NAMES) {
    const { shape, usual, required } = settingOf(name);
    const set = given[name] ?? usual;
    if (set === undefined) {
      values[name] = null;
      if (required && !isFaulty(name)) problems.push(problem(name, 'missing'));
      continue;
    }
    const read = shape.safeParse(set);
    values[name] = read.data;
    for (const { message } of read.error?.issues ?? []) problems.push(problem(name, message as ShapeWord));
  }
  problems.push(...pairProblems((name) => given[name] !== undefined || isFaulty(name)));
  // An agent on another machine cannot guess under which name it reaches the hub.
  const listen = listenAddress.safeParse(given.HUB_LISTEN);
  if (listen.success && !LOOPBACK.test(listen.data.host) && !given.HUB_PUBLIC_URL)
    problems.push(problem('HUB_PUBLIC_URL', 'missing'));
  // What the bot does is nobody's business who can reach the machine.
  const watch = listenAddress.safeParse(given.WATCH_LISTEN);
  if (watch.success && !LOOPBACK.test(watch.data.host) && !given.WATCH_TOKEN && !isFaulty('WATCH_TOKEN'))
    problems.push(problem('WATCH_TOKEN', 'missing'));
  // Read by the shapes its type is made of, each as long as there is no problem.
  return problems.length > 0 ? fail(problems) : ok(settingsFrom(values as Values, files));
}

function pairProblems(isSet: (name: SettingName) => boolean): SettingsProblem[] {
  return [...TOGETHER.flatMap(([one, other]) => [[one, other] as const, [other, one] as const]), ...BELONGING]
    .filter(([one, needs]) => isSet(one) && !isSet(needs))
    .map(([one, needs]) => ({ ...problem(one, 'needs-other'), needs }));
}

function problem(setting: SettingName, word: SettingsWord): SettingsProblem {
  return { setting, problem: word, example: settingOf(setting).example };
}

function problemOf(fault: SourceFault): SettingsProblem {
  return {
    setting: fault.source,
    problem: fault.problem,
    example: EXAMPLE_FILE,
    ...('other' in fault ? { needs: fault.other } : {}),
    ...('detail' in fault ? { detail: fault.detail } : {}),
  };
}

function settingsFrom(values: Values, secretFiles: readonly string[]): Settings {
  const { HUB_TLS_CERT: certFile, HUB_TLS_KEY: keyFile, WEBHOOK_URL: url, WEBHOOK_SECRET: secret } = values;
  return {
    token: values.BOT_TOKEN,
    apiRoot: values.TELEGRAM_API_ROOT,
    adminIds: values.ADMIN_IDS,
    storeUrl: values.STORE_URL,
    hub: {
      listen: values.HUB_LISTEN,
      publicUrl: values.HUB_PUBLIC_URL,
      tls: certFile && keyFile ? { certFile, keyFile } : null,
      proxies: values.TRUSTED_PROXY,
    },
    packages: values.AGENT_PACKAGES
      ? { folder: values.AGENT_PACKAGES, key: values.AGENT_PACKAGES_KEY }
      : null,
    updates:
      url && secret ? { mode: 'webhook', url: url.href, path: url.pathname, secret } : { mode: 'polling' },
    regionPack: values.REGION_PACK,
    firm: values.FIRM,
    readPrint: values.READ_PRINT,
    photoMs: values.PHOTO_SECONDS * 1000,
    invitesAsk: values.INVITES_ASK,
    askPin: values.ASK_PIN,
    notices: { ways: values.NOTICES ?? {}, digestMs: values.NOTICE_DIGEST_HOURS * HOUR_MS },
    retention: { caseDays: values.KEEP_CASES_DAYS, noteDays: values.KEEP_NOTES_DAYS },
    backupRecipients: values.BACKUP_RECIPIENTS ?? [],
    auditHead: { everyMs: values.AUDIT_HEAD_HOURS * HOUR_MS, keepers: values.AUDIT_HEAD_TO ?? [] },
    watch: values.WATCH_LISTEN && { listen: values.WATCH_LISTEN, token: values.WATCH_TOKEN },
    updateUrl: values.UPDATE_URL,
    logLevel: values.LOG_LEVEL,
    secretFiles,
  };
}
