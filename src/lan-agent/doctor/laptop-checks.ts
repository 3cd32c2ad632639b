import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureHome, replaceFile } from '../home.ts';
import { createExchangeKey, openCode } from '../sadp/key-exchange.ts';
import { type Check, finding } from './check.ts';

/** Writes a file into the state folder, to the disk, and takes it away again. */
export async function checkHome(home: string): Promise<Check> {
  const made = await ensureHome(home);
  const probe = join(home, '.doctor');
  const written = made.ok ? await replaceFile(probe, 'doctor\n') : made;
  if (!written.ok)
    return finding('failed', 'agent:doctor.home.failed', { path: home, code: written.failure.code });
  await rm(probe, { force: true });
  return finding('ok', 'agent:doctor.home.ok', { path: home });
}

/** Plays the device's part of a key exchange with itself. */
export async function checkCrypto(): Promise<Check> {
  try {
    const key = await createExchangeKey(1024);
    const padded = { key: createPublicKey(key.privateKey), padding: constants.RSA_PKCS1_PADDING };
    const code = publicEncrypt(padded, Buffer.from('0123456789abcdef')).toString('base64');
    return openCode(key, code).ok
      ? finding('ok', 'agent:doctor.crypto.ok')
      : finding('failed', 'agent:doctor.crypto.failed');
  } catch {
    return finding('failed', 'agent:doctor.crypto.failed');
  }
}
