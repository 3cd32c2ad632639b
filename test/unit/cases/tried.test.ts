import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyAction,
  type CaseAction,
  type CaseRecord,
  type CaseReport,
  newCase,
  verdictOf,
} from '../../../src/cases/case.ts';
import { CHANGES_ON_SITE } from '../../../src/flows/assess.ts';
import { WAYS_THAT_UNBIND } from '../../../src/flows/guides.ts';
import { type Facts, type FactValues, forget, knownValue, learn } from '../../../src/policy/facts.ts';
import { nextQuestion } from '../../../src/policy/questions.ts';
import { wayId } from '../../../src/policy/rules.ts';
import { SAID_BY_UPDATE, SAID_BY_WAY, type TriedWay, type TriedWord } from '../../../src/policy/tried.ts';
import { anyFacts } from '../policy/any-facts.ts';
import { known } from '../policy/known.ts';

/** Report 1 of the field: everything in order, and nothing unbinds. */
const RECORDER: Partial<FactValues> = {
  kind: 'nvr',
  firmware: 'V4.30.091',
  ezvizBrand: false,
  everInEzviz: false,
  adminPassword: true,
  cloud: 'online',
};
const device = {
  shortSerial: 'G70000102',
  fullSerial: null,
  model: 'DS-7108NI-Q1/8P',
  manufactured: null,
};

function acted(record: CaseRecord, ...actions: CaseAction[]): CaseRecord {
  return actions.reduce((before, action) => {
    const applied = applyAction(before, action, before.updatedAt + 1);
    if (!applied.ok) throw new Error(`${action.type}: ${applied.failure}`);
    return applied.value;
  }, record);
}

const about = (facts: Facts): CaseRecord => ({
  ...acted(newCase('01J00000000000000000000000', 7, 1), { type: 'identified', device }),
  facts,
});

/** A way by hand comes to nothing. */
function byHand(record: CaseRecord, way: TriedWay, word: TriedWord, guide: string = way): CaseRecord {
  const names = way === 'firmware-first' && word !== 'updated' ? [] : (['onSite'] as const);
  const forgotten = word === 'updated' ? (['firmware', 'updateTo4x'] as const) : names;
  return acted(
    record,
    { type: 'guide', guide: { way: guide, at: 9 } },
    { type: 'tried', guide, way, word, forget: forgotten },
  );
}

function reported(record: CaseRecord, report: Omit<CaseReport, 'verified'>, jobId = 'J1'): CaseRecord {
  const job = { id: jobId, kind: 'unbind', agentId: 'A1', startedAt: 1 } as const;
  return acted(
    record,
    { type: 'job-started', job },
    { type: 'reported', jobId, serial: device.shortSerial, report: { ...report, verified: false } },
  );
}

const answered = (record: CaseRecord, ...given: readonly (readonly [keyof FactValues, string])[]) =>
  acted(record, ...given.map(([fact, word]) => ({ type: 'answered', fact, given: word }) as CaseAction));

describe('report 1 of the field', () => {
  it('goes from one way to the next, to the newest 4.x, and to the service centre', () => {
    let record = about(known({ ...RECORDER, onSite: 'windows-pc' }));
    expect(verdictOf(record)).toMatchObject({ method: 'sadp', by: 'vendor-tool' });
    record = byHand(record, 'vendor-tool', 'failed');
    expect(nextQuestion(record.facts, record.tried)).toMatchObject({
      fact: 'onSite',
      answers: ['phone', 'monitor', 'nothing', 'dont-know'],
    });
    record = answered(record, ['onSite', 'phone']);
    expect(verdictOf(record).method).toBe('app');
    record = answered(byHand(record, 'app', 'not-supported'), ['onSite', 'nothing']);
    expect(verdictOf(record)).toMatchObject({ method: null, blockers: ['bring-monitor'], rule: 'menu-left' });
    record = answered(record, ['onSite', 'monitor']);
    expect(verdictOf(record).method).toBe('recorder-menu');
    record = byHand(record, 'recorder-menu', 'failed');
    expect(nextQuestion(record.facts, record.tried)).toBeNull();
    expect(verdictOf(record)).toMatchObject({
      method: 'firmware-first',
      rule: 'newer-firmware',
      alternatives: [{ method: 'service-centre', by: null }],
    });
    record = byHand(record, 'firmware-first', 'no-file');
    expect(nextQuestion(record.facts, record.tried)?.fact).toBe('previousOwner');
    record = answered(record, ['previousOwner', 'no']);
    expect(verdictOf(record)).toMatchObject({
      method: 'service-centre',
      rule: 'all-failed',
      alternatives: [],
    });
    expect(record.tried.map(({ way, word }) => `${way}: ${word}`)).toEqual([
      'vendor-tool: failed',
      'app: not-supported',
      'recorder-menu: failed',
      'firmware-first: no-file',
    ]);
  });

  it('begins with the recorder’s own menu after an update, whatever was tried on the version before', () => {
    const before = about(known({ ...RECORDER, firmware: 'V3.4.99', updateTo4x: 'exists' }));
    let record = byHand(byHand(before, 'vendor-tool', 'failed'), 'firmware-first', 'updated');
    expect(nextQuestion(record.facts, record.tried)?.fact).toBe('firmware');
    record = answered(record, ['firmware', 'V4.30.080']);
    expect(nextQuestion(record.facts, record.tried)).toMatchObject({
      fact: 'onSite',
      answers: ['monitor', 'windows-pc', 'phone', 'nothing', 'dont-know'],
    });
    expect(verdictOf(answered(record, ['onSite', 'monitor'])).rule).toBe('menu-after-update');
    const without = answered(record, ['onSite', 'windows-pc']);
    expect(verdictOf(without)).toMatchObject({
      blockers: ['bring-monitor'],
      alternatives: [
        { method: 'sadp', by: 'vendor-tool' },
        { method: 'service-centre', by: null },
      ],
    });
    // Also where our laptop is there: the menu comes first.
    const seen = { ...record, facts: learn(record.facts, 'agentSees', true, 'lan').facts };
    expect(verdictOf(answered(seen, ['onSite', 'monitor'])).method).toBe('recorder-menu');
  });

  it('takes an update that changed nothing for one that came to nothing', () => {
    const before = about(known({ ...RECORDER, firmware: 'V3.4.99', updateTo4x: 'exists' }));
    const record = answered(byHand(before, 'firmware-first', 'updated'), ['firmware', 'V3.4.99']);
    const known4x = answered(record, ['updateTo4x', 'exists'], ['previousOwner', 'no']);
    expect(verdictOf(known4x)).toMatchObject({ method: 'service-centre', rule: 'update-failed' });
  });

  it.each(['camera', 'door-station'] as const)('ends at the service centre for a %s, too', (kind) => {
    const start = about(known({ ...RECORDER, kind, onSite: 'phone' }));
    const record = answered(byHand(start, 'app', 'not-supported'), ['onSite', 'windows-pc']);
    const end = byHand(record, 'vendor-tool', 'failed');
    expect(verdictOf(end)).toMatchObject({ method: 'service-centre', rule: 'all-failed' });
  });
});

describe('the previous owner, before any parcel', () => {
  const ever = about(known({ ...RECORDER, kind: 'camera', everInEzviz: true }));

  it('is asked for, and goes before the service centre where he can still delete it', () => {
    expect(nextQuestion(ever.facts)?.fact).toBe('previousOwner');
    expect(verdictOf(answered(ever, ['previousOwner', 'yes']))).toMatchObject({
      method: null,
      blockers: ['previous-owner'],
      alternatives: [{ method: 'service-centre', by: null }],
    });
    expect(verdictOf(answered(ever, ['previousOwner', 'no'])).method).toBe('service-centre');
    expect(verdictOf(answered(ever, ['previousOwner', 'dont-know'])).unknowns).toEqual(['previousOwner']);
  });

  it('is not asked for while two minutes go first, and not where the way is another one', () => {
    const ready = known({ lanUnbind: 'yes', agentSees: true, canUnbindNow: true, activated: true }, 'lan');
    const facts = {
      ...ready,
      ...known({ kind: 'camera', everInEzviz: true, ezvizBrand: false, adminPassword: true }),
    };
    const both = Object.fromEntries(
      Object.entries(ready).map(([name, fact]) => [
        name,
        fact.state === 'known' ? fact : facts[name as keyof Facts],
      ]),
    ) as unknown as Facts;
    expect(verdictOf(about(both)).tryFirst).toEqual({ method: 'sadp', by: 'agent' });
    expect(nextQuestion(both)).toBeNull();
    expect(nextQuestion(about(known({ ...RECORDER, onSite: 'phone' })).facts)).toBeNull();
  });
});

describe('after `denied`', () => {
  const seen = { ...known({ agentSees: true, lanUnbind: 'yes' }, 'lan') };
  const start = about({ ...known(RECORDER), agentSees: seen.agentSees, lanUnbind: seen.lanUnbind });
  const denied = acted(reported(start, { outcome: 'denied', attemptsLeft: 4 }), { type: 'recheck' });

  it('is asked whether the password has logged in, and nothing else comes first', () => {
    expect(denied.attemptsLeft).toBe(4);
    expect(nextQuestion(denied.facts, denied.tried)?.fact).toBe('passwordProved');
    for (const given of ['no', 'dont-know']) {
      const record = answered(denied, ['passwordProved', given]);
      expect(verdictOf(record)).toMatchObject({
        method: null,
        blockers: ['recover-password'],
        alternatives: [{ method: 'service-centre', by: null }],
        tryFirst: null,
      });
    }
  });

  it('goes on to the next way only when it has', () => {
    const record = answered(denied, ['passwordProved', 'yes']);
    expect(record.tried.map(({ word }) => word)).toEqual(['denied-proved']);
    // The vendor's tool asks the device the same over the same protocol.
    expect(nextQuestion(record.facts, record.tried)?.answers).toEqual([
      'phone',
      'monitor',
      'nothing',
      'dont-know',
    ]);
    expect(verdictOf(answered(record, ['onSite', 'monitor'])).method).toBe('recorder-menu');
    const proved = answered(start, ['passwordProved', 'yes']);
    expect(reported(proved, { outcome: 'denied' }).tried).toMatchObject([{ word: 'denied-proved' }]);
  });

  it('is not tried with the same password once more because somebody looks again', () => {
    const unproved = answered(denied, ['passwordProved', 'dont-know']);
    const again = acted(unproved, { type: 'recheck', forget: [...CHANGES_ON_SITE] });
    const record = answered(again, ['adminPassword', 'yes']);
    expect(nextQuestion(record.facts, record.tried)).toBeNull();
    expect(verdictOf(record)).toMatchObject({ method: null, blockers: ['recover-password'] });
  });

  it('opens the way again with another password, and says nothing against it', () => {
    const other = acted(answered(denied, ['passwordProved', 'dont-know']), {
      type: 'recheck',
      forget: ['adminPassword', 'passwordProved'],
    });
    const record = answered(other, ['adminPassword', 'yes']);
    expect(record.tried).toMatchObject([{ way: 'sadp', word: 'denied-unproved' }]);
    expect(verdictOf(record)).toMatchObject({ method: 'sadp', by: 'agent' });
  });

  it('takes the device’s own word for a wrong password', () => {
    const wrong = acted(reported(denied, { outcome: 'wrong-password', attemptsLeft: 3 }, 'J2'), {
      type: 'recheck',
    });
    expect(wrong.tried.map(({ word }) => word)).toEqual(['wrong-password', 'wrong-password']);
    expect(verdictOf(wrong)).toMatchObject({ rule: 'password-refused', blockers: ['recover-password'] });
  });

  it.each(['few-attempts', 'try-used'])('asks for a proof where the laptop stops for %s, too', (reason) => {
    const stopped = acted(reported(start, { outcome: 'refused', reason }), { type: 'recheck' });
    expect(nextQuestion(stopped.facts, stopped.tried)?.fact).toBe('passwordProved');
    const proved = answered(stopped, ['passwordProved', 'yes'], ['onSite', 'phone']);
    expect(verdictOf(proved).method).toBe('app');
  });
});

describe('what the laptop reports', () => {
  const start = about({
    ...known(RECORDER),
    agentSees: { state: 'known', value: true, source: 'lan' },
    lanUnbind: { state: 'known', value: 'yes', source: 'lan' },
  });
  const again = (record: CaseRecord, ...reports: readonly Omit<CaseReport, 'verified'>[]) =>
    reports.reduce(
      (one, report, at) => acted(reported(one, report, `J${at}`), { type: 'report-read' }),
      record,
    );

  it.each(['unanswered', 'status-refused', 'no-driver'])(
    'is the end of that way at once for %s',
    (reason) => {
      const record = again(start, { outcome: 'refused', reason });
      expect(verdictOf(record).method).not.toBe('sadp');
      expect(verdictOf(record).rule).toBeNull();
    },
  );

  it.each(['exchange-unanswered', 'slow-device'])('may be mended once by a second try for %s', (reason) => {
    const report = { outcome: 'refused', reason };
    expect(verdictOf(again(start, report)).method).toBe('sadp');
    expect(verdictOf(again(start, report, report)).method).not.toBe('sadp');
  });

  it.each(['password-empty', 'busy', 'cancelled', 'lock-assumed', 'journal-unwritable'])(
    'says nothing about the way for %s',
    (reason) => {
      expect(again(start, { outcome: 'refused', reason }).tried).toEqual([]);
    },
  );
});

describe('the memory of tried ways', () => {
  it('is of one device: another one begins anew', () => {
    const record = byHand(about(known({ ...RECORDER, onSite: 'phone' })), 'app', 'failed');
    expect(acted(record, { type: 'identified', device }).tried).toHaveLength(1);
    const other = { ...device, shortSerial: 'G70000103' };
    expect(acted(record, { type: 'identified', device: other })).toMatchObject({
      tried: [],
      attemptsLeft: null,
    });
  });

  it('holds one try once, however often it is applied', () => {
    const record = byHand(about(known(RECORDER)), 'app', 'failed');
    const action = { type: 'tried', guide: 'app', way: 'app', word: 'failed', forget: [] } as const;
    expect(acted(record, action, action).tried).toHaveLength(1);
  });

  it('offers what has failed under “again” alone', () => {
    const start = about(known({ ...RECORDER, kind: 'camera', onSite: 'phone' }));
    const record = answered(byHand(start, 'app', 'failed'), ['onSite', 'phone']);
    const { method, alternatives, again } = verdictOf(record);
    expect([method, ...alternatives.map(wayId)]).not.toContain('app');
    expect(again).toEqual([{ method: 'app', by: null }]);
  });
});

/** What nobody on the site can help if it cannot be had: then the service centre must be offered beside it. */
const cannotBeHad = (blocker: string | undefined): boolean =>
  ['bring-online', 'get-onto-lan', 'activate', 'recover-password', 'ask-supplier'].includes(blocker ?? '');

/** Words after which the same way may come once more: a hiccup, or a matter of the cloud or of the password. */
const MENDED: readonly string[] = ['offline', 'wrong-password'];
const REPORTS: readonly Omit<CaseReport, 'verified'>[] = [
  { outcome: 'denied', attemptsLeft: 4 },
  { outcome: 'denied' },
  { outcome: 'wrong-password', attemptsLeft: 3 },
  ...['unanswered', 'status-refused', 'no-driver', 'few-attempts', 'try-used', 'exchange-refused'].map(
    (reason) => ({ outcome: 'refused', reason }),
  ),
  { outcome: 'unknown', reason: 'no-reply' },
];

/** Ways a technician goes with his own hand. */
const isByHand = (name: string | null): name is TriedWay =>
  name !== null && name !== 'sadp' && WAYS_THAT_UNBIND.includes(name);

/**
 * Somebody whose every way fails, whatever he answers and in whatever order: he gets every blocker out of the way that can
 * be, and updates at most three times. Gives the ways he was sent on, with what has changed in between as `null`.
 */
function playedOut(
  start: CaseRecord,
  pick: <T>(from: readonly T[]) => T,
): { walked: (string | null)[]; end: string } {
  const walked: (string | null)[] = [];
  let record = start;
  let updates = 0;
  for (let step = 0; step < 60; step++) {
    for (;;) {
      const question = nextQuestion(record.facts, record.tried);
      if (!question) break;
      const given = question.freeText ? pick(['V3.4.99', 'V4.30.080', 'dont-know']) : pick(question.answers);
      record = answered(record, [question.fact, given]);
    }
    const verdict = verdictOf(record);
    const way = verdict.tryFirst ?? (verdict.method === null ? null : verdict);
    const name = way === null ? null : wayId(way as Parameters<typeof wayId>[0]);
    switch (name) {
      case 'nothing-to-do':
      case 'service-centre':
        return { walked, end: name };
      case 'sadp':
        walked.push(name);
        record = acted(reported(record, pick(REPORTS), `J${step}`), { type: 'recheck' });
        break;
      case 'firmware-first': {
        const isDone = updates < 3 && pick([true, false]);
        record = byHand(record, 'firmware-first', isDone ? 'updated' : pick(SAID_BY_UPDATE));
        if (isDone) {
          updates += 1;
          walked.push(null);
          record = answered(record, ['firmware', `V4.7${updates}.100`]);
        } else walked.push(name);
        break;
      }
      default: {
        if (isByHand(name)) {
          const word = pick(SAID_BY_WAY);
          walked.push(name);
          if (MENDED.includes(word)) walked.push(null);
          record = byHand(record, name, word);
          break;
        }
        const [blocker] = verdict.blockers;
        if (cannotBeHad(blocker) && pick([true, false])) {
          const isOut = verdict.alternatives.some(({ method }) => method === 'service-centre');
          return { walked, end: isOut ? 'service-centre' : `stuck at ${blocker}` };
        }
        const atHand = {
          'bring-monitor': 'monitor',
          'bring-phone': 'phone',
          'get-onto-lan': 'windows-pc',
        } as const;
        if (blocker === 'ask-supplier') {
          const hasFile = updates < 3 && pick([true, false]);
          updates += 1;
          if (hasFile) walked.push(null);
          record = answered(record, ['updateTo4x', hasFile ? 'exists' : 'no-file']);
        } else if (blocker === 'bring-online') {
          const online = learn(forget(record.facts, 'cloud'), 'cloud', 'online', 'technician').facts;
          record = { ...record, facts: online };
        } else if (blocker !== undefined && Object.hasOwn(atHand, blocker)) {
          const best = atHand[blocker as keyof typeof atHand];
          const lacks =
            blocker === 'bring-monitor' ? 'recorder-menu' : blocker === 'bring-phone' ? 'app' : null;
          record =
            lacks !== null && pick([true, false])
              ? byHand(record, lacks, 'not-at-hand', blocker)
              : {
                  ...record,
                  facts: learn(forget(record.facts, 'onSite'), 'onSite', best, 'technician').facts,
                };
        } else if (blocker === 'previous-owner' || blocker === 'installer-account') {
          walked.push(blocker);
          record = answered(record, ['previousOwner', 'no']);
        } else {
          const isOut = verdict.alternatives.some(({ method }) => method === 'service-centre');
          return { walked, end: isOut ? 'service-centre' : `stuck at ${blocker}` };
        }
      }
    }
  }
  return { walked, end: 'never' };
}

describe('whatever is known, and whatever fails in whatever order', () => {
  it('comes to an end, and no way is gone twice without a change in between', () => {
    fc.assert(
      fc.property(anyFacts, fc.infiniteStream(fc.nat(1_000)), (facts, picks) => {
        const pick = <T>(from: readonly T[]): T => from[(picks.next().value ?? 0) % from.length] as T;
        // Only the technician can say what the previous owner can do.
        const { walked, end } = playedOut(about(forget(facts, 'previousOwner')), pick);
        expect(['service-centre', 'nothing-to-do']).toContain(end);
        // A hiccup of the laptop's way may be mended once; a change begins a new count.
        const since = new Map<string, number>();
        for (const name of walked) {
          if (name === null) since.clear();
          else since.set(name, (since.get(name) ?? 0) + 1);
        }
        for (const [name, times] of since)
          expect(times, walked.join(' ')).toBeLessThanOrEqual(name === 'sadp' ? 2 : 1);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is another verdict after each way that has failed for good', () => {
    fc.assert(
      fc.property(
        anyFacts,
        fc.constantFrom('failed', 'not-supported', 'no-button', 'other'),
        (facts, word) => {
          const record = about(facts);
          const verdict = verdictOf(record);
          const name = verdict.method === null ? null : wayId(verdict as Parameters<typeof wayId>[0]);
          if (!isByHand(name)) return;
          const next = verdictOf(byHand(record, name, word));
          const offered = next.method === null ? next.alternatives : [next, ...next.alternatives];
          expect(offered.map((way) => wayId(way as Parameters<typeof wayId>[0]))).not.toContain(name);
          expect(knownValue(record.facts, 'firmware')).toBe(
            record.tried.at(-1)?.firmware ?? knownValue(record.facts, 'firmware'),
          );
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
