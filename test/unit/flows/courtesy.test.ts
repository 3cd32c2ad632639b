import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallApi } from '../../../src/flows/engine/bot-api.ts';
import { createCourtesies } from '../../../src/flows/engine/courtesy.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { ok } from '../../../src/kernel/result.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const made: unknown[] = [];
const callApi = (async (method: string, payload: { action?: string }) => {
  made.push(payload.action ?? method);
  return ok(true);
}) as unknown as CallApi;
const courtesies = createCourtesies(callApi, createLog('silent', 'test'));

describe('what a phone shows of what is being done', () => {
  beforeEach(() => {
    made.length = 0;
  });

  it('is there at once where something is read, again every four seconds, and gone when that is over', () => {
    const over = courtesies.doing(7, 'typing', 3);
    expect(made).toEqual(['setMessageReaction', 'typing']);
    vi.advanceTimersByTime(8_000);
    expect(made).toEqual(['setMessageReaction', 'typing', 'typing', 'typing']);
    over();
    expect(made.at(-1)).toBe('setMessageReaction');
    vi.advanceTimersByTime(60_000);
    expect(made).toHaveLength(5);
  });

  it('is left out of what is sent in no time', () => {
    const over = courtesies.doing(7, 'upload_photo');
    vi.advanceTimersByTime(299);
    over();
    vi.advanceTimersByTime(60_000);
    expect(made).toEqual([]);
  });

  it('is there where sending takes long, and again before it would be gone', () => {
    const over = courtesies.doing(7, 'upload_photo');
    vi.advanceTimersByTime(300);
    expect(made).toEqual(['upload_photo']);
    vi.advanceTimersByTime(4_000);
    expect(made).toEqual(['upload_photo', 'upload_photo']);
    over();
  });
});
