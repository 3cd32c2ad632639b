import fc from 'fast-check';
import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import {
  BEGUN,
  disbeliefOf,
  type JobFacts,
  type JobStory,
  storyAfter,
} from '../../../src/bot/jobs/belief.ts';
import type { AgentEvent, UnbindOutcome, UnbindReport } from '../../../src/link/messages.ts';

const SERIAL = 'J50000062';
const JOB = ulid();
const NOW = 1_800_000_000_000;
const PICTURES = [ulid(), ulid(), ulid()] as const;
const FACTS: JobFacts = {
  kind: 'unbind',
  shortSerial: SERIAL,
  now: NOW,
  permitTraded: false,
  tradedEarlier: false,
  answers: 0,
  refreshed: false,
};

const event = (type: AgentEvent['type'], content: object) =>
  ({ type, id: ulid(), jobId: JOB, at: NOW, ...content }) as AgentEvent;
const shown = (challengeId: string = PICTURES[0], more: object = {}) =>
  event('challenge', {
    challengeId,
    image: '',
    nonce: 'n',
    expiresAt: NOW + 300_000,
    triesLeft: 2,
    ...more,
  });
const result = (word: 'passed' | 'wrong' | 'expired', challengeId: string = PICTURES[0], triesLeft = 2) =>
  event('challenge-result', { challengeId, result: word, triesLeft });
const prompt = (state: 'shown' | 'abandoned' = 'shown') => event('prompt', { state, attemptsLeft: 5 });
const outcome = (report: Partial<UnbindReport>) =>
  event('outcome', { report: { shortSerial: SERIAL, outcome: 'unbound', verified: true, ...report } });
const failed = event('job-failed', { reason: 'busy' });

/** The story after honest events. */
function told(events: readonly [AgentEvent, Partial<JobFacts>?][]): JobStory {
  let story = BEGUN;
  for (const [one, facts = {}] of events) {
    expect(disbeliefOf(story, one, { ...FACTS, ...facts }), one.type).toBeNull();
    story = storyAfter(story, one);
  }
  return story;
}
const PICTURE = told([[shown()]]);
const PASSED = told([[shown()], [result('passed'), { answers: 1 }]]);
const PROMPT = told([[shown()], [result('passed'), { answers: 1 }], [prompt()]]);
const OVER = told([[failed]]);

describe('what a laptop says of an unbind', () => {
  it('is believed when it comes in its turn, with every way a picture may go', () => {
    const story = told([
      [shown()],
      [result('wrong', PICTURES[0], 1), { answers: 1 }],
      [shown(PICTURES[1], { triesLeft: 1 }), { answers: 1, refreshed: true }],
      // Answered a moment before it was replaced.
      [result('expired', PICTURES[0], 1)],
      [result('passed', PICTURES[1], 1), { answers: 1 }],
      [prompt()],
      [prompt('abandoned')],
      [prompt()],
      [outcome({}), { permitTraded: true }],
    ]);
    expect(story).toMatchObject({ step: 'over', outcome: 'unbound' });
  });

  it.each(['locked', 'not-found', 'refused', 'not-bound'] as const)(
    'may be %s before anything was shown or traded',
    (word) => {
      const report = { outcome: word, verified: word === 'not-bound' };
      for (const story of [BEGUN, PICTURE, PASSED, PROMPT])
        expect(disbeliefOf(story, outcome(report), FACTS)).toBeNull();
    },
  );

  it.each(['unbound', 'accepted-unconfirmed', 'unknown', 'wrong-password', 'denied'] as const)(
    'cannot be %s without a permit traded, a picture passed and a password asked for',
    (word) => {
      const said = outcome({ outcome: word, verified: word === 'unbound' });
      for (const story of [BEGUN, PICTURE, PASSED, PROMPT])
        expect(disbeliefOf(story, said, FACTS)).toBe('no-permit');
      for (const story of [BEGUN, PICTURE, PASSED])
        expect(disbeliefOf(story, said, { ...FACTS, permitTraded: true })).toBe('no-picture');
      expect(disbeliefOf(PROMPT, said, { ...FACTS, permitTraded: true })).toBeNull();
    },
  );

  it('may be unbound by an earlier attempt, if one was made through this house', () => {
    const said = outcome({ reason: 'earlier-attempt' });
    expect(disbeliefOf(BEGUN, said, { ...FACTS, tradedEarlier: true })).toBeNull();
    expect(disbeliefOf(BEGUN, said, FACTS)).toBe('no-earlier-attempt');
    const other = outcome({ outcome: 'unknown', reason: 'earlier-attempt', verified: false });
    expect(disbeliefOf(BEGUN, other, { ...FACTS, tradedEarlier: true })).toBe('no-permit');
  });

  const lies: [string, JobStory, AgentEvent, Partial<JobFacts>, string][] = [
    ['another serial', PROMPT, outcome({ shortSerial: 'J50000063' }), { permitTraded: true }, 'other-serial'],
    ['an unbind not verified', PROMPT, outcome({ verified: false }), { permitTraded: true }, 'not-verified'],
    ['a verified failure', PROMPT, outcome({ outcome: 'unknown' }), { permitTraded: true }, 'not-verified'],
    ['a prompt before the picture', BEGUN, prompt(), {}, 'out-of-turn'],
    ['a prompt beside the picture', PICTURE, prompt(), {}, 'out-of-turn'],
    ['a prompt left that was not shown', PASSED, prompt('abandoned'), {}, 'out-of-turn'],
    ['a result before the picture', BEGUN, result('passed'), { answers: 1 }, 'out-of-turn'],
    ['a picture nobody answered, passed', PICTURE, result('passed'), {}, 'no-picture'],
    ['a picture nobody answered, wrong', PICTURE, result('wrong'), {}, 'no-picture'],
    ['another picture, passed', PICTURE, result('passed', PICTURES[1]), { answers: 1 }, 'no-picture'],
    ['another picture, expired', PICTURE, result('expired', PICTURES[1]), {}, 'no-picture'],
    ['a result twice', PASSED, result('passed'), { answers: 1 }, 'out-of-turn'],
    ['a picture nobody asked for', PICTURE, shown(PICTURES[1]), {}, 'no-picture'],
    ['the same picture again', PICTURE, shown(), { refreshed: true }, 'no-picture'],
    ['a picture after one was read', PASSED, shown(PICTURES[1]), { refreshed: true }, 'out-of-turn'],
    ['a picture good for ever', BEGUN, shown(PICTURES[0], { expiresAt: NOW + 1e9 }), {}, 'beyond-bounds'],
    ['a picture with nine tries', BEGUN, shown(PICTURES[0], { triesLeft: 9 }), {}, 'beyond-bounds'],
    ['tries that grow', PICTURE, result('wrong', PICTURES[0], 3), { answers: 1 }, 'beyond-bounds'],
    ['a search', BEGUN, event('discovered', { devices: [], omitted: 0, interfaces: [] }), {}, 'out-of-turn'],
    ['a second last word', OVER, outcome({}), { permitTraded: true }, 'after-last-word'],
    ['a picture after the last word', OVER, shown(), {}, 'after-last-word'],
  ];
  it.each(lies)('is not believed: %s', (_what, story, said, facts, why) => {
    expect(disbeliefOf(story, said, { ...FACTS, ...facts })).toBe(why);
  });

  it('is not believed when one answer was wrong and nobody gave another', () => {
    const wrong = told([[shown()], [result('wrong', PICTURES[0], 1), { answers: 1 }]]);
    const passed = result('passed', PICTURES[0], 1);
    expect(disbeliefOf(wrong, passed, { ...FACTS, answers: 1 })).toBe('no-picture');
    expect(disbeliefOf(wrong, passed, { ...FACTS, answers: 2 })).toBeNull();
  });
});

describe('what a laptop says of a search or a question', () => {
  const found = event('discovered', { devices: [], omitted: 3, interfaces: [] });
  const status = (shortSerial: string, device: object | null = null) =>
    event('status', { shortSerial, status: 'not-bound', device });

  it('is about leave to send a list where that was asked for, and about a device where that was', () => {
    const survey = { ...FACTS, kind: 'survey', shortSerial: '' } as const;
    const asked = (asks?: string) => event('prompt', { state: 'shown', attemptsLeft: null, asks });
    const listed = event('surveyed', { devices: [], omitted: 0, interfaces: [] });
    expect(disbeliefOf(BEGUN, asked('survey'), survey)).toBeNull();
    for (const asks of ['password', 'confirm', undefined])
      expect(disbeliefOf(BEGUN, asked(asks), survey)).toBe('out-of-turn');
    expect(disbeliefOf(PASSED, asked('survey'), FACTS)).toBe('out-of-turn');
    expect(disbeliefOf(PASSED, asked('confirm'), FACTS)).toBeNull();
    // What was allowed for the visit is not asked again.
    const waits = storyAfter(BEGUN, asked('survey'));
    for (const story of [BEGUN, waits]) expect(disbeliefOf(story, listed, survey)).toBeNull();
    expect(disbeliefOf(storyAfter(waits, listed), listed, survey)).toBe('after-last-word');
    expect(disbeliefOf(BEGUN, listed, FACTS)).toBe('out-of-turn');
    for (const said of [shown(), outcome({ outcome: 'refused', verified: false })])
      expect(disbeliefOf(waits, said, survey)).toBe('out-of-turn');
  });

  it('is one last word of the kind that was asked for', () => {
    const discover = { ...FACTS, kind: 'discover' as const };
    const question = { ...FACTS, kind: 'status' as const };
    expect(disbeliefOf(BEGUN, found, discover)).toBeNull();
    expect(disbeliefOf(BEGUN, status(SERIAL), question)).toBeNull();
    expect(disbeliefOf(BEGUN, status(SERIAL), discover)).toBe('out-of-turn');
    expect(disbeliefOf(BEGUN, found, question)).toBe('out-of-turn');
    for (const facts of [discover, question]) {
      expect(disbeliefOf(BEGUN, failed, facts)).toBeNull();
      expect(disbeliefOf(BEGUN, outcome({}), { ...facts, permitTraded: true })).toBe('out-of-turn');
      expect(disbeliefOf(BEGUN, shown(), facts)).toBe('out-of-turn');
      expect(disbeliefOf(storyAfter(BEGUN, failed), found, facts)).toBe('after-last-word');
    }
  });

  it('is about the device that was asked about', () => {
    const question = { ...FACTS, kind: 'status' as const };
    expect(disbeliefOf(BEGUN, status('J50000063'), question)).toBe('other-serial');
    expect(disbeliefOf(BEGUN, status(SERIAL, { shortSerial: 'J50000063' }), question)).toBe('other-serial');
    expect(disbeliefOf(BEGUN, status(SERIAL, { shortSerial: null }), question)).toBeNull();
  });
});

describe('any sequence of events, in any order', () => {
  type Move =
    | AgentEvent
    /** The person in the chat; the agent that asks for its permit. */
    | 'answer'
    | 'refresh'
    | 'trade';
  const picture = fc.constantFrom(...PICTURES);
  const tries = fc.integer({ min: 0, max: 3 });
  const outcomes: UnbindOutcome[] = ['unbound', 'unknown', 'not-bound', 'refused', 'wrong-password'];
  const said = fc.oneof(
    fc.tuple(picture, tries).map(([id, triesLeft]) => shown(id, { triesLeft })),
    fc
      .tuple(fc.constantFrom('passed' as const, 'wrong' as const, 'expired' as const), picture, tries)
      .map((parts) => result(...parts)),
    fc.constantFrom('shown' as const, 'abandoned' as const).map(prompt),
    fc
      .record({
        outcome: fc.constantFrom(...outcomes),
        verified: fc.boolean(),
        shortSerial: fc.constantFrom(SERIAL, SERIAL, 'J50000063'),
        reason: fc.constantFrom('no-reply', 'earlier-attempt'),
      })
      .map(outcome),
    fc.constant(failed),
    fc.constant(event('discovered', { devices: [], omitted: 0, interfaces: [] })),
  );
  const move: fc.Arbitrary<Move> = fc.oneof(
    { weight: 6, arbitrary: said },
    { weight: 3, arbitrary: fc.constantFrom<Move>('answer', 'refresh', 'trade') },
  );
  /** Random sequences hardly ever get far: begin a walk as an honest laptop would, as far as the number says. */
  const honest: Move[] = [shown(), 'answer', result('passed'), prompt(), 'trade', outcome({})];
  const moves = fc
    .tuple(fc.integer({ min: 0, max: honest.length }), fc.array(move, { maxLength: 30 }))
    .map(([far, more]) => [...honest.slice(0, far), ...more]);

  /** Plays a sequence as the house does. Answers with what was believed, each with what lay behind it by then. */
  function play(sequence: readonly Move[]) {
    let story = BEGUN;
    let permitTraded = false;
    const words = new Map<string, { answers: number; refreshed: boolean }>();
    const believed: { event: AgentEvent; permitTraded: boolean; answered: string[] }[] = [];
    for (const one of sequence) {
      const open = story.pictures.at(-1) ?? '';
      const word = words.get(open) ?? { answers: 0, refreshed: false };
      if (one === 'answer') words.set(open, { ...word, answers: word.answers + 1 });
      else if (one === 'refresh') words.set(open, { ...word, refreshed: true });
      else if (one === 'trade') permitTraded ||= story.step !== 'over';
      else if (disbeliefOf(story, one, { ...FACTS, ...word, permitTraded }) === null) {
        story = storyAfter(story, one);
        const answered = [...words].filter(([, { answers }]) => answers > 0).map(([id]) => id);
        believed.push({ event: one, permitTraded, answered });
      }
    }
    return believed;
  }

  it('never makes an unbind believed that has no permit, no picture read by the person and no prompt behind it', () => {
    let unbinds = 0;
    fc.assert(
      fc.property(moves, (sequence) => {
        const believed = play(sequence);
        const end = believed.find(
          ({ event: one }) => one.type === 'outcome' && one.report.outcome === 'unbound',
        );
        if (end?.event.type !== 'outcome') return;
        unbinds += 1;
        const before = believed.slice(0, believed.indexOf(end)).map(({ event: one }) => one);
        const passed = before.find((one) => one.type === 'challenge-result' && one.result === 'passed');
        expect(end.permitTraded).toBe(true);
        expect(passed).toBeDefined();
        if (passed?.type !== 'challenge-result') return;
        expect(end.answered).toContain(passed.challengeId);
        expect(before.some((one) => one.type === 'challenge' && one.challengeId === passed.challengeId)).toBe(
          true,
        );
        expect(before.some((one) => one.type === 'prompt' && one.state === 'shown')).toBe(true);
        expect(end.event.report).toMatchObject({ shortSerial: SERIAL, verified: true });
      }),
      { numRuns: 2_000 },
    );
    expect(unbinds).toBeGreaterThan(50);
  });

  it('has one last word, and nothing is believed after it', () => {
    fc.assert(
      fc.property(moves, (sequence) => {
        const believed = play(sequence);
        const last = believed.findIndex(({ event: one }) => ['outcome', 'job-failed'].includes(one.type));
        expect(last === -1 || last === believed.length - 1).toBe(true);
      }),
    );
  });

  it('never gives more tries than two', () => {
    fc.assert(
      fc.property(moves, (sequence) => {
        const left = play(sequence).flatMap(({ event: one }) =>
          one.type === 'challenge' || one.type === 'challenge-result' ? [one.triesLeft] : [],
        );
        expect(left.every((tries_, at) => tries_ <= (left[at - 1] ?? 2))).toBe(true);
      }),
    );
  });
});
