import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLog } from '../../../src/kernel/log.ts';
import { openIntake } from '../../../src/lan-agent/link/intake.ts';
import { openOutbox } from '../../../src/lan-agent/link/outbox.ts';
import type { JobFailure } from '../../../src/lan-agent/news.ts';
import { encodePng } from '../../../src/lan-agent/picture/png.ts';
import type { AgentCommand } from '../../../src/link/messages.ts';

const log = createLog('silent', 'agent');
const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

async function emptyHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'agent-disk-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}
async function outboxIn(home: string, now = () => NOW) {
  const opened = await openOutbox(home, now, log);
  if (!opened.ok) throw new Error(opened.failure.code);
  return opened.value;
}
async function intakeIn(home: string, now = () => NOW) {
  const opened = await openIntake(home, now, log);
  if (!opened.ok) throw new Error(opened.failure.code);
  return opened.value;
}
const failed = (reason: JobFailure = 'busy') => ({ type: 'job-failed', jobId: ulid(), reason }) as const;
const look = (time = NOW, expiresAt = NOW + HOUR): AgentCommand => ({
  id: ulid(time),
  type: 'status',
  jobId: ulid(),
  expiresAt,
  shortSerial: 'E12345678',
});

const picture = (image: string) =>
  ({
    type: 'challenge',
    jobId: ulid(),
    challengeId: ulid(),
    image,
    nonce: 'n',
    expiresAt: 1,
    triesLeft: 2,
  }) as const;

describe('the outbox', () => {
  it('has events on disk before it says so, and brings them back in order', async () => {
    const home = await emptyHome();
    const outbox = await outboxIn(home);
    const drafts = [failed('expired'), failed('cancelled'), failed('internal')];
    for (const draft of drafts) await outbox.put(draft);
    expect((await readdir(join(home, 'link', 'outbox'))).length).toBe(3);
    const again = (await outboxIn(home)).batch();
    expect(again).toEqual(outbox.batch());
    expect(again).toMatchObject(drafts);
  });

  it('gives later events later ids, even when the clock has gone back', async () => {
    const home = await emptyHome();
    await (await outboxIn(home)).put(failed());
    const later = await outboxIn(home, () => NOW - HOUR);
    await later.put(failed());
    const ids = later.batch().map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
  });

  it('forgets what was accepted, and only that', async () => {
    const home = await emptyHome();
    const outbox = await outboxIn(home);
    await outbox.put(failed('expired'));
    await outbox.put(failed('cancelled'));
    await outbox.remove([outbox.batch()[0]?.id ?? '', ulid(), '../../identity']);
    expect((await outboxIn(home)).batch()).toMatchObject([{ reason: 'cancelled' }]);
  });

  it('sends no more at once than fits into a request', async () => {
    const outbox = await outboxIn(await emptyHome());
    const canvas = { width: 385, height: 385, pixels: randomBytes(385 * 385) };
    const image = encodePng(canvas, [255, 255, 255], [0, 0, 0]).toString('base64');
    expect(image.length).toBeGreaterThan(190_000);
    for (let count = 0; count < 4; count++) await outbox.put(picture(image));
    expect(outbox.batch()).toHaveLength(2);
    const small = await outboxIn(await emptyHome());
    for (let count = 0; count < 55; count++) await small.put(failed());
    expect(small.batch()).toHaveLength(50);
  });

  it('hands out a picture at once, and has none for a later run, which would not know what it says', async () => {
    const home = await emptyHome();
    const outbox = await outboxIn(home);
    const canvas = { width: 8, height: 8, pixels: new Uint8Array(64) };
    const image = encodePng(canvas, [255, 255, 255], [0, 0, 0]).toString('base64');
    const puts = [outbox.put(failed()), outbox.put(picture(image))];
    expect(outbox.batch()).toMatchObject([{ type: 'challenge' }]);
    await Promise.all(puts);
    expect(outbox.batch()).toMatchObject([{ type: 'challenge' }, { type: 'job-failed' }]);
    expect(await readdir(join(home, 'link', 'outbox'))).toHaveLength(1);
    expect((await outboxIn(home)).batch()).toMatchObject([{ type: 'job-failed' }]);
    await outbox.remove(outbox.batch().map(({ id }) => id));
    expect(outbox.batch()).toEqual([]);
    expect((await outboxIn(home)).batch()).toEqual([]);
  });

  it('sets aside a file that is no event', async () => {
    const home = await emptyHome();
    await (await outboxIn(home)).put(failed());
    await writeFile(join(home, 'link', 'outbox', `${ulid()}.json`), '{"type":"job-fai');
    expect((await outboxIn(home)).batch()).toHaveLength(1);
    expect((await outboxIn(home)).batch()).toHaveLength(1);
  });

  it('wakes whoever waits for something to send', async () => {
    const outbox = await outboxIn(await emptyHome());
    const stop = new AbortController();
    const waited = outbox.wait(stop.signal);
    await outbox.put(failed());
    await waited;
    await outbox.wait(stop.signal);
    await outbox.remove(outbox.batch().map(({ id }) => id));
    const idle = outbox.wait(stop.signal);
    stop.abort();
    await idle;
  });
});

describe('the memory of commands', () => {
  it('takes a command once, over restarts and repetitions', async () => {
    const home = await emptyHome();
    const command = look();
    const intake = await intakeIn(home);
    expect(await intake.take([command, command])).toEqual({ ok: true, value: [command] });
    expect(await intake.take([command])).toEqual({ ok: true, value: [] });
    const again = await intakeIn(home);
    expect(again.cursor()).toBe(command.id);
    expect(await again.take([command])).toEqual({ ok: true, value: [] });
  });

  it('never moves its cursor back', async () => {
    const intake = await intakeIn(await emptyHome());
    const [older, newer] = [look(NOW - HOUR), look(NOW)];
    await intake.take([newer]);
    await intake.take([older]);
    expect(intake.cursor()).toBe(newer.id);
  });

  it('keeps jobs open until they are finished, and knows which may have sent something', async () => {
    const home = await emptyHome();
    const [first, second] = [look(), look()];
    const intake = await intakeIn(home);
    await intake.take([first, second, { ...look(), type: 'cancel' } as AgentCommand]);
    await intake.arm(second.jobId);
    await intake.finish(first.jobId);
    expect((await intakeIn(home)).open()).toEqual([{ command: second, armed: true }]);
  });

  it('forgets commands a day after they have expired, not before', async () => {
    const home = await emptyHome();
    const command = look(NOW, NOW + HOUR);
    await (await intakeIn(home)).take([command]);
    const idsIn = async (now: number) => {
      await (await intakeIn(home, () => now)).take([look(now, now + HOUR)]);
      return readFile(join(home, 'link', 'commands.json'), 'utf8');
    };
    expect(await idsIn(NOW + 24 * HOUR)).toContain(`"${command.id}",`);
    expect(JSON.parse(await idsIn(NOW + 26 * HOUR)).seen.flat()).not.toContain(command.id);
  });

  it('gives every process an epoch above the earlier ones, even when the clock has gone back', async () => {
    const home = await emptyHome();
    const epochs: string[] = [];
    for (const now of [NOW, NOW, NOW - 100 * HOUR, NOW + HOUR])
      epochs.push((await intakeIn(home, () => now)).epoch);
    expect(new Set(epochs).size).toBe(4);
    expect(epochs).toEqual([...epochs].sort());
  });

  it('begins anew when its file is damaged', async () => {
    const home = await emptyHome();
    await (await intakeIn(home)).take([look()]);
    await writeFile(join(home, 'link', 'commands.json'), '{"version":1,"seen":[[');
    const intake = await intakeIn(home);
    expect([intake.cursor(), intake.open()]).toEqual([null, []]);
  });
});
