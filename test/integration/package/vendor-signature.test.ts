/** The signature on node for Windows, by a small program that was signed as node is: an authority, and a certificate of it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { checkSignature, WINDOWS_ROOT } from '../../../scripts/package/vendor-signature.ts';
import { folderFor } from './stand-in.ts';

const SIGNER = 'Stand-in Foundation';

/** Why nothing can be signed here, for the list of skipped tests; null where it can. */
const NO_SIGNING: string | null = (() => {
  for (const command of ['osslsigncode', 'openssl']) {
    if (spawnSync(command, ['--version']).error) return `signing needs the command "${command}"`;
  }
  return null;
})();

/** The smallest program for 64 bit Windows that tools take for one: headers, and one section of zeros. */
function smallProgram(): Buffer {
  const program = Buffer.alloc(0x400);
  program.write('MZ', 0, 'latin1');
  program.writeUInt32LE(0x80, 0x3c);
  program.write('PE\0\0', 0x80, 'latin1');
  // x86-64, one section, an optional header of 240 bytes, "executable, large addresses".
  program.writeUInt16LE(0x8664, 0x84);
  program.writeUInt16LE(1, 0x86);
  program.writeUInt16LE(240, 0x94);
  program.writeUInt16LE(0x22, 0x96);
  const optional = 0x98;
  program.writeUInt16LE(0x20b, optional);
  program.writeUInt32LE(0x1000, optional + 32);
  program.writeUInt32LE(0x200, optional + 36);
  program.writeUInt32LE(0x2000, optional + 56);
  program.writeUInt32LE(0x200, optional + 60);
  program.writeUInt32LE(16, optional + 108);
  const section = optional + 240;
  program.write('.text', section, 'latin1');
  program.writeUInt32LE(0x200, section + 8);
  program.writeUInt32LE(0x1000, section + 12);
  program.writeUInt32LE(0x200, section + 16);
  program.writeUInt32LE(0x200, section + 20);
  return program;
}

interface Signed {
  readonly unsigned: Buffer;
  readonly program: Buffer;
  /** File of the authority's certificate. */
  readonly root: string;
}

function signed(t: TestContext): Signed {
  const folder = folderFor(t);
  const at = (name: string) => join(folder, name);
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'root.key',
    '-out',
    'root.pem',
    '-subj',
    '/O=Stand-in/CN=Root',
    '-days',
    '9',
  );
  openssl('req', ...key, '-keyout', 'own.key', '-out', 'own.csr', '-subj', `/C=US/O=${SIGNER}/CN=${SIGNER}`);
  writeFileSync(at('use'), 'extendedKeyUsage=codeSigning\n');
  openssl(
    'x509',
    '-req',
    '-in',
    'own.csr',
    '-CA',
    'root.pem',
    '-CAkey',
    'root.key',
    '-extfile',
    'use',
    '-out',
    'own.pem',
    '-days',
    '9',
  );
  const unsigned = smallProgram();
  writeFileSync(at('plain.exe'), unsigned);
  const words = ['sign', '-certs', 'own.pem', '-key', 'own.key', '-in', 'plain.exe', '-out', 'signed.exe'];
  execFileSync('osslsigncode', words, { cwd: folder, stdio: 'pipe' });
  return { unsigned, program: readFileSync(at('signed.exe')), root: at('root.pem') };
}

describe('the signature of the vendor', () => {
  beforeEach(({ skip }) => skip(NO_SIGNING !== null, NO_SIGNING ?? ''));

  it('is intact when nothing was changed and it is theirs', async (t) => {
    const { program, root } = signed(t);
    expect(await checkSignature(program, SIGNER, root)).toEqual({ ok: true, value: undefined });
  });

  it('is broken when one bit of the program was changed', async (t) => {
    const { program, root } = signed(t);
    program.writeUInt8(1, 0x2a0);
    expect(await checkSignature(program, SIGNER, root)).toMatchObject({
      failure: { reason: 'signature-broken' },
    });
  });

  it('is not there when it was taken off', async (t) => {
    const { unsigned, root } = signed(t);
    expect(await checkSignature(unsigned, SIGNER, root)).toMatchObject({
      failure: { reason: 'signature-broken' },
    });
  });

  it('is nobody’s when another organisation has signed, or another authority vouches', async (t) => {
    const { program, root } = signed(t);
    const others = await checkSignature(program, 'OpenJS Foundation', root);
    expect(others).toMatchObject({ failure: { reason: 'signature-broken' } });
    expect(others.ok || others.failure.detail).toContain(SIGNER);
    expect(await checkSignature(program, SIGNER, WINDOWS_ROOT)).toMatchObject({ ok: false });
  });
});

describe('without the program that checks signatures', () => {
  it('that is what is said', async (t) => {
    const path = process.env.PATH;
    t.onTestFinished(() => {
      process.env.PATH = path;
    });
    process.env.PATH = folderFor(t);
    expect(await checkSignature(smallProgram(), SIGNER)).toMatchObject({ failure: { reason: 'no-checker' } });
  });
});
