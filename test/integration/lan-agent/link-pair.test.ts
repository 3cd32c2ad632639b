import { generateKeyPairSync } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { loadIdentity } from '../../../src/lan-agent/link/identity.ts';
import { pair } from '../../../src/lan-agent/link/pair.ts';
import { createNewsTeller } from '../../../src/lan-agent/news-text.ts';
import { formatPublicKey } from '../../../src/link/signing.ts';
import { emptyHome, Stream } from './link-laptop.ts';
import { ScriptedHub } from './link-scripted-hub.ts';

const CODE = 'BCDFGHJKLM';

async function pairing(
  options: {
    hub?: ScriptedHub;
    server?: string;
    code?: string;
    home?: string;
    insecureLan?: boolean;
    agrees?: boolean;
  } = {},
) {
  const hub = options.hub ?? (await ScriptedHub.open());
  hub.codes.add(CODE);
  const home = options.home ?? (await emptyHome());
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const said = new Stream<string>();
  const end = pair({
    code: options.code ?? 'bcdfg-hjklm ',
    server: options.server ?? hub.url,
    insecureLan: options.insecureLan ?? false,
    home,
    agentVersion: '0.0.0-test',
    onNews: createNewsTeller({ texts: textsFor('en'), say: (line) => said.push(line) }),
    agree: async () => options.agrees ?? true,
    signal: stop.signal,
  });
  return { hub, home, said, end, stop, saw: (text: string) => said.first((line) => line.includes(text)) };
}

describe('pairing', () => {
  it('shows the number, waits for the chat and keeps the key for its owner alone', async () => {
    const { hub, home, saw, end } = await pairing();
    await saw('in the chat, once');
    await saw(hub.number);
    expect(hub.number).toMatch(/^\d{3} \d{3}$/);
    expect(await loadIdentity(home)).toEqual({ ok: false, failure: 'not-paired' });
    hub.confirmation = 'confirmed';
    expect(await end).toBe('paired');
    await saw('Paired.');
    const identity = await loadIdentity(home);
    expect(identity.ok && identity.value.server.url).toBe(hub.url);
    expect((await stat(join(home, 'identity.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(home)).mode & 0o077).toBe(0);
  });

  it('keeps an earlier pairing until the new one is confirmed, and forgets what was in transit then', async () => {
    const first = await pairing();
    first.hub.confirmation = 'confirmed';
    await first.end;
    const { home } = first;
    const before = await readFile(join(home, 'identity.json'), 'utf8');
    await mkdir(join(home, 'link'));
    await writeFile(join(home, 'link', 'commands.json'), '{}');

    const refused = await pairing({ home });
    await refused.saw('paired with');
    refused.hub.confirmation = 'refused';
    expect(await refused.end).toBe('refused-in-chat');
    expect(await readFile(join(home, 'identity.json'), 'utf8')).toBe(before);

    const second = await pairing({ home });
    second.hub.confirmation = 'confirmed';
    expect(await second.end).toBe('paired');
    expect(await readFile(join(home, 'identity.json'), 'utf8')).not.toBe(before);
    await expect(stat(join(home, 'link'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each([
    ['refused', 'refused-in-chat', 'another number was typed'],
    ['expired', 'expired', 'in time'],
  ] as const)('says what to do when the number was %s', async (state, ended, sentence) => {
    const { hub, home, end, saw } = await pairing();
    hub.confirmation = state;
    expect(await end).toBe(ended);
    await saw(sentence);
    expect((await loadIdentity(home)).ok).toBe(false);
  });

  it('says that the server does not know the code', async () => {
    const { end, saw } = await pairing({ code: 'MLKJHGFDCB' });
    expect(await end).toBe('code-unknown');
    await saw('does not know this code');
  });

  it('does not ask the server about something that cannot be a code', async () => {
    const { hub, end, saw } = await pairing({ code: 'hello' });
    expect(await end).toBe('not-a-code');
    await saw('no pairing code');
    expect(hub.requests).toBe(0);
  });

  it.each([
    ['http://192.0.2.1', false, 'plain-http', '--insecure-lan'],
    ['ftp://192.0.2.1', false, 'not-an-address', 'https://'],
    ['example', false, 'not-an-address', 'https://'],
    ['https://user:word@example.org', false, 'has-credentials', 'password'],
  ] as const)('refuses the address %s', async (server, insecureLan, end, sentence) => {
    const attempt = await pairing({ server, insecureLan });
    expect(await attempt.end).toBe(end);
    await attempt.saw(sentence);
  });

  it('names the cause when the server cannot be reached', async () => {
    const hub = await ScriptedHub.open();
    const { url } = hub;
    hub.close();
    const { end, saw } = await pairing({ server: url });
    expect(await end).toBe('refused');
    await saw('refuses connections');
  });

  it('goes on waiting when the connection breaks in between', async () => {
    const { hub, saw, end } = await pairing();
    await saw('in the chat, once');
    hub.fault('/v1/pair', 'broken');
    await hub.change();
    hub.fault('/v1/pair', null);
    hub.confirmation = 'confirmed';
    expect(await end).toBe('paired');
  });

  it('believes no confirmation that the hub has not signed', async () => {
    const { hub, home, saw, end } = await pairing();
    await saw('in the chat, once');
    hub.signs = false;
    hub.confirmation = 'confirmed';
    expect(await end).toBe('not-our-server');
    expect((await loadIdentity(home)).ok).toBe(false);
  });

  it.each([
    ['another key', { hubKey: formatPublicKey(generateKeyPairSync('ed25519').publicKey) }],
    ['another nonce', { hubNonce: 'A'.repeat(43) }],
    ['no key', { hubKey: 'AAAA' }],
  ] as const)('shows no number when the server shows %s than it was bound to', async (_, turnsTo) => {
    const { hub, home, said, end, saw } = await pairing();
    hub.turnsTo = turnsTo;
    expect(await end).toBe('other-key');
    await saw('nothing was paired');
    expect(said.all.filter((line) => /\d{3} \d{3}/.test(line))).toEqual([]);
    expect((await loadIdentity(home)).ok).toBe(false);
  });

  it('keeps nothing when the chat does not say the same, an earlier pairing included', async () => {
    const first = await pairing();
    first.hub.confirmation = 'confirmed';
    await first.end;
    const before = await readFile(join(first.home, 'identity.json'), 'utf8');
    const { hub, home, end, saw } = await pairing({ home: first.home, agrees: false });
    hub.confirmation = 'confirmed';
    expect(await end).toBe('not-agreed');
    await saw('Nothing was kept');
    expect(await readFile(join(home, 'identity.json'), 'utf8')).toBe(before);
  });

  it('asks nothing twice by itself, and says that the code is used up', async () => {
    const hub = await ScriptedHub.open();
    hub.fault('/v1/pair/key', 'broken');
    const attempt = await pairing({ hub });
    expect(await attempt.end).toBe('reset');
    await attempt.saw('used the code up');
    expect(hub.requests).toBe(2);
  });

  it('makes a new nonce for every try', async () => {
    const numbers = new Set<string>();
    const home = await emptyHome();
    for (let n = 0; n < 3; n++) {
      const { hub, saw, end } = await pairing({ home });
      await saw('in the chat, once');
      numbers.add(hub.nonce);
      hub.confirmation = 'confirmed';
      await end;
    }
    expect(numbers.size).toBe(3);
  });

  it('says so when server and agent are of different versions', async () => {
    const hub = await ScriptedHub.open();
    hub.fault('/v1/pair', { error: 'version-unsupported', signed: false });
    const attempt = await pairing({ hub });
    expect(await attempt.end).toBe('version-unsupported');
    await attempt.saw('Update unbind-agent');
  });

  it('stops on Ctrl+C', async () => {
    const { stop, saw, end } = await pairing();
    await saw('in the chat, once');
    stop.abort();
    expect(await end).toBe('stopped');
  });

  it('says so when the state folder cannot be used, before the code is spent', async () => {
    const file = join(await emptyHome(), 'file');
    await writeFile(file, '');
    const { hub, end, saw } = await pairing({ home: join(file, 'home') });
    expect(await end).toBe('home-unwritable');
    await saw('ENOTDIR');
    expect(hub.requests).toBe(0);
  });
});
