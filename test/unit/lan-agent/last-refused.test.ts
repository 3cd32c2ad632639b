import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLastRefused } from '../../../src/lan-agent/last-refused.ts';

const SERIAL = 'AC7000101';
const OTHER = 'G70000199';
const HOUR = 3600_000;

let home = '';
let now = 0;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'unbind-agent-'));
  now = Date.parse('2026-01-02T03:04:05Z');
});
afterEach(() => rm(home, { recursive: true, force: true }));

const memory = () => openLastRefused(home, () => now);
const folder = () => join(home, 'last-refused');
const refuse = async (serial: string, password: string) => {
  const mark = await memory().markOf(serial, Buffer.from(password));
  if (mark !== null) await memory().keep(serial, mark);
  return mark;
};
const isLike = (serial: string, password: string) => memory().isLike(serial, Buffer.from(password));

describe('the last refused password', () => {
  it('is known again, for its device alone', async () => {
    await refuse(SERIAL, 'wrong-one');
    expect(await isLike(SERIAL, 'wrong-one')).toBe(true);
    expect(await isLike(OTHER, 'wrong-one')).toBe(false);
    await refuse(SERIAL, 'wrong-two');
    expect(await isLike(SERIAL, 'wrong-two')).toBe(true);
  });

  it('is ten bits on disk and no more, beside a key of its own, both for the owner alone', async () => {
    const mark = await refuse(SERIAL, 'wrong-one');
    expect(mark).toBeLessThan(1024);
    const text = await readFile(join(folder(), `${SERIAL}.json`), 'utf8');
    expect(JSON.parse(text)).toEqual({ mark, at: now });
    expect(await readdir(folder())).toEqual([`${SERIAL}.json`, 'key']);
    expect((await readFile(join(folder(), 'key'))).length).toBe(32);
    for (const name of await readdir(folder())) {
      expect((await stat(join(folder(), name))).mode & 0o777).toBe(0o600);
    }
  });

  it('is taken for about one in 1024 others: that is all it tells', async () => {
    await refuse(SERIAL, 'wrong-one');
    let hits = 0;
    for (let number = 0; number < 4096; number++) if (await isLike(SERIAL, `guess-${number}`)) hits++;
    // Four are expected; twenty or more come once in ten billion runs.
    expect(hits).toBeLessThan(20);
  });

  it('has another mark under another key, and for another device', async () => {
    const marks = new Set<number | null>();
    for (let round = 0; round < 4; round++) {
      marks.add(await refuse(SERIAL, 'wrong-one'));
      marks.add(await memory().markOf(OTHER, Buffer.from('wrong-one')));
      await memory().forget(SERIAL);
    }
    expect(marks.size).toBeGreaterThan(2);
  });

  it('is erased at success, and the key with the last of them', async () => {
    await refuse(SERIAL, 'wrong-one');
    await refuse(OTHER, 'wrong-one');
    await memory().forget(SERIAL);
    expect(await isLike(SERIAL, 'wrong-one')).toBe(false);
    expect(await isLike(OTHER, 'wrong-one')).toBe(true);
    await memory().forget(OTHER);
    expect(await readdir(home)).toEqual([]);
  });

  it.for([24 * HOUR, -1])(
    'is neither known nor there after a day, or after a clock was set back: %i',
    async (later) => {
      await refuse(SERIAL, 'wrong-one');
      now += later;
      expect(await isLike(SERIAL, 'wrong-one')).toBe(false);
      await memory().sweep();
      expect(await readdir(home)).toEqual([]);
    },
  );

  it('only ever asks: what is damaged or cannot be written is not remembered', async () => {
    await refuse(SERIAL, 'wrong-one');
    await writeFile(join(folder(), `${SERIAL}.json`), '{"mark": 1e9}');
    expect(await isLike(SERIAL, 'wrong-one')).toBe(false);
    await rm(folder(), { recursive: true });
    await writeFile(folder(), '');
    expect(await memory().markOf(SERIAL, Buffer.from('wrong-one'))).toBeNull();
    expect(await isLike(SERIAL, 'wrong-one')).toBe(false);
  });
});
