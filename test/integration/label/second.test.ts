import { afterAll, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../../src/kernel/log.ts';
import { createLabelReader } from '../../../src/label/reader.ts';
import { eventually } from '../../support/eventually.ts';
import { bitten, CODE, hopeless, label, one, qr } from './photos.ts';

vi.setConfig({ testTimeout: 120_000 });

const patient = { workers: 1, budgetMs: 600_000, killAfterMs: 600_000, answerMs: 600_000, text: false };
const reader = createLabelReader(patient);
const alone = createLabelReader({ ...patient, second: false });
afterAll(() => Promise.all([reader.close(), alone.close()]));

const photo = await (await bitten()).jpeg().toBuffer();

describe('a label with a piece of a corner pattern gone', () => {
  it('is read by the second reader alone, and its verification code stays with that', async () => {
    expect(await alone.read(photo)).toMatchObject({ kind: 'unreadable' });
    const reading = await reader.read(photo);
    expect(reading).toMatchObject({
      kind: 'label',
      facts: { shortSerial: 'J50000062', model: 'DS-2CD2386G2-IU', hasVerificationCode: true },
      sources: ['qr'],
      isCertain: true,
    });
    expect(JSON.stringify(reading)).not.toContain(CODE);
  });
});

describe('the process of the second reader', () => {
  it('is not started where the first has read a label', async () => {
    const fresh = createLabelReader(patient);
    await fresh.read(await (await one(await qr(label()))).jpeg().toBuffer());
    expect(fresh.pids()).toHaveLength(1);
    await fresh.close();
  });

  it('is not started where hardly any time is left for it', async () => {
    const hasty = createLabelReader({ ...patient, budgetMs: 0 });
    expect(await hasty.read(photo)).toMatchObject({ kind: 'unreadable' });
    expect(hasty.pids()).toHaveLength(1);
    await hasty.close();
  });

  it('is killed within its part of the time where a picture keeps it, and the answer comes nevertheless', async () => {
    const lines: string[] = [];
    const log = createLog('info', 'test', { write: (line: string) => void lines.push(line) });
    // Half of this is enough, on a busy machine too, to begin with a view that takes it many times as long as it is waited for.
    const brief = createLabelReader({ ...patient, budgetMs: 16_000, log });
    expect(await brief.read(await hopeless(3200, 3))).toEqual({ kind: 'unreadable', tip: null });
    expect(lines.map((line) => JSON.parse(line).failure)).toEqual(['timeout']);
    // Its process goes with what keeps it, the first reader's is there for the next photo.
    await eventually(() => expect(brief.pids()).toHaveLength(1));
    await brief.close();
  });

  it('is left alone by who does not wait any more', async () => {
    const abort = new AbortController();
    const reading = reader.read(photo, { signal: abort.signal });
    abort.abort(new Error('left the chat'));
    await expect(reading).rejects.toThrow('left the chat');
    expect(await reader.read(photo)).toMatchObject({ kind: 'label' });
  });
});
