import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/audit/chain.ts';
import type { CaseRecord } from '../../../src/cases/case.ts';
import { learn, noFacts } from '../../../src/policy/facts.ts';
import { historyOf } from '../../../src/report/history.ts';
import { reportOf } from '../../../src/report/report.ts';
import { BEGUN, caseOf, closed, LETTERHEAD, trailOf, UNBOUND } from './cases.ts';

const IDENTIFIED = ['identified', { serial: 'device:1' }] as const;
const asked = (status: string) => ['status-read', { status }] as const;
const reported = (outcome: string, verified = false) => ['reported', { outcome, verified }] as const;
const guide = (way: string) => ['guide', { guide: way, at: 0 }] as const;
const UNBIND = ['job-started', { kind: 'unbind' }] as const;

/** What a report says of one case, in English. */
function said(changes: Partial<CaseRecord>, entries: readonly AuditEntry[]) {
  const record = caseOf(0, changes);
  const about = { language: 'en', madeAt: BEGUN, timeZone: 'UTC', letterhead: LETTERHEAD } as const;
  const [device] = reportOf([{ record, history: historyOf(record, entries) }], about).devices;
  if (!device) throw new Error('the report is empty');
  const { method, before, after, result, verified } = device;
  return { device, words: [method, before, after, result, verified] };
}

describe('what the device said before and after, and how the result was verified', () => {
  it.each<[string, Partial<CaseRecord>, Parameters<typeof trailOf>, string[]]>([
    [
      'unbound by the laptop',
      closed('unbound'),
      [IDENTIFIED, asked('can-unbind'), UNBIND, reported('unbound', true), ['closed']],
      [
        'network, from the laptop',
        'bound, can be unbound',
        'not bound',
        'Unbound',
        'the device itself says so, asked right after',
      ],
    ],
    [
      'unbound at the second try',
      closed('unbound'),
      [
        IDENTIFIED,
        asked('cloud-offline'),
        asked('can-unbind'),
        UNBIND,
        reported('denied'),
        asked('can-unbind'),
        UNBIND,
        reported('unbound', true),
      ],
      [
        'network, from the laptop',
        'bound, can be unbound',
        'not bound',
        'Unbound',
        'the device itself says so, asked right after',
      ],
    ],
    [
      'accepted, and asked again later',
      closed('unbound'),
      [IDENTIFIED, asked('can-unbind'), UNBIND, reported('accepted-unconfirmed'), asked('not-bound')],
      [
        'none',
        'bound, can be unbound',
        'not bound',
        'Unbound',
        'the device itself says so, asked afterwards',
      ],
    ],
    [
      'unbound by hand, then asked',
      { ...closed('unbound'), guide: { way: 'recorder-menu', at: 3 } },
      [IDENTIFIED, asked('can-unbind'), guide('recorder-menu'), asked('not-bound')],
      [
        'recorder’s own menu',
        'bound, can be unbound',
        'not bound',
        'Unbound',
        'the device itself says so, asked afterwards',
      ],
    ],
    [
      'unbound by hand, and asked only then',
      { ...closed('unbound'), guide: { way: 'app', at: 3 } },
      [IDENTIFIED, guide('app'), asked('not-bound')],
      ['Hik-Connect app', 'not asked', 'not bound', 'Unbound', 'the device itself says so, asked afterwards'],
    ],
    [
      'unbound by hand where nobody could ask',
      { ...closed('reported-done'), guide: { way: 'app', at: 3 }, sighting: null },
      [IDENTIFIED, guide('app'), ['closed']],
      [
        'Hik-Connect app',
        'not asked',
        'not asked',
        'Unbound, says the technician',
        'technician’s word; the device was not asked',
      ],
    ],
    [
      'not bound at all',
      closed('nothing-to-do'),
      [IDENTIFIED, asked('not-bound'), ['closed']],
      [
        'nothing had to be done',
        'not bound',
        'not asked',
        'Was not bound',
        'the device itself says so; nothing was sent',
      ],
    ],
    [
      'found not bound by the laptop that was to unbind',
      closed('nothing-to-do'),
      [IDENTIFIED, asked('can-unbind'), UNBIND, reported('not-bound')],
      [
        'nothing had to be done',
        'bound, can be unbound',
        'not bound',
        'Was not bound',
        'the device itself says so; nothing was sent',
      ],
    ],
    [
      'not bound by its announcement alone',
      { ...closed('nothing-to-do'), facts: learn(noFacts(), 'bindStatus', 'not-bound', 'lan').facts },
      [IDENTIFIED, ['closed']],
      [
        'nothing had to be done',
        'not bound',
        'not asked',
        'Was not bound',
        'the device announces it; it was not asked',
      ],
    ],
    [
      'not bound as the technician says',
      { ...closed('nothing-to-do'), facts: learn(noFacts(), 'bindStatus', 'not-bound', 'technician').facts },
      [IDENTIFIED, ['closed']],
      [
        'nothing had to be done',
        'not asked',
        'not asked',
        'Was not bound',
        'technician’s word; the device was not asked',
      ],
    ],
    [
      'a wrong password, then the service centre',
      { awaitsAnswer: true },
      [IDENTIFIED, asked('can-unbind'), UNBIND, reported('wrong-password')],
      [
        'service centre',
        'bound, can be unbound',
        'wrong password',
        'Waits for the service centre',
        'not verified',
      ],
    ],
    [
      'refused by the laptop: nothing the device has said',
      closed('cancelled'),
      [IDENTIFIED, asked('can-unbind'), UNBIND, reported('refused')],
      ['none', 'bound, can be unbound', 'not asked', 'Closed, not unbound', 'not verified'],
    ],
    [
      'an end that was not believed',
      {},
      [IDENTIFIED, asked('can-unbind'), UNBIND, reported('unproven')],
      ['none', 'bound, can be unbound', 'not asked', 'Not finished', 'not verified'],
    ],
    [
      'ways that have failed',
      {
        tried: [
          { way: 'app', word: 'failed', at: 1, firmware: null },
          { way: 'vendor-tool', word: 'failed', at: 2, firmware: null },
        ],
      },
      [IDENTIFIED],
      ['tried: Hik-Connect app, SADP tool', 'not asked', 'not asked', 'Not finished', 'not verified'],
    ],
  ])('%s', (_, changes, steps, words) => {
    expect(said(changes, trailOf(...steps)).words).toEqual(words);
  });

  it('takes nothing from another device the case was about before', () => {
    const other = ['identified', { serial: 'device:2' }] as const;
    const { words } = said({}, trailOf(IDENTIFIED, asked('can-unbind'), other));
    expect(words.slice(1, 3)).toEqual(['not asked', 'not asked']);
  });

  it('counts a change once that stands in the trail twice after a crash', () => {
    const twice = { revision: 2, status: 'can-unbind' };
    const { words } = said({}, trailOf(IDENTIFIED, ['status-read', twice], ['status-read', twice]));
    expect(words.slice(1, 3)).toEqual(['bound, can be unbound', 'not asked']);
  });

  it('goes by what the case keeps where the trail has forgotten it, and names no entry', () => {
    const report = { outcome: 'unbound', verified: true };
    const { device, words } = said({ ...closed('unbound'), status: 'can-unbind', report }, []);
    expect(words).toEqual(said(closed('unbound'), UNBOUND).words);
    expect(device.audit).toBeNull();
  });

  it('names the last entry of the case as the check takes it', () => {
    expect(said(closed('unbound'), UNBOUND).device.audit).toBe(`5:${UNBOUND.at(-1)?.hash}`);
  });

  it('has a word for what a newer laptop says', () => {
    expect(said({}, trailOf(IDENTIFIED, asked('half-bound'))).words[1]).toBe('an answer nobody knows');
  });
});

describe('a report', () => {
  const about = { language: 'en', madeAt: BEGUN, timeZone: 'UTC' } as const;
  const reportable = (nth: number, changes: Partial<CaseRecord>) => {
    const record = caseOf(nth, changes);
    return { record, history: historyOf(record, []) };
  };

  it('has the devices in the order of the visit and counts the results', () => {
    const cases = [reportable(2, closed('unbound')), reportable(0, {}), reportable(1, closed('unbound'))];
    const report = reportOf(cases, { ...about, letterhead: LETTERHEAD });
    expect(report.devices.map(({ shortSerial }) => shortSerial)).toEqual([
      'J50000060',
      'J50000061',
      'J50000062',
    ]);
    expect(report.summary).toEqual([
      { result: 'Not finished', count: 1 },
      { result: 'Unbound', count: 2 },
    ]);
  });

  it('says what is not known', () => {
    const { device } = said(
      {
        sighting: null,
        device: { shortSerial: 'J50000062', fullSerial: null, model: null, manufactured: null },
      },
      [],
    );
    expect([device.model, device.address, device.serial]).toEqual([
      'model not known',
      'not seen',
      'J50000062',
    ]);
    const letterhead = { firm: ' ', site: null, technician: null, phone: null };
    expect(reportOf([], { ...about, letterhead }).letterhead).toEqual({
      firm: null,
      site: null,
      technician: null,
      phone: null,
    });
  });
});
