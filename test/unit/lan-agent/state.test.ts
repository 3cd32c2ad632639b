import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir, uptime } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lockDevice } from '../../../src/lan-agent/device-lock.ts';
import { agentHome, ensureHome, patiently, replaceFile } from '../../../src/lan-agent/home.ts';
import { openJournal } from '../../../src/lan-agent/journal.ts';

const SERIAL = 'AC7000101';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'unbind-agent-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const mode = async (path: string) => (await stat(path)).mode & 0o777;

describe('the state folder', () => {
  it('is where the setting says, else where the system keeps state', () => {
    expect(agentHome({ UNBIND_AGENT_HOME: '/x' }, 'linux')).toBe('/x');
    expect(agentHome({ XDG_STATE_HOME: '/state' }, 'linux')).toBe(join('/state', 'unbind-agent'));
    expect(agentHome({}, 'linux')).toMatch(/\.local.state.unbind-agent$/);
    expect(agentHome({}, 'darwin')).toMatch(/Library.Application Support.unbind-agent$/);
    expect(agentHome({ LOCALAPPDATA: '/local' }, 'win32')).toBe(join('/local', 'unbind-agent'));
  });

  it.each([
    ['an empty HOME', { HOME: '' }],
    ['a relative HOME', { HOME: 'here' }],
    ['an empty XDG_STATE_HOME', { XDG_STATE_HOME: '' }],
    ['a relative XDG_STATE_HOME', { XDG_STATE_HOME: 'state' }],
  ])('does not depend on where the program was started with %s', (_, env) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const folder = agentHome(process.env, 'linux') ?? '';
    vi.unstubAllEnvs();
    expect(isAbsolute(folder)).toBe(true);
    expect(folder).toMatch(/.local.state.unbind-agent$/);
  });

  it('is made for its owner alone, and closed where it stood open', async () => {
    const folder = join(home, 'a', 'b');
    await ensureHome(folder);
    expect(await mode(folder)).toBe(0o700);
    await chmod(folder, 0o755);
    await ensureHome(folder);
    expect(await mode(folder)).toBe(0o700);
  });

  it('replaces files whole, for their owner alone, and leaves no draft behind', async () => {
    await replaceFile(join(home, 'file'), 'one');
    await replaceFile(join(home, 'file'), 'two');
    expect(await readFile(join(home, 'file'), 'utf8')).toBe('two');
    expect(await mode(join(home, 'file'))).toBe(0o600);
    expect(await readdir(home)).toEqual(['file']);
  });

  it('says why it cannot be used', async () => {
    await writeFile(join(home, 'file'), '');
    const made = await ensureHome(join(home, 'file', 'folder'));
    expect(made).toEqual({ ok: false, failure: { reason: 'unwritable', code: 'ENOTDIR' } });
  });
});

describe('a file that another program looks into', () => {
  const heldFor = (times: number, code: string) => {
    let tried = 0;
    const act = async () => {
      tried++;
      if (tried <= times) throw Object.assign(new Error(code), { code });
      return tried;
    };
    return { act, tried: () => tried };
  };

  it('is replaced on Windows as soon as it is let go', async () => {
    expect(await patiently(heldFor(3, 'EPERM').act, 'win32')).toBe(4);
  });

  it('is not waited for without end, nor for any other reason, nor on other systems', async () => {
    for (const [code, system, times] of [
      ['EPERM', 'win32', 6],
      ['ENOSPC', 'win32', 1],
      ['EPERM', 'linux', 1],
    ] as const) {
      const held = heldFor(100, code);
      await expect(patiently(held.act, system)).rejects.toMatchObject({ code });
      expect(held.tried()).toBe(times);
    }
  });
});

describe('the journal', () => {
  const line = { attempt: 'A1', origin: 'local', shortSerial: SERIAL } as const;

  it('appends readable lines for its owner alone', async () => {
    const journal = openJournal(home, () => new Date('2026-01-02T03:04:05Z'));
    await journal.write({ ...line, event: 'intent' });
    await journal.write({ ...line, event: 'result', outcome: 'unbound' });
    const path = join(home, 'journal.jsonl');
    const lines = (await readFile(path, 'utf8'))
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(lines).toMatchObject([
      { at: '2026-01-02T03:04:05.000Z', event: 'intent', shortSerial: SERIAL },
      { event: 'result', outcome: 'unbound' },
    ]);
    expect(await mode(path)).toBe(0o600);
  });

  it('finds intents without an end, of this device, also behind a line that a crash cut off', async () => {
    const journal = openJournal(home);
    await journal.write({ ...line, attempt: 'A1', event: 'intent' });
    await journal.write({ ...line, attempt: 'A1', event: 'result' });
    await journal.write({ ...line, attempt: 'A2', event: 'intent' });
    await journal.write({ ...line, attempt: 'A2', event: 'settled' });
    await journal.write({ ...line, attempt: 'A3', event: 'intent', shortSerial: 'AC7000999' });
    await writeFile(join(home, 'journal.jsonl'), '{"at":"2026', { flag: 'a' });
    await journal.write({ ...line, attempt: 'A4', event: 'intent' });
    const open = await journal.unsettled(SERIAL);
    expect(open.ok && open.value.map(({ attempt }) => attempt)).toEqual(['A4']);
  });

  it('tells its last attempts, each by what was written of it last', async () => {
    const journal = openJournal(home);
    const write = (attempt: string, what: Omit<Parameters<typeof journal.write>[0], keyof typeof line>) =>
      journal.write({ ...line, attempt, ...what });
    await write('A1', { event: 'begun', technician: 'Anna' });
    await write('A1', { event: 'intent' });
    await write('A2', { event: 'begun' });
    await write('A1', { event: 'result', outcome: 'unbound', verified: true });
    await write('A3', { event: 'begun' });
    await write('A3', { event: 'login' });
    await write('A3', { event: 'inspected', outcome: 'read' });
    await write('A4', { event: 'intent' });
    await write('A5', { event: 'intent' });
    await write('A5', { event: 'result', outcome: 'unknown' });
    await write('A5', { event: 'settled', outcome: 'unknown', verified: false });
    const told = await journal.recent(4);
    expect(told).toMatchObject({
      ok: true,
      value: [
        { id: 'A5', outcome: 'not-carried-out', sent: true },
        { id: 'A4', outcome: null, sent: true, verified: false },
        { id: 'A3', outcome: 'read', task: 'reading', sent: false },
        { id: 'A2', outcome: null, sent: false, technician: null },
      ],
    });
    const all = await journal.recent(10);
    expect(all.ok && all.value[4]).toMatchObject({ id: 'A1', technician: 'Anna', verified: true });
  });

  it('is empty before its first line', async () => {
    expect(await openJournal(join(home, 'new')).recent(5)).toEqual({ ok: true, value: [] });
    expect(await openJournal(join(home, 'new')).unsettled(SERIAL)).toEqual({ ok: true, value: [] });
  });

  it('begins a new file when one is full, and still finds what the old one left open', async () => {
    const journal = openJournal(home);
    await journal.write({ ...line, event: 'intent' });
    await writeFile(join(home, 'journal.jsonl'), `${'#'.repeat(1024 * 1024)}\n`, { flag: 'a' });
    await journal.write({ ...line, attempt: 'A2', event: 'begun' });
    expect((await readdir(home)).filter((name) => name.startsWith('journal'))).toHaveLength(2);
    expect((await stat(join(home, 'journal.jsonl'))).size).toBeLessThan(1000);
    const open = await journal.unsettled(SERIAL);
    expect(open.ok && open.value).toHaveLength(1);
  });

  it('tells of an open attempt what its result says', async () => {
    const journal = openJournal(home);
    await journal.write({ ...line, event: 'intent', bindStatus: 'bound' });
    await journal.write({ ...line, event: 'result', outcome: 'accepted-unconfirmed' });
    const open = await journal.unsettled(SERIAL);
    expect(open.ok && open.value).toMatchObject([{ bindStatus: 'bound', outcome: 'accepted-unconfirmed' }]);
  });

  it('says so when it cannot be written or read', async () => {
    await mkdir(join(home, 'journal.jsonl'));
    const journal = openJournal(home);
    const failure = { reason: 'unwritable', code: 'EISDIR' };
    expect(await journal.write({ ...line, event: 'intent' })).toEqual({ ok: false, failure });
    expect(await journal.unsettled(SERIAL)).toEqual({ ok: false, failure });
  });
});

describe('the lock of a device', () => {
  const path = () => join(home, 'locks', `${SERIAL}.lock`);
  const leave = async (content: string) => {
    await mkdir(join(home, 'locks'));
    await writeFile(path(), content);
  };

  it('is had once, and again when it was let go', async () => {
    const first = await lockDevice(home, SERIAL);
    expect(await lockDevice(home, SERIAL)).toEqual({ ok: false, failure: { reason: 'busy' } });
    expect((await lockDevice(home, 'AC7000999')).ok).toBe(true);
    if (first.ok) await first.value.release();
    expect((await lockDevice(home, SERIAL)).ok).toBe(true);
  });

  it('belongs to a process that runs', async () => {
    await leave(`${process.ppid} abc\n`);
    expect(await lockDevice(home, SERIAL)).toEqual({ ok: false, failure: { reason: 'busy' } });
  });

  it.for(['4194305 abc\n', `${process.pid} abc\n`])(
    'is taken over from a process that is gone: %j',
    async (left) => {
      await leave(left);
      const lock = await lockDevice(home, SERIAL);
      expect(lock.ok && (await lock.value.held())).toBe(true);
    },
  );

  it('is nobody’s when it is older than the start of the laptop, whoever has its number now', async () => {
    await leave(`${process.ppid} abc\n`);
    const beforeStart = Date.now() / 1000 - uptime() - 120;
    await utimes(path(), beforeStart, beforeStart);
    expect((await lockDevice(home, SERIAL)).ok).toBe(true);
  });

  it('waits for one that is just being written, not for one that was left unwritten', async () => {
    await leave('');
    expect((await lockDevice(home, SERIAL)).ok).toBe(false);
    await utimes(path(), 1, 1);
    expect((await lockDevice(home, SERIAL)).ok).toBe(true);
  });

  it('notices that it was taken away, and leaves the other one alone', async () => {
    const lock = await lockDevice(home, SERIAL);
    if (!lock.ok) throw new Error('no lock');
    await writeFile(path(), '1 other\n');
    expect(await lock.value.held()).toBe(false);
    await lock.value.release();
    expect(await readFile(path(), 'utf8')).toBe('1 other\n');
  });
});
