/**
 * One file for whoever helps from afar (docs/decisions/0062): what this laptop, its network and its journal say. It is made
 * of what was chosen, never of whole files: no key, no code, no permit, nothing of a password, not even the few bits that
 * tell a refused one.
 */
import { readdir, stat } from 'node:fs/promises';
import { arch, release } from 'node:os';
import { join } from 'node:path';
import { scrub } from '../../kernel/scrub.ts';
import { MOST_SUPPORT_CHARACTERS } from '../../link/messages.ts';
import type { Check } from '../doctor/check.ts';
import { openJournal } from '../journal.ts';
import { openLedger } from '../ledger.ts';
import { hostInfo } from '../link/host.ts';
import { loadIdentity } from '../link/identity.ts';
import type { Network } from '../network/network.ts';
import { programFolder, readPackageConfig } from '../package-config.ts';
import { textsFor } from '../texts.ts';
import { AGENT_VERSION } from '../version.ts';

/** Attempts of the journal that are told, the latest. */
const MOST_ATTEMPTS = 200;
/** Devices whose ledger is told. */
const MOST_DEVICES = 20;
/** Variables of the environment that change what the agent does; whether they are set, not what they say. */
const VARIABLES = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
  'NODE_OPTIONS',
  'LOG_LEVEL',
  'UNBIND_AGENT_HOME',
  'UNBIND_AGENT_SADP31',
  'UNBIND_AGENT_TEST_NETWORK',
  'UNBIND_AGENT_VERIFY_SECONDS',
] as const;

export interface BundleSources {
  readonly home: string;
  readonly network: Network;
  readonly env: NodeJS.ProcessEnv;
  /** What the doctor has found. */
  readonly checks: readonly Check[];
}

/** A file for support. */
export interface SupportBundle {
  /** `unbind-support-20261129-164500.json` */
  readonly file: string;
  /** JSON, fit for the wire (`MOST_SUPPORT_CHARACTERS`). */
  readonly text: string;
}

/** @param now of the laptop */
export async function supportBundle(sources: BundleSources, now = new Date()): Promise<SupportBundle> {
  const { home, network, env, checks } = sources;
  const english = textsFor('en');
  const [identity, config, attempts, folder] = await Promise.all([
    loadIdentity(home),
    readPackageConfig(await programFolder()),
    attemptsOf(home),
    filesIn(home),
  ]);
  const { used, skipped } = network.survey();
  const about = {
    kind: 'unbind-support',
    version: 1,
    madeAt: now.toISOString(),
    agent: AGENT_VERSION,
    node: process.version,
    system: { platform: process.platform, release: release(), arch: arch(), name: hostInfo('').name },
    environment: VARIABLES.filter((name) => env[name]),
    pairing: identity.ok
      ? {
          server: identity.value.server.url,
          agentId: identity.value.agentId,
          keySince: identity.value.keySince ?? null,
          newKeyWaits: identity.value.nextKey !== undefined,
        }
      : identity.failure,
    package: config.ok ? (config.value?.server ?? 'none') : config.failure,
    doctor: checks.map(({ check, result, detail, values, command, sentence }) => ({
      check,
      result,
      detail,
      values,
      says: sentence(english),
      ...(command === undefined ? {} : { cure: command }),
    })),
    interfaces: [
      ...used.map(({ name, address }) => ({ name, address, used: true })),
      ...skipped.map(({ name, address, reason }) => ({ name, address, used: false, reason })),
    ],
    folder,
    ledger: await ledgerOf(home, attempts),
  };
  const stamp = now.toISOString().replace(/[-:]|\..*$/g, '');
  return {
    file: `unbind-support-${stamp.replace('T', '-')}.json`,
    text: fitting(attempts, (some) => JSON.stringify(scrubbed({ ...about, attempts: some }), null, 2)),
  };
}

/** The latest attempts, as many as there is room for. */
function fitting<T>(attempts: readonly T[], write: (some: readonly T[]) => string): string {
  for (let most = attempts.length; ; most = Math.floor(most / 2)) {
    const text = write(attempts.slice(0, most));
    if (text.length <= MOST_SUPPORT_CHARACTERS || most === 0) return text.slice(0, MOST_SUPPORT_CHARACTERS);
  }
}

async function attemptsOf(home: string) {
  const read = await openJournal(home).recent(MOST_ATTEMPTS);
  return read.ok ? read.value : [];
}

/** How the devices of these attempts stand with their passwords, as the laptop counts. */
async function ledgerOf(home: string, attempts: readonly { readonly shortSerial: string }[]) {
  const ledger = openLedger(home);
  const serials = [...new Set(attempts.map(({ shortSerial }) => shortSerial))].slice(0, MOST_DEVICES);
  return Promise.all(
    serials.map(async (shortSerial) => {
      const permission = await ledger.permission(shortSerial, false);
      return { shortSerial, ...(permission.ok ? permission.value : permission.failure) };
    }),
  );
}

/** Names, sizes and permissions of what lies in the state folder; of a folder how much is in it. */
async function filesIn(home: string) {
  const names = await readdir(home).catch(() => []);
  return Promise.all(
    names.sort().map(async (name) => {
      const path = join(home, name);
      const found = await stat(path).catch(() => null);
      if (!found) return { name };
      const mode = (found.mode & 0o777).toString(8);
      if (!found.isDirectory()) return { name, mode, bytes: found.size };
      const inside = await readdir(path, { recursive: true }).catch(() => []);
      return { name, mode, entries: inside.length };
    }),
  );
}

/** Every text in it without what looks like a secret: what a device or a server calls itself is anybody's. */
function scrubbed(value: unknown): unknown {
  if (typeof value === 'string') return scrub(value);
  if (Array.isArray(value)) return value.map(scrubbed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, scrubbed(one)]));
}
