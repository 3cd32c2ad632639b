import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { decide, type Verdict } from '../../../src/policy/decide.ts';
import {
  type Fact,
  type FactName,
  type Facts,
  type FactValues,
  learn,
  noFacts,
} from '../../../src/policy/facts.ts';
import { answer, DONT_KNOW, MOST_QUESTIONS, nextQuestion } from '../../../src/policy/questions.ts';
import { RULES, type Rule } from '../../../src/policy/rules.ts';
import { anyFacts } from './any-facts.ts';

/**
 * What the label, the catalogue and the LAN can have said before the first question: every combination of values
 * that any rule tells apart (an intercom decides like a camera, a DVR like an NVR).
 */
const BEFOREHAND: { readonly [N in FactName]?: readonly FactValues[N][] } = {
  agentSees: [true],
  model: ['DS-X'],
  kind: ['camera', 'nvr', 'alarm-panel', 'ezviz'],
  ezvizBrand: [true, false],
  firmware: ['V2.2.65', 'V3.4.98', 'V4.30.085', 'V5.3.2'],
  updateTo4x: ['exists', 'none', 'refused', 'no-file'],
  bindStatus: ['not-bound'],
  activated: [false],
  cloud: ['online', 'offline'],
  lanUnbind: ['yes', 'no'],
  canUnbindNow: [true],
};

/**
 * Combinations that add nothing: a model counts like an agent, only an agent reads "can be unbound now", and the
 * catalogue speaks of recorders only.
 */
function worthTrying(facts: Facts, name: FactName): boolean {
  const agent = facts.agentSees.state === 'known';
  if (name === 'updateTo4x') return facts.kind.state === 'unknown' || valueIs(facts.kind, 'nvr');
  if (name === 'model') return !agent;
  if (name !== 'canUnbindNow') return true;
  return agent && valueIs(facts.lanUnbind, 'yes') && valueIs(facts.cloud, 'online');
}

function valueIs<T>(fact: Fact<T>, value: T): boolean {
  return fact.state === 'known' && fact.value === value;
}

/** Typed firmware that stands for each line, beside the buttons. */
const TYPED = ['V2.2.65', 'V3.4.98', 'V4.30.085', 'V5.3.2'];

function* beforehand(names = Object.keys(BEFOREHAND) as FactName[], facts = noFacts()): Generator<Facts> {
  const [name, ...rest] = names;
  if (name === undefined) {
    yield facts;
    return;
  }
  yield* beforehand(rest, facts);
  if (!worthTrying(facts, name)) return;
  for (const value of BEFOREHAND[name] ?? []) yield* beforehand(rest, learn(facts, name, value, 'lan').facts);
}

interface Ending {
  readonly facts: Facts;
  readonly verdict: Verdict;
  /** Questions asked, in order. */
  readonly asked: readonly FactName[];
}

/** Every way a dialogue can go from here: each answer of each question, "I don't know" among them. */
function* endings(facts: Facts, asked: readonly FactName[] = []): Generator<Ending> {
  const question = nextQuestion(facts);
  if (question === null) {
    yield { facts, verdict: decide(facts), asked };
    return;
  }
  if (asked.includes(question.fact)) throw new Error(`${question.fact} is asked twice`);
  if (question.answers.at(-1) !== DONT_KNOW) throw new Error(`${question.fact} does not take "I don't know"`);
  for (const given of [...question.answers, ...(question.freeText ? TYPED : [])]) {
    const learnt = answer(facts, question.fact, given);
    if (!learnt.ok) throw new Error(`${question.fact} refuses its own answer ${given}`);
    yield* endings(learnt.value.facts, [...asked, question.fact]);
  }
}

const offersSadp = ({ method, alternatives, tryFirst }: Verdict) =>
  method === 'sadp' || tryFirst !== null || alternatives.some((way) => way.method === 'sadp');

describe('every dialogue from everything the label and the LAN can say', () => {
  const faults = new Map<string, Ending>();
  const decided = new Set<string>();
  const cut = new Set<FactName>();
  let longest = { modelOrAgent: 0, otherwise: 0 };
  let dialogues = 0;

  function check(start: Facts, ending: Ending): void {
    const { facts, verdict, asked } = ending;
    const note = (fault: string, holds: boolean) => holds || faults.set(fault, ending);
    const few = start.model.state === 'known' || start.agentSees.state === 'known';
    const bound = few ? 'modelOrAgent' : 'otherwise';
    const ofTheDevice = asked.filter((name) => name !== 'previousOwner').length;
    longest = { ...longest, [bound]: Math.max(longest[bound], ofTheDevice) };
    dialogues += 1;
    if (verdict.rule !== null) decided.add(verdict.rule);
    for (const name of verdict.unknowns) {
      const fact = facts[name];
      if (fact.state === 'unknown' && !fact.asked) cut.add(name);
    }

    note('no verdict and no question', verdict.rule !== null);
    note('neither a method nor a blocker', verdict.method !== null || verdict.blockers.length > 0);
    note('a verdict without a reason', verdict.reasons[0]?.rule === verdict.rule);
    note('SADP although LAN unbind is missing', !(valueIs(facts.lanUnbind, 'no') && offersSadp(verdict)));
    note(
      'a method without the admin password',
      valueIs(facts.adminPassword, true) || !['app', 'recorder-menu', 'sadp'].includes(verdict.method ?? ''),
    );
    note(
      '"try first" where neither a parcel nor an update is the verdict',
      verdict.tryFirst === null ||
        ['service-centre', 'firmware-first'].includes(verdict.method ?? '') ||
        verdict.blockers.includes('ask-supplier'),
    );
    note(
      'a parcel although nobody has asked for the previous owner',
      verdict.method !== 'service-centre' || verdict.tryFirst !== null || asked.at(-1) === 'previousOwner',
    );
    note(
      'EZVIZ not asked although no other rule settled it',
      asked[0] === 'everInEzviz' || ['not-bound', 'ezviz-brand'].includes(verdict.rule ?? ''),
    );
  }

  beforeAll(() => {
    for (const start of beforehand()) for (const ending of endings(start)) check(start, ending);
  }, 60_000);

  it('ends in a verdict that has a reason and says what to do', () => {
    expect([...faults]).toEqual([]);
  });

  it('is walked in full', () => {
    expect(dialogues).toBeGreaterThan(100_000);
  });

  it('costs at most five questions with a model or an agent, eight otherwise, and the previous owner', () => {
    expect(longest.modelOrAgent).toBeLessThanOrEqual(MOST_QUESTIONS.modelOrAgent);
    expect(longest.otherwise).toBeLessThanOrEqual(MOST_QUESTIONS.otherwise);
    expect(MOST_QUESTIONS).toEqual({ modelOrAgent: 5, otherwise: 8 });
  });

  it('leaves out at most the cloud when the questions are used up, and says so', () => {
    expect([...cut]).toEqual(['cloud']);
  });

  it('lets every rule decide somewhere, but for those that follow from what was tried', () => {
    const tried: readonly string[] = ['update-failed', 'newer-firmware', 'all-failed'];
    const without = (RULES as readonly Rule[]).filter(
      ({ id, when }) => !tried.includes(id) && when.every(({ needs }) => needs.length > 0),
    );
    expect([...decided]).toEqual(expect.arrayContaining(without.map(({ id }) => id)));
  });
});

describe('any facts whatever, from any source', () => {
  it('give a verdict or a question', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => decide(facts).rule !== null || nextQuestion(facts) !== null),
      { numRuns: 5_000 },
    );
  });

  it('lead to a verdict whatever is answered, and no question comes twice', () => {
    fc.assert(
      fc.property(anyFacts, fc.infiniteStream(fc.nat(20)), (start, picks) => {
        let facts = start;
        const asked = new Set<string>();
        for (let question = nextQuestion(facts); question; question = nextQuestion(facts)) {
          expect(asked).not.toContain(question.fact);
          asked.add(question.fact);
          const given = question.answers[(picks.next().value ?? 0) % question.answers.length] ?? DONT_KNOW;
          const learnt = answer(facts, question.fact, given);
          if (learnt.ok) facts = learnt.value.facts;
        }
        expect(decide(facts).rule).not.toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  it('lead to the supplier or the service centre where an update was refused, whatever the catalogue lists', () => {
    const recorder = { kind: 'nvr', firmware: 'V3.4.98', everInEzviz: false, ezvizBrand: false } as const;
    const start = Object.entries(recorder).reduce(
      (facts, [name, value]) => learn(facts, name as FactName, value, 'technician').facts,
      noFacts(),
    );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('exists' as const, 'none' as const), { maxLength: 3 }),
        fc.constantFrom('refused' as const, 'no-file' as const),
        fc.array(fc.constantFrom('exists' as const, 'none' as const), { maxLength: 3 }),
        (before, tried, after) => {
          const listed = (facts: Facts, word: 'exists' | 'none') =>
            learn(facts, 'updateTo4x', word, 'catalogue');
          const known = before.reduce((facts, word) => listed(facts, word).facts, start);
          const learnt = learn(known, 'updateTo4x', tried, 'technician');
          expect(learnt.contradiction).toBeNull();
          let { facts } = learnt;
          for (const word of after) {
            const again = listed(facts, word);
            expect(again.contradiction).toBeNull();
            facts = again.facts;
          }
          const { blockers, method, alternatives } = decide(facts);
          expect(blockers.includes('ask-supplier') || method === 'service-centre').toBe(true);
          const ways = [method, ...alternatives.map((way) => way.method)];
          expect(ways).toContain('service-centre');
          expect(ways).not.toContain('firmware-first');
        },
      ),
    );
  });

  it('never offer SADP where LAN unbind is missing', () => {
    fc.assert(
      fc.property(
        anyFacts,
        (facts) =>
          !offersSadp(decide({ ...facts, lanUnbind: { state: 'known', value: 'no', source: 'lan' } })),
      ),
      { numRuns: 2_000 },
    );
  });
});
