import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Certificate } from '../../hub/listener.ts';
import type { Log } from '../../kernel/log.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';

/** Paths of certificate and key, PEM. */
export interface TlsFiles {
  certFile: string;
  keyFile: string;
}

/** How often the files are looked at, ms. By content: a renewed certificate often comes by a link that is moved. */
const LOOK_MS = 30_000;

/** Reads certificate and key. The failure is the system's sentence about the file. */
export async function readTlsFiles(files: TlsFiles): Promise<Result<Certificate, string>> {
  try {
    return ok({ cert: await readFile(files.certFile, 'utf8'), key: await readFile(files.keyFile, 'utf8') });
  } catch (error) {
    return fail(error instanceof Error ? error.message : '');
  }
}

/**
 * Has a renewed certificate shown without a restart. What cannot be used is not taken: the old one stays, and the log
 * says so once for each state of the files; the next look may find the other half of them renewed, too.
 * @param current what is shown now
 * @param use shows another one from now on
 * @returns what ends the watch
 */
export function watchTlsFiles(
  files: TlsFiles,
  current: Certificate,
  use: (certificate: Certificate) => Result<void, 'bad-certificate'>,
  log: Log,
  everyMs = LOOK_MS,
): () => Promise<void> {
  let shown = current;
  let complained = '';
  const complain = (state: string, problem: string) => {
    if (complained === state) return;
    complained = state;
    log.warn({ problem }, 'the new TLS files cannot be used: the old certificate stays');
  };

  async function look(): Promise<void> {
    const read = await readTlsFiles(files);
    if (!read.ok) return complain(read.failure, 'unreadable');
    const { cert, key } = read.value;
    if (cert === shown.cert && key === shown.key) {
      complained = '';
      return;
    }
    const state = cert + key;
    if (!isInTime(cert)) return complain(state, 'out of its time, or no certificate');
    if (!use(read.value).ok) return complain(state, 'certificate and key do not fit');
    shown = read.value;
    complained = '';
    log.info({ until: new X509Certificate(cert).validTo }, 'a new TLS certificate is shown');
  }

  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking
      .then(look)
      .catch((error: unknown) => log.error({ err: error }, 'the TLS files could not be looked at'));
  }, everyMs).unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

/** Whether the first certificate of a chain is good now. */
function isInTime(cert: string): boolean {
  try {
    const { validFrom, validTo } = new X509Certificate(cert);
    return Date.parse(validFrom) <= Date.now() && Date.now() < Date.parse(validTo);
  } catch {
    return false;
  }
}
