/** Whether the binary for Windows still carries the signature of its vendor, by which Windows knows it. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fail, ok, type Result } from '../../src/kernel/result.ts';
import { saidBy } from './node-binaries.ts';

/** `no-checker`: osslsigncode is not there. `signature-broken`: none, a broken one, or somebody else's. */
export interface SignatureFailure {
  readonly reason: 'no-checker' | 'signature-broken';
  readonly detail: string;
}

/**
 * Microsoft Identity Verification Root Certificate Authority 2020, which Windows trusts and Linux systems do not bring along. Taken
 * from the signature itself; its SHA-1 thumbprint is the one Microsoft publishes, F40042E2E5F7E8EF8189FED15519AECE42C3BFA2.
 */
export const WINDOWS_ROOT = fileURLToPath(new URL('authenticode-root.pem', import.meta.url));

const run = promisify(execFile);
const SUBJECT = /Signer's certificate:\s+-+\s+Signer #0:\s+Subject: (.*)/;

/**
 * Checks a program's Authenticode signature, and the time stamp that keeps it good after its certificate has ended. Whether the
 * certificate was revoked since is not asked: the build needs no network for what it has in its cache.
 * @param signer organisation in the certificate
 * @param root file of the certificate that everything has to lead to
 */
export async function checkSignature(
  program: Uint8Array,
  signer: string,
  root: string = WINDOWS_ROOT,
): Promise<Result<void, SignatureFailure>> {
  const folder = await mkdtemp(join(tmpdir(), 'unbind-signature-'));
  try {
    const path = join(folder, 'program.exe');
    await writeFile(path, program);
    const words = ['verify', '-CAfile', root, '-TSA-CAfile', root, '-ignore-crl', '-in', path];
    const { stdout } = await run('osslsigncode', words);
    const [, subject = ''] = SUBJECT.exec(stdout) ?? [];
    if (subject.split('/').includes(`O=${signer}`)) return ok(undefined);
    return fail({ reason: 'signature-broken', detail: subject });
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return fail({ reason: isMissing ? 'no-checker' : 'signature-broken', detail: saidBy(error) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
