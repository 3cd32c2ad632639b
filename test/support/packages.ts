import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  OPERATOR_KEY_FILE,
  PACKAGES_FILE,
  PACKAGES_SIGNATURE_FILE,
  type PackageSystem,
  type PackagesList,
  SUMS_FILE,
  signPackages,
} from '../../src/link/packages.ts';
import { formatPublicKey } from '../../src/link/signing.ts';

export interface PackagesFolder {
  readonly list: PackagesList;
  readonly operator: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  /** Bytes of each file, by its name. */
  readonly bytes: ReadonlyMap<string, Buffer>;
}

/** Writes packages as `npm run package:agent` does, of noise and of any size (bytes by system). */
export async function writePackages(
  folder: string,
  {
    sizes = { 'win-x64': 70_000, 'linux-x64': 60_000, 'mac-arm64': 50_000, 'mac-x64': 40_000 },
    agentVersion = '9.8.7',
    server = 'https://bot.example.org:8443',
    hubKey = formatPublicKey(generateKeyPairSync('ed25519').publicKey),
    operator = generateKeyPairSync('ed25519'),
  }: {
    sizes?: Partial<Record<PackageSystem, number>>;
    agentVersion?: string;
    server?: string;
    hubKey?: string;
    operator?: PackagesFolder['operator'];
  } = {},
): Promise<PackagesFolder> {
  const bytes = new Map<string, Buffer>();
  const packages = Object.entries(sizes).map(([system, size]) => {
    const file = `unbind-agent-${agentVersion}-${system}.zip`;
    const content = randomBytes(size);
    bytes.set(file, content);
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { system: system as PackageSystem, file, bytes: size, sha256 };
  });
  const list: PackagesList = { version: 1, agentVersion, server, hubKey, packages };
  const text = Buffer.from(`${JSON.stringify(list, null, 2)}\n`);
  const sums = packages.map(({ file, sha256 }) => `${sha256}  ${file}\n`).join('');
  for (const [file, content] of [
    ...bytes,
    [PACKAGES_FILE, text],
    [PACKAGES_SIGNATURE_FILE, `${signPackages(text, operator.privateKey)}\n`],
    [OPERATOR_KEY_FILE, `${formatPublicKey(operator.publicKey)}\n`],
    [SUMS_FILE, sums],
  ] as const)
    await writeFile(join(folder, file), content);
  return { list, operator, bytes };
}
