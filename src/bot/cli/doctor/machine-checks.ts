/** What the doctor finds out without the network: settings, files, store, disk, packs, packages. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { access, constants, readFile, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import { parse } from 'dotenv';
import { openPackages } from '../../../hub/packages.ts';
import { isPrintInstalled } from '../../../label/text/engine.ts';
import { directoryOf, lookAtStore, openStore } from '../../../store/open.ts';
import type { Launch } from '../../compiled.ts';
import { loadOperatorData } from '../../operator-data.ts';
import { exposedFiles } from '../../server/exposed-files.ts';
import { type RunningBot, runningBot } from '../../server/one-bot.ts';
import { readTlsFiles, type TlsFiles } from '../../server/tls-files.ts';
import { SOURCE_NAMES } from '../../settings/sources.ts';
import type { Settings } from '../../settings.ts';
import { storeTrouble } from '../../store-command.ts';
import { type Check, finding, foundAs } from './check.ts';

/** Below this a store soon has no room, bytes. */
const LITTLE_ROOM = 1024 ** 3;
const NO_ROOM = 200 * 1024 ** 2;
const DAY_MS = 86_400_000;
/** A certificate that is renewed by itself has been long before, days. */
const SOON_DAYS = 14;
/** Names in `.env` that are not ours and mean something all the same. */
const OTHERS = /^(https?_proxy|no_proxy|node_.+|tz|lang|lc_.+|ssl_cert_.+)$/i;

/** `.env` and files with secrets: misspelt names, and who may read them. */
export async function checkEnvFile(folder: string, secretFiles: readonly string[]): Promise<Check[]> {
  const file = resolve(folder, '.env');
  const text = await readFile(file, 'utf8').catch(() => '');
  const known: readonly string[] = SOURCE_NAMES;
  const unknown = Object.keys(parse(text)).filter((name) => !known.includes(name) && !OTHERS.test(name));
  const exposed = await exposedFiles([file, ...secretFiles]);
  return [
    ...unknown.map((name) => finding('warning', 'operator:doctor.settings.unknown', { name })),
    ...exposed.map((found) => finding('warning', 'operator:doctor.settings.exposed', { ...found })),
  ];
}

/** The store, and which bot works with it; null: none does, or nobody can tell. */
export async function checkStoreAt(storeUrl: string): Promise<{ checks: Check[]; bot: RunningBot | null }> {
  const folder = directoryOf(storeUrl);
  if (!folder.ok) return { checks: [], bot: null };
  const place = folder.value;
  const looked = await lookAtStore(storeUrl, null);
  if (!looked.ok) {
    const { failure } = looked;
    if (failure.reason === 'unsupported') return { checks: [], bot: null };
    const isNew = failure.problem === 'nothing';
    const check = isNew
      ? await checkNewFolder(place)
      : foundAs('failed', 'store', failure.problem, (t) => storeTrouble(t, failure).join(' '));
    return { checks: [check], bot: null };
  }
  const { damage } = looked.value;
  if (damage) {
    const trouble = foundAs('failed', 'store', damage.problem, (t) => storeTrouble(t, damage).join(' '));
    return { checks: [trouble], bot: null };
  }
  if (!(await isWritable(place)))
    return { checks: [finding('failed', 'operator:doctor.store.notWritable', { place })], bot: null };
  const opened = await openStore(storeUrl);
  if (!opened.ok)
    return { checks: [finding('failed', 'operator:doctor.store.notWritable', { place })], bot: null };
  const running = await runningBot(opened.value, place);
  await opened.value.close();
  const bot = running.ok ? running.value : null;
  const whole = finding('ok', 'operator:doctor.store.whole', { place });
  const who = bot
    ? finding('ok', 'operator:doctor.bot.runs', { pid: bot.pid, host: bot.host, since: isoMinute(bot.since) })
    : finding('warning', 'operator:doctor.bot.none');
  return { checks: [whole, who], bot };
}

/** Whether a store can be made where there is none: in the folder, or in the nearest one that is there. */
async function checkNewFolder(place: string): Promise<Check> {
  let at = resolve(place);
  for (;;) {
    const there = await stat(at).catch(() => null);
    if (there) {
      if (there.isDirectory() && (await isWritable(at)))
        return finding('ok', 'operator:doctor.store.new', { place });
      return finding('failed', 'operator:doctor.store.cannotMake', { place, at });
    }
    at = dirname(at);
  }
}

const isWritable = (path: string) =>
  access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );

/** Room on the disk of the store. */
export async function checkDisk(storeUrl: string): Promise<Check[]> {
  const folder = directoryOf(storeUrl);
  if (!folder.ok) return [];
  let at = resolve(folder.value);
  while (dirname(at) !== at && !(await stat(at).catch(() => null))) at = dirname(at);
  const { bavail, bsize } = await statfs(at);
  const free = bavail * bsize;
  const values = { place: at, megabytes: Math.floor(free / 1024 ** 2) };
  if (free < NO_ROOM) return [finding('failed', 'operator:doctor.disk.full', values)];
  if (free < LITTLE_ROOM) return [finding('warning', 'operator:doctor.disk.little', values)];
  return [finding('ok', 'operator:doctor.disk.room', values)];
}

/** The certificate the hub shows by itself. @param now milliseconds since 1970 */
export async function checkTls(tls: TlsFiles | null, now: number): Promise<Check[]> {
  if (!tls) return [];
  const read = await readTlsFiles(tls);
  if (!read.ok) return [finding('failed', 'operator:doctor.tls.unreadable', { detail: read.failure })];
  try {
    const certificate = new X509Certificate(read.value.cert);
    if (!certificate.checkPrivateKey(createPrivateKey(read.value.key)))
      return [finding('failed', 'operator:doctor.tls.otherKey', { file: tls.keyFile })];
    return [ofCertificate(certificate.validTo, now)];
  } catch {
    return [finding('failed', 'operator:doctor.tls.noPem', { file: tls.certFile })];
  }
}

/** @param validTo as certificates say it; @param now milliseconds since 1970 */
export function ofCertificate(validTo: string, now: number): Check {
  const days = Math.floor((Date.parse(validTo) - now) / DAY_MS);
  const values = { until: new Date(validTo).toISOString().slice(0, 10), days };
  if (days < 0) return finding('failed', 'operator:doctor.tls.expired', values);
  return days < SOON_DAYS
    ? finding('warning', 'operator:doctor.tls.soon', values)
    : finding('ok', 'operator:doctor.tls.good', values);
}

/** Whose service centre counts. @param now milliseconds since 1970 */
export async function checkPack({ regionPack }: Settings, now: number): Promise<Check> {
  const loaded = await loadOperatorData(regionPack, now);
  const file = regionPack ?? '';
  if (!loaded.ok)
    return finding('failed', 'operator:doctor.pack.unusable', { file, detail: loaded.failure.detail });
  const { pack, doubts } = loaded.value;
  if (doubts.length > 0) return finding('warning', 'operator:doctor.pack.doubts', { file });
  if (regionPack === null) return finding('warning', 'operator:doctor.pack.none');
  return finding('ok', 'operator:doctor.pack.good', { region: pack.region, checkedAt: pack.checkedAt });
}

/** Whether print can be read where that is wanted. */
export function checkPrint({ readPrint }: Settings): Check {
  if (!readPrint) return finding('ok', 'operator:doctor.print.off');
  return isPrintInstalled()
    ? finding('ok', 'operator:doctor.print.there')
    : finding('failed', 'operator:doctor.print.missing');
}

/**
 * Whether a start begins with what is compiled already.
 * @param nodeOptions as a service has them that reads `.env` before it starts node
 */
export function checkCompiled({ state: stateNow, nodeOptions: own }: Launch, nodeOptions: string): Check {
  const state = stateNow();
  const isOfFlags = state === 'used' || state === 'other-flags';
  if (isOfFlags && own !== nodeOptions) return finding('warning', 'operator:doctor.compiled.untold');
  return finding(state === 'used' ? 'ok' : 'warning', `operator:doctor.compiled.${state}`);
}

/** The portable packages that laptops get. */
export async function checkPackages({ packages }: Settings): Promise<Check> {
  if (!packages) return finding('warning', 'operator:doctor.packages.none');
  const opened = await openPackages(packages.folder, packages.key);
  if (!opened.ok)
    return foundAs('failed', 'packages', opened.failure.reason, (t) =>
      t(`bot:startup.packages-${opened.failure.reason}`, { detail: opened.failure.file }),
    );
  const { agentVersion, packages: all } = opened.value.list;
  return finding('ok', 'operator:doctor.packages.good', { version: agentVersion, systems: all.length });
}

/** Where no bot runs: whether the hub could listen. */
export async function checkPort({ hub: { listen } }: Settings): Promise<Check> {
  const address = `${listen.host}:${listen.port}`;
  const code = await codeOfListening(listen);
  if (code === null) return finding('ok', 'operator:doctor.port.free', { address });
  if (code === 'EADDRINUSE') return finding('failed', 'operator:doctor.port.taken', { address });
  return finding('failed', 'operator:doctor.port.notOurs', { address, code });
}

/** What the system says to somebody who listens there; null: nothing stands in the way. */
export function codeOfListening({ host, port }: { host: string; port: number }): Promise<string | null> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? 'unknown'));
    server.listen({ host, port, exclusive: true }, () => server.close(() => done(null)));
  });
}

function isoMinute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`;
}
