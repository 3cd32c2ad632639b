import { randomBytes } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJournal } from '../../../src/lan-agent/journal.ts';
import { loadIdentity } from '../../../src/lan-agent/link/identity.ts';
import { testNetwork } from '../../../src/lan-agent/network/test-network.ts';
import { supportBundle } from '../../../src/lan-agent/support/bundle.ts';
import { MOST_SUPPORT_CHARACTERS, supportRequest } from '../../../src/link/messages.ts';
import { filesOf, hits } from '../../support/canary.ts';
import { CAMERA, oneCamera, PASSWORD, WRONG_PASSWORD } from './agent.ts';
import { emptyHome } from './link-laptop.ts';
import { ScriptedHub } from './link-scripted-hub.ts';

const TOKEN = `${'1234567'}:${randomBytes(27).toString('base64url').slice(0, 35)}`;

function network() {
  const made = testNetwork('127.0.0.1/8:9', false);
  if (!made.ok) throw new Error(made.failure);
  return made.value;
}

describe('the file for support', () => {
  it('tells what was done and found, and holds nothing of a password, a key or the environment', async (t) => {
    const at = await oneCamera(t);
    const hub = await ScriptedHub.open();
    await hub.pair(at.home);
    expect((await at.unbind({ password: WRONG_PASSWORD })).code).toBe(1);
    const refused = await filesOf(join(at.home, 'last-refused'), '');
    expect((await at.unbind()).code).toBe(0);
    const path = join(at.home, 'support.json');
    const ended = await at.agent(['doctor', '--bundle', path], {
      env: { HTTPS_PROXY: 'http://user:Canary-Proxy-1@192.0.2.1:3128', NO_PROXY: '127.0.0.1' },
    });
    expect(ended.stderr).toContain(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const bytes = await readFile(path);
    const told = JSON.parse(bytes.toString());
    expect(told).toMatchObject({
      kind: 'unbind-support',
      version: 1,
      pairing: { server: hub.url, newKeyWaits: false },
      environment: ['HTTPS_PROXY', 'NO_PROXY', 'UNBIND_AGENT_HOME', 'UNBIND_AGENT_TEST_NETWORK'],
      attempts: [
        { shortSerial: CAMERA, outcome: 'unbound', verified: true },
        { shortSerial: CAMERA, outcome: 'wrong-password' },
      ],
      ledger: [{ shortSerial: CAMERA }],
    });
    expect(told.doctor.map(({ check }: { check: string }) => check)).toContain('server');

    const identity = JSON.parse(await readFile(join(at.home, 'identity.json'), 'utf8'));
    const secrets = {
      password: PASSWORD,
      'wrong password': WRONG_PASSWORD,
      key: identity.privateKey,
      proxy: 'Canary-Proxy-1',
      'key of the mark': refused['/key']?.toString('hex') ?? '',
    };
    expect(secrets['key of the mark']).not.toBe('');
    expect(hits(secrets, { bundle: bytes })).toEqual([]);
    for (const [name, secret] of Object.entries(secrets))
      expect(hits({ [name]: secret }, { bundle: Buffer.concat([bytes, Buffer.from(secret)]) })).toHaveLength(
        1,
      );
  });

  it('is made of any state folder, is never too long for the wire, and shows no secret in the place of a name', async () => {
    const home = await emptyHome();
    const sources = { home: join(home, 'none'), network: network(), env: {}, checks: [] };
    expect(JSON.parse((await supportBundle(sources)).text)).toMatchObject({
      pairing: 'not-paired',
      folder: [],
      attempts: [],
    });
    await mkdir(join(home, 'ledger'));
    await writeFile(join(home, 'identity.json'), 'nonsense');
    await writeFile(join(home, TOKEN), '');
    const journal = openJournal(home);
    for (let count = 0; count < 150; count++) {
      const attempt = `A${count}`;
      const technician = '\u0000'.repeat(60) + TOKEN;
      await journal.write({ event: 'begun', attempt, origin: 'bot', technician, shortSerial: CAMERA });
    }
    const { text, file } = await supportBundle({ ...sources, home }, new Date('2026-11-29T16:45:00Z'));
    expect(file).toBe('unbind-support-20261129-164500.json');
    expect(text.length).toBeLessThanOrEqual(MOST_SUPPORT_CHARACTERS);
    expect(supportRequest.safeParse({ version: 3, bundle: text }).success).toBe(true);
    const { pairing, attempts } = JSON.parse(text);
    expect(pairing).toBe('damaged');
    expect(attempts.length).toBeGreaterThan(20);
    expect(attempts[0].id).toBe('A149');
    expect(hits({ token: TOKEN }, { bundle: Buffer.from(text) })).toEqual([]);
    expect((await loadIdentity(home)).ok).toBe(false);
  });

  it('says what to do where it can be neither written nor sent', async (t) => {
    const at = await oneCamera(t);
    const unwritten = await at.agent(['doctor', '--bundle', join(at.home, 'no', 'folder', 'x.json')]);
    expect([unwritten.code, unwritten.stderr]).toEqual([1, expect.stringContaining('ENOENT')]);
    const unpaired = await at.agent(['doctor', '--send']);
    expect([unpaired.code, unpaired.stderr]).toEqual([1, expect.stringContaining('not paired')]);
    // A hub of before.
    const hub = await ScriptedHub.open();
    await hub.pair(at.home);
    const old = await at.agent(['doctor', '--send']);
    expect([old.code, old.stderr]).toEqual([
      1,
      expect.stringContaining('with --bundle and send it yourself'),
    ]);
  });
});
