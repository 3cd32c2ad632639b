import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AgentPackage,
  OPERATOR_KEY_FILE,
  PACKAGE_BYTES_LIMIT,
  PACKAGE_CONFIG_FILE,
  PACKAGES_FILE,
  PACKAGES_SIGNATURE_FILE,
  type PackageConfig,
  type PackageSystem,
  type PackagesList,
  packageConfig,
  readPackages,
  SUMS_FILE,
  signPackages,
} from '../../../src/link/packages.ts';
import { formatPublicKey } from '../../../src/link/signing.ts';

const operator = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const hubKey = formatPublicKey(generateKeyPairSync('ed25519').publicKey);

const packageFor = (system: PackageSystem): AgentPackage => ({
  system,
  file: `unbind-agent-0.1.0-${system}.zip`,
  bytes: 33_500_000,
  sha256: 'a'.repeat(64),
});
const WINDOWS = packageFor('win-x64');
const LINUX = packageFor('linux-x64');
const LIST: PackagesList = {
  version: 1,
  agentVersion: '0.1.0',
  server: 'https://bot.example.org/unbind',
  hubKey,
  packages: [WINDOWS, LINUX],
};

const bytesOf = (list: unknown) => new TextEncoder().encode(JSON.stringify(list));

/** What is read of a list that the operator has signed as it is. */
function readSigned(list: unknown) {
  const bytes = bytesOf(list);
  return readPackages(bytes, signPackages(bytes, operator.privateKey), operator.publicKey);
}

describe('the list of packages', () => {
  it('is read as it was signed, whatever ends the line of the signature', () => {
    expect(readSigned(LIST)).toEqual({ ok: true, value: LIST });
    const bytes = bytesOf(LIST);
    const signature = `${signPackages(bytes, operator.privateKey)}\r\n`;
    expect(readPackages(bytes, signature, operator.publicKey).ok).toBe(true);
  });

  it('is not looked at when another key has signed it', () => {
    const bytes = bytesOf(LIST);
    const signature = signPackages(bytes, stranger.privateKey);
    expect(readPackages(bytes, signature, operator.publicKey)).toEqual({ ok: false, failure: 'not-signed' });
  });

  it('is not looked at when a single byte of it, or of its signature, is another one', () => {
    const bytes = bytesOf(LIST);
    const signature = signPackages(bytes, operator.privateKey);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const changed = bytes.map((byte, index) => (index === at ? byte ^ difference : byte));
        expect(readPackages(changed, signature, operator.publicKey)).toMatchObject({ failure: 'not-signed' });
      }),
    );
    fc.assert(
      fc.property(fc.nat(63), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const changed = Buffer.from(signature, 'base64').map((byte, index) =>
          index === at ? byte ^ difference : byte,
        );
        const text = Buffer.from(changed).toString('base64');
        expect(readPackages(bytes, text, operator.publicKey)).toMatchObject({ failure: 'not-signed' });
      }),
    );
  });

  it('takes no text for a signature that is none', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readPackages(bytesOf(LIST), text, operator.publicKey)).toMatchObject({
          failure: 'not-signed',
        });
      }),
    );
  });

  it.each([PACKAGES_FILE, PACKAGES_SIGNATURE_FILE, OPERATOR_KEY_FILE, SUMS_FILE, PACKAGE_CONFIG_FILE])(
    'names no package %s, which lies in the folder, or in a package, itself',
    (file) => {
      expect(readSigned({ ...LIST, packages: [{ ...WINDOWS, file }] })).toMatchObject({
        failure: 'malformed',
      });
    },
  );

  it.each([
    ['another version', { ...LIST, version: 2 }],
    ['no server', { ...LIST, server: undefined }],
    ['a server that is no web address', { ...LIST, server: 'ftp://bot.example.org' }],
    ['a key that is none', { ...LIST, hubKey: hubKey.slice(1) }],
    ['an agent without a version', { ...LIST, agentVersion: 'latest' }],
    ['no packages', { ...LIST, packages: [] }],
    ['a file elsewhere', { ...LIST, packages: [{ ...WINDOWS, file: '../../etc/passwd.zip' }] }],
    ['a file of a folder', { ...LIST, packages: [{ ...WINDOWS, file: 'a\\b.zip' }] }],
    ['a hidden file', { ...LIST, packages: [{ ...WINDOWS, file: '.zip' }] }],
    ['a system nobody has', { ...LIST, packages: [{ ...WINDOWS, system: 'beos' }] }],
    ['one system twice', { ...LIST, packages: [WINDOWS, { ...LINUX, system: 'win-x64' }] }],
    ['one file twice', { ...LIST, packages: [WINDOWS, { ...LINUX, file: WINDOWS.file }] }],
    ['a package too large', { ...LIST, packages: [{ ...WINDOWS, bytes: PACKAGE_BYTES_LIMIT }] }],
    ['a sum that is none', { ...LIST, packages: [{ ...WINDOWS, sha256: 'A'.repeat(64) }] }],
    ['something else', 'packages'],
  ])('is malformed with %s, whoever has signed it', (_, list) => {
    expect(readSigned(list)).toEqual({ ok: false, failure: 'malformed' });
  });

  it('is malformed when it is no text at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const signature = signPackages(bytes, operator.privateKey);
        expect(readPackages(bytes, signature, operator.publicKey)).toEqual({
          ok: false,
          failure: 'malformed',
        });
      }),
    );
  });
});

describe('what a package brings along', () => {
  const CONFIG: PackageConfig = { version: 1, server: 'https://bot.example.org', hubKey };

  it('is a server and the key of its hub', () => {
    expect(packageConfig.parse(CONFIG)).toEqual(CONFIG);
    expect(packageConfig.safeParse({ ...CONFIG, server: 'http://192.168.1.5:8080' }).success).toBe(true);
  });

  it.each([
    ['no key', { hubKey: undefined }],
    ['a key of another kind', { hubKey: formatPublicKey(generateKeyPairSync('x25519').publicKey) }],
    ['no server', { server: '' }],
    ['a script for a server', { server: 'javascript:alert(1)' }],
    ['a version to come', { version: 2 }],
  ])('is refused with %s', (_, change) => {
    expect(packageConfig.safeParse({ ...CONFIG, ...change }).success).toBe(false);
  });
});
