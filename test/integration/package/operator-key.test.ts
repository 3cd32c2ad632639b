import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { operatorKey, operatorKeyFile } from '../../../scripts/package/operator-key.ts';
import { folderFor } from './stand-in.ts';

const POSIX = process.platform !== 'win32';

describe('the key of the operator', () => {
  it('is made once, for its owner alone', async (t) => {
    const path = join(folderFor(t), 'own', 'operator-key.pem');
    const [first, second] = [await operatorKey(path), await operatorKey(path)];
    if (!first.ok || !second.ok) throw new Error('no key');
    expect([first.value.isNew, second.value.isNew]).toEqual([true, false]);
    expect(second.value.key.equals(first.value.key)).toBe(true);
    if (POSIX) expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
  });

  it('is not used when others may read it', async (t) => {
    const path = join(folderFor(t), 'key.pem');
    await operatorKey(path);
    chmodSync(path, 0o640);
    const again = await operatorKey(path);
    expect(again).toMatchObject(POSIX ? { failure: { reason: 'key-exposed' } } : { ok: true });
  });

  it('is not taken from a file with anything else, which stays as it is and is not repeated', async (t) => {
    const others = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    for (const content of ['hunter2', others.export({ type: 'pkcs8', format: 'pem' })]) {
      const path = join(folderFor(t), 'key.pem');
      writeFileSync(path, content, { mode: 0o600 });
      expect(await operatorKey(path)).toEqual({ ok: false, failure: { reason: 'not-a-key', detail: '' } });
      expect(readFileSync(path, 'utf8')).toBe(content);
    }
  });

  it('says the system’s word where none can be made', async (t) => {
    const folder = folderFor(t);
    writeFileSync(join(folder, 'file'), '');
    const made = await operatorKey(join(folder, 'file', 'key.pem'));
    expect(made).toMatchObject({
      failure: { reason: 'key-unusable', detail: expect.stringMatching(/ENOTDIR|EEXIST/) },
    });
  });

  it('lies among the person’s own settings', () => {
    expect(operatorKeyFile({ XDG_CONFIG_HOME: '/etc/mine' })).toBe('/etc/mine/unbind/operator-key.pem');
    expect(operatorKeyFile({ XDG_CONFIG_HOME: 'here' })).toMatch(
      /^\/.*\/\.config\/unbind\/operator-key\.pem$/,
    );
  });
});
