import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readPackageConfig } from '../../../src/lan-agent/package-config.ts';
import { formatPublicKey } from '../../../src/link/signing.ts';

const hubKey = formatPublicKey(generateKeyPairSync('ed25519').publicKey);
const config = { version: 1, server: 'https://bot.example.org', hubKey };

async function folderWith(text?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'package-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  if (text !== undefined) await writeFile(join(folder, 'unbind-agent.json'), text);
  return folder;
}

describe('the settings of a package', () => {
  it('say whose it is', async () => {
    expect(await readPackageConfig(await folderWith(JSON.stringify(config)))).toEqual({
      ok: true,
      value: config,
    });
  });

  it('are none where the program came in no package', async () => {
    expect(await readPackageConfig(await folderWith())).toEqual({ ok: true, value: null });
  });

  it.each([
    ['nothing', ''],
    ['something else', 'server=https://bot.example.org'],
    ['another version', JSON.stringify({ ...config, version: 2 })],
    ['no key', JSON.stringify({ ...config, hubKey: 'AAAA' })],
    ['no end', `${JSON.stringify(config)}${' '.repeat(5_000)}`],
  ])('are damaged with %s in the file', async (_, text) => {
    expect(await readPackageConfig(await folderWith(text))).toEqual({ ok: false, failure: 'damaged' });
  });

  it('are damaged where the file is a folder', async () => {
    const folder = await folderWith();
    await mkdir(join(folder, 'unbind-agent.json'));
    expect(await readPackageConfig(folder)).toEqual({ ok: false, failure: 'damaged' });
  });
});
