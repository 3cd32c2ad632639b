import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { createVisits } from '../../../src/lan-agent/link/visits.ts';
import type { ConsentAnswer } from '../../../src/lan-agent/prompt/prompt.ts';
import { VISIT_MS } from '../../../src/lan-agent/times.ts';

/** A laptop whose person answers every question the same way. */
function laptop(kind: ConsentAnswer['kind']) {
  const questions: object[] = [];
  const told: object[] = [];
  let now = 1_800_000_000_000;
  const visits = createVisits({
    promptFor: (language) => ({
      ask: () => Promise.reject(new Error('no password is asked for')),
      consent: async (to) => {
        questions.push({ ...to, language });
        return { kind };
      },
    }),
    clock: { now: () => now, sleep: async () => undefined },
    emit: async (event) => void told.push(event),
  });
  const survey = {
    type: 'survey',
    id: ulid(),
    jobId: ulid(),
    expiresAt: now,
    technician: 'Anna',
    language: 'ru',
    visit: ulid(),
    waitMs: 1_000,
  } as const;
  return {
    questions,
    told,
    allow: () => visits.allow(survey, new AbortController().signal),
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('a visit', () => {
  it('is allowed for twelve hours, in the language of who asks', async () => {
    const at = laptop('agreed');
    expect(await at.allow()).toBeNull();
    at.pass(VISIT_MS - 1);
    expect(await at.allow()).toBeNull();
    expect(at.questions).toEqual([{ kind: 'survey', technician: 'Anna', language: 'ru' }]);
    at.pass(1);
    expect(await at.allow()).toBeNull();
    expect(at.questions).toHaveLength(2);
  });

  it.each([
    ['declined', 'survey-refused'],
    ['abandoned', 'survey-abandoned'],
    ['unavailable', 'no-terminal'],
  ] as const)('that is %s is not allowed, and asked about again the next time', async (kind, refusal) => {
    const at = laptop(kind);
    for (const count of [1, 2]) {
      expect(await at.allow()).toBe(refusal);
      expect(at.questions).toHaveLength(count);
    }
    expect(at.told).toMatchObject(
      ['shown', 'abandoned', 'shown', 'abandoned'].map((state) => ({
        type: 'prompt',
        state,
        asks: 'survey',
      })),
    );
  });
});
