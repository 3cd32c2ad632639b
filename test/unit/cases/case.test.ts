import { describe, expect, it } from 'vitest';
import {
  applyAction,
  type CaseAction,
  type CaseOther,
  type CaseRecord,
  MOST_OTHERS,
  namedBeside,
  newCase,
  ORDERS,
  orderInForce,
  REOPEN_MS,
} from '../../../src/cases/case.ts';

const device = {
  shortSerial: 'J50000062',
  fullSerial: 'DS-2CD2386G2-IU20210805AAWRJ50000062',
  model: 'DS-2CD2386G2-IU',
  manufactured: '2021-08-05',
};
const job = { id: 'J1', kind: 'unbind', agentId: 'A1', startedAt: 5 } as const;

/** Applies actions in turn; every one must apply. */
function caseAfter(...actions: CaseAction[]): CaseRecord {
  return actions.reduce(
    (record, action) => {
      const applied = applyAction(record, action, 10);
      if (!applied.ok) throw new Error(`${action.type}: ${applied.failure}`);
      return applied.value;
    },
    newCase('01J00000000000000000000000', 7, 1),
  );
}
const caseAfterFrom = (record: CaseRecord, action: CaseAction): CaseRecord => {
  const applied = applyAction(record, action, 10);
  return applied.ok ? applied.value : record;
};
const refusal = (record: CaseRecord, action: CaseAction) => {
  const applied = applyAction(record, action, 10);
  return applied.ok ? null : applied.failure;
};

describe('a case that is handed over', () => {
  const ordered = { type: 'ordered', by: 'owner', statedAt: null } as const;
  const over = { type: 'handed-over', from: 7, to: 8, keepsLaptop: false } as const;
  const noted = { type: 'noted', note: { kind: 'photo', blob: 'note:1', at: 3 } } as const;
  const sighting = { address: '192.0.2.9', model: null, mac: null, firmware: null, fullSerial: null };

  it('moves whole, but for what another laptop has seen, and begins no unbind', () => {
    const before = caseAfter({ type: 'identified', device }, ordered, noted, {
      type: 'stage',
      stage: 'lan-unbind',
    });
    const seen = {
      ...before,
      lookedBy: 'A1',
      status: 'can-unbind',
      sighting: { ...sighting, agentId: 'A1', reachability: 'same-subnet' as const },
    };
    const after = caseAfterFrom(seen, over);
    expect(after).toMatchObject({
      chatId: 8,
      handed: { from: 7, at: 10 },
      stage: 'assess',
      lookedBy: null,
      sighting: null,
      status: null,
    });
    expect(after).toMatchObject({
      device: before.device,
      order: before.order,
      notes: before.notes,
      others: before.others,
    });
    expect(caseAfterFrom(seen, { ...over, keepsLaptop: true })).toMatchObject({
      lookedBy: 'A1',
      status: 'can-unbind',
    });
    // Once more, after a crash, and by somebody whose it is not.
    expect(caseAfterFrom(after, over)).toMatchObject({ chatId: 8, handed: { from: 7, at: 10 } });
    expect(refusal(after, { ...over, to: 9 })).toBe('not-theirs');
  });

  it('is not while a laptop is at work for it, or when it is closed, and takes it out of its group', () => {
    const named = { type: 'identified', device } as const;
    expect(refusal(caseAfter(named, { type: 'job-started', job }), over)).toBe('at-work');
    expect(caseAfter(named, { type: 'grouped', group: 'G' }, over)).toMatchObject({ group: null });
    expect(refusal(caseAfter(named, { type: 'closed', outcome: 'cancelled' }), over)).toBe('closed');
  });

  it('brings no order for the colleague’s other devices, until they state it themselves', () => {
    const after = caseAfterFrom(caseAfter({ type: 'identified', device }, ordered), over);
    expect(orderInForce([after], 11)).toBeNull();
    expect(orderInForce([{ ...after, order: { by: 'own', statedAt: 11 } }], 12)).toEqual({
      by: 'own',
      statedAt: 11,
    });
  });
});

describe('the order a device is unbound on', () => {
  it('is a word of a closed set, belongs to one device, and may be stated anew', () => {
    const identified = { type: 'identified', device } as const;
    const ordered = caseAfter(identified, { type: 'ordered', by: 'owner', statedAt: null });
    expect(ordered.order).toEqual({ by: 'owner', statedAt: 10 });
    expect(caseAfterFrom(ordered, { type: 'ordered', by: 'own', statedAt: null }).order?.by).toBe('own');
    expect(caseAfterFrom(ordered, identified).order?.by).toBe('owner');
    const other = { ...device, shortSerial: 'J50000063' };
    expect(caseAfterFrom(ordered, { ...identified, device: other }).order).toBeNull();
    expect(ORDERS).toHaveLength(4);
  });

  it('holds for a visit from when it was stated, not from when it was last used', () => {
    const hour = 3_600_000;
    const stated = { order: { by: 'owner', statedAt: 0 }, handed: null } as const;
    const none = { order: null, handed: null };
    expect(orderInForce([none, stated], 11 * hour)).toEqual(stated.order);
    expect(orderInForce([none, stated], 12 * hour)).toBeNull();
    expect(orderInForce([none], 0)).toBeNull();
    const carried = caseAfter({ type: 'identified', device }, { type: 'ordered', by: 'owner', statedAt: 3 });
    expect(carried.order).toEqual({ by: 'owner', statedAt: 3 });
  });
});

const otherOf = (shortSerial: string): CaseOther => ({
  shortSerial,
  fullSerial: null,
  model: null,
  doubt: null,
});
const serialsOf = ({ others }: CaseRecord) => others.map(({ shortSerial }) => shortSerial);

describe('the other devices named with a case', () => {
  const named = (...serials: string[]): CaseAction => ({
    type: 'others-named',
    others: serials.map(otherOf),
  });
  const identified = { type: 'identified', device } as const;

  it('are kept each once, in the order they were named, before and after its own is known', () => {
    const before = caseAfter(named('J50000063', device.shortSerial, 'J50000064'), identified);
    expect(serialsOf(before)).toEqual(['J50000063', 'J50000064']);
    const after = caseAfterFrom(before, named('J50000065', 'J50000063', device.shortSerial));
    expect(serialsOf(after)).toEqual(['J50000063', 'J50000064', 'J50000065']);
    const said = { answers: { everInEzviz: 'yes' } };
    const again = { type: 'others-named', others: [{ ...otherOf('J50000063'), said }] } as const;
    expect(caseAfterFrom(after, again).others).toEqual(after.others);
  });

  it('stay when another one of them takes the place of its own', () => {
    const record = caseAfter(identified, named('J50000063', 'J50000064'));
    const other = { ...device, shortSerial: 'J50000063' };
    expect(serialsOf(caseAfterFrom(record, { type: 'identified', device: other }))).toEqual(['J50000064']);
  });

  it('are as many as a sheet of labels holds', () => {
    const serials = Array.from({ length: MOST_OTHERS + 10 }, (_, index) => `J${50_000_100 + index}`);
    const record = caseAfter(identified, named(...serials));
    expect(serialsOf(record)).toEqual(serials.slice(0, MOST_OTHERS));
    expect(serialsOf(caseAfterFrom(record, named('J50000063')))).toEqual(serials.slice(0, MOST_OTHERS));
  });

  it('are found by one of them in the latest case of the visit', () => {
    const hour = 3_600_000;
    const [old, late] = [caseAfter(named('J50000063')), caseAfter(named('J50000063', 'J50000064'))];
    expect(namedBeside([caseAfter(identified), late, old], 'J50000063', 11 * hour)).toBe(late);
    expect(namedBeside([late], 'J50000065', 11 * hour)).toBeNull();
    expect(namedBeside([late], 'J50000063', 13 * hour)).toBeNull();
  });
});

describe('a case', () => {
  it('begins at identify and goes to assess with the device', () => {
    expect(newCase('X', 7, 1)).toMatchObject({ stage: 'identify', device: null });
    expect(caseAfter({ type: 'identified', device })).toMatchObject({
      stage: 'assess',
      facts: { kind: { value: 'camera', source: 'label' } },
    });
  });

  it('gives the same when an action is applied twice', () => {
    const actions: CaseAction[] = [
      { type: 'identified', device },
      { type: 'answered', fact: 'everInEzviz', given: 'no' },
      { type: 'no-laptop' },
      { type: 'job-started', job },
      { type: 'stage', stage: 'lan-unbind' },
    ];
    const once = caseAfter(...actions);
    const twice = caseAfter(...actions.flatMap((action) => [action, action]));
    expect({ ...twice, revision: 0 }).toEqual({ ...once, revision: 0 });
  });

  it('forgets the last answer on Back, and nothing when there is none', () => {
    const answered = caseAfter(
      { type: 'identified', device },
      { type: 'answered', fact: 'everInEzviz', given: 'no' },
      { type: 'answered', fact: 'adminPassword', given: 'yes' },
      { type: 'back' },
    );
    expect(answered.answers).toEqual(['everInEzviz']);
    expect(answered.facts.adminPassword).toEqual({ state: 'unknown', asked: false });
    expect(caseAfter({ type: 'identified', device }, { type: 'back' }).answers).toEqual([]);
  });

  it('forgets on a new look what may have changed, and asks it again', () => {
    const record = caseAfter(
      { type: 'identified', device },
      { type: 'answered', fact: 'adminPassword', given: 'no' },
      { type: 'recheck', forget: ['adminPassword'] },
    );
    expect(record).toMatchObject({
      answers: [],
      facts: { adminPassword: { state: 'unknown', asked: false } },
    });
  });

  it('keeps what was said in words when the label follows, and notices where they disagree', () => {
    const record = caseAfter(
      { type: 'told', said: { answers: { kind: 'recorder', everInEzviz: 'yes' } } },
      { type: 'identified', device },
    );
    expect(record).toMatchObject({
      answers: ['everInEzviz', 'kind'],
      facts: { everInEzviz: { value: true }, kind: { value: 'camera', source: 'label' } },
      contradictions: [{ fact: 'kind', refused: { value: 'recorder' }, told: false }],
    });
    expect(caseAfterFrom(record, { type: 'contradictions-told' }).contradictions[0]?.told).toBe(true);
  });

  it('sees no contradiction between "recorder" and the label of a DVR', () => {
    const record = caseAfter(
      { type: 'told', said: { answers: { kind: 'recorder' } } },
      { type: 'identified', device: { ...device, model: 'DS-7208HUHI-F2/N' } },
    );
    expect(record).toMatchObject({ contradictions: [], facts: { kind: { value: 'dvr' } } });
  });

  it('keeps a note once, also after the case was closed', () => {
    const note = { kind: 'photo', blob: 'note:1', at: 5 } as const;
    const record = caseAfter(
      { type: 'identified', device },
      { type: 'closed', outcome: 'service-centre' },
      { type: 'noted', note },
      { type: 'noted', note },
    );
    expect(record.notes).toEqual([note]);
  });

  it('refuses an answer that is none, and keeps what it had', () => {
    const record = caseAfter({ type: 'identified', device });
    expect(refusal(record, { type: 'answered', fact: 'everInEzviz', given: 'perhaps' })).toBe(
      'not-an-answer',
    );
    expect(refusal(record, { type: 'answered', fact: 'firmware', given: 'new' })).toBe('unreadable-firmware');
  });

  it('takes word only of its running job', () => {
    const record = caseAfter({ type: 'identified', device }, { type: 'job-started', job });
    expect(refusal(record, { type: 'status-read', jobId: 'J0', status: 'not-bound' })).toBe('other-job');
    expect(refusal(record, { type: 'job-ended', jobId: 'J0' })).toBe('other-job');
  });

  it('does not start a job before the device is known', () => {
    expect(refusal(newCase('X', 7, 1), { type: 'job-started', job })).toBe('not-identified');
  });

  it('forgets everything about one device when another takes its place', () => {
    const record = caseAfter(
      { type: 'identified', device },
      { type: 'answered', fact: 'everInEzviz', given: 'yes' },
      { type: 'identified', device: { ...device, shortSerial: 'J50000063' } },
    );
    expect(record).toMatchObject({ answers: [], facts: { everInEzviz: { state: 'unknown' } } });
  });

  it('keeps its answers when the same label is sent again', () => {
    const record = caseAfter(
      { type: 'identified', device },
      { type: 'answered', fact: 'everInEzviz', given: 'yes' },
      { type: 'identified', device },
    );
    expect(record.facts.everInEzviz).toMatchObject({ value: true });
  });

  it('looks again when a device nobody saw is named again', () => {
    const look = { ...job, kind: 'discover' } as const;
    const unseen: CaseAction[] = [
      { type: 'identified', device },
      { type: 'job-started', job: look },
      { type: 'seen', jobId: 'J1', agentId: 'A1', sighting: null },
    ];
    expect(caseAfter(...unseen).lookedBy).toBe('A1');
    expect(caseAfter(...unseen, { type: 'identified', device }).lookedBy).toBeNull();
  });

  it('follows the device’s network while it is put right', () => {
    const network = {
      address: '192.168.1.64',
      subnetMask: '255.255.255.0',
      reachability: 'same-subnet',
    } as const;
    const sighting = {
      ...network,
      gateway: '0.0.0.0',
      agentId: 'A1',
      model: null,
      kind: 'camera',
      firmware: null,
      activated: true,
      lanUnbind: 'yes',
      bindStatus: 'unknown',
      ezvizBrand: null,
      cloudEnabled: true,
      mac: null,
      fullSerial: null,
    } as const;
    const seen = caseAfter(
      { type: 'identified', device },
      { type: 'job-started', job: { ...job, kind: 'discover' } },
      { type: 'seen', jobId: 'J1', agentId: 'A1', sighting },
      { type: 'job-started', job: { ...job, id: 'J2', kind: 'status' } },
    );
    const read = { type: 'status-read', jobId: 'J2', status: 'cloud-offline' } as const;
    expect(
      caseAfterFrom(seen, { ...read, device: { ...network, gateway: '192.168.1.1' } }).sighting,
    ).toMatchObject({
      gateway: '192.168.1.1',
      agentId: 'A1',
    });
    expect(caseAfterFrom(seen, read).sighting).toMatchObject({ gateway: '0.0.0.0' });
    const moved = { ...network, address: '192.168.1.70', announcedAddress: '192.168.1.64' };
    const elsewhere = caseAfterFrom(seen, { ...read, device: moved });
    expect(elsewhere.sighting).toMatchObject(moved);
    expect(elsewhere.job).toBeNull();
  });

  it('still records the outcome of an unbind after it was closed, and nothing else', () => {
    const closed = caseAfter(
      { type: 'identified', device },
      { type: 'job-started', job },
      { type: 'closed', outcome: 'cancelled' },
    );
    const report = { outcome: 'unbound', verified: true };
    expect(refusal(closed, { type: 'reported', jobId: 'J1', serial: device.shortSerial, report })).toBeNull();
    expect(refusal(closed, { type: 'answered', fact: 'everInEzviz', given: 'no' })).toBe('closed');
  });

  it('is opened again as it was after it was cancelled, without the job that was stopped', () => {
    const before = caseAfter(
      { type: 'identified', device },
      { type: 'answered', fact: 'everInEzviz', given: 'no' },
      { type: 'awaits-answer' },
      { type: 'guide', guide: { way: 'firmware-first', at: 2 } },
      { type: 'stage', stage: 'guide' },
      { type: 'job-started', job },
    );
    const closed = caseAfterFrom(before, { type: 'closed', outcome: 'cancelled' });
    const open = caseAfterFrom(closed, { type: 'reopened' });
    expect(open).toEqual({
      ...before,
      job: null,
      updatedAt: open.updatedAt,
      revision: before.revision + 2,
    });
    // The button pressed twice.
    expect(caseAfterFrom(open, { type: 'reopened' })).toMatchObject({ closedAt: null, stage: 'guide' });
    // No unbind begins because somebody has changed his mind.
    const unbinding = caseAfterFrom(before, { type: 'stage', stage: 'lan-unbind' });
    const stopped = caseAfterFrom(unbinding, { type: 'closed', outcome: 'cancelled' });
    expect(caseAfterFrom(stopped, { type: 'reopened' })).toMatchObject({
      stage: 'assess',
      job: null,
      challenge: null,
    });
  });

  it('is not opened again where it has an end of its own, or too late', () => {
    for (const outcome of [
      'unbound',
      'nothing-to-do',
      'service-centre',
      'reported-done',
      'stopped',
    ] as const) {
      const closed = caseAfter({ type: 'identified', device }, { type: 'closed', outcome });
      expect(refusal(closed, { type: 'reopened' }), outcome).toBe('ended');
      expect(closed).toMatchObject({ stage: 'close', awaitsAnswer: false });
    }
    const cancelled = caseAfter(
      { type: 'identified', device },
      { type: 'job-started', job },
      { type: 'closed', outcome: 'cancelled' },
    );
    const report = { outcome: 'unbound', verified: true };
    const late = caseAfterFrom(cancelled, {
      type: 'reported',
      jobId: 'J1',
      serial: device.shortSerial,
      report,
    });
    expect(refusal(late, { type: 'reopened' })).toBe('ended');
    const closedAt = cancelled.closedAt ?? 0;
    expect(applyAction(cancelled, { type: 'reopened' }, closedAt + REOPEN_MS).ok).toBe(true);
    expect(applyAction(cancelled, { type: 'reopened' }, closedAt + REOPEN_MS + 1)).toMatchObject({
      failure: 'too-late',
    });
  });

  it('takes the outcome of its own job, once, and a late one where no other job runs', () => {
    const reported = (jobId: string, outcome: string) =>
      ({
        type: 'reported',
        jobId,
        serial: device.shortSerial,
        report: { outcome, verified: outcome === 'unbound' },
      }) as const;
    const second = caseAfter(
      { type: 'identified', device },
      { type: 'job-started', job },
      { type: 'job-ended', jobId: 'J1' },
      { type: 'job-started', job: { ...job, id: 'J2' } },
    );
    expect(refusal(second, reported('J1', 'unknown'))).toBe('other-job');
    expect(second.job?.id).toBe('J2');
    const own = caseAfterFrom(second, reported('J2', 'denied'));
    expect(own).toMatchObject({ job: null, report: { outcome: 'denied' } });
    expect(refusal(own, reported('J1', 'unknown'))).toBe('other-job');
    // Not told yet, it is the same once more; told, it is none.
    expect(caseAfterFrom(own, reported('J2', 'denied')).report).toMatchObject({ outcome: 'denied' });
    const endTold = { type: 'end-told', jobId: 'J2', outcome: 'denied', reason: null } as const;
    const told = caseAfterFrom(own, endTold);
    expect(refusal(told, reported('J2', 'denied'))).toBe('told');
    expect(refusal(told, endTold)).toBe('told');
    const read = caseAfterFrom(told, { type: 'report-read' });
    expect(refusal(read, reported('J2', 'denied'))).toBe('told');
    expect(caseAfterFrom(read, reported('J1', 'unbound')).report).toMatchObject({ outcome: 'unbound' });
  });

  it('takes no outcome of a device that it is not about any more', () => {
    const other = { ...device, shortSerial: 'J50000063' };
    const moved = caseAfter(
      { type: 'identified', device },
      { type: 'job-started', job },
      { type: 'identified', device: other },
    );
    const report = { outcome: 'unbound', verified: true };
    const late = { type: 'reported', jobId: 'J1', serial: device.shortSerial, report } as const;
    expect(refusal(moved, late)).toBe('other-device');
  });
});
