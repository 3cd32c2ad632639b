import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/audit/chain.ts';
import { createWorkCount } from '../../../src/report/week.ts';

/** Counts entries given as they were written, the oldest first. */
function counted(...entries: (readonly [what: string, caseId: string, detail: AuditEntry['detail']])[]) {
  const work = createWorkCount();
  for (const [index, [what, caseId, detail]] of [...entries.entries()].reverse())
    work.add({
      what: what as AuditEntry['what'],
      case: caseId,
      by: null,
      detail,
      seq: index + 1,
      at: index,
      previous: '',
      hash: '',
    });
  const { outcomes, ...rest } = work.counts();
  return { outcomes: Object.fromEntries(outcomes), ...rest };
}

const NOTHING = { outcomes: {}, attempts: 0, wrong: 0, locks: 0 };

describe('the count of a week', () => {
  it('is nothing where the trail says nothing of work', () => {
    expect(counted()).toEqual(NOTHING);
    expect(counted(['case.opened', 'a', {}], ['agent.paired', 'a', { outcome: 'locked' }])).toEqual(NOTHING);
  });

  it('has each case once, with its last end', () => {
    const found = counted(
      ['case.closed', 'a', { revision: 4, outcome: 'cancelled' }],
      ['case.closed', 'b', { revision: 2, outcome: 'unbound' }],
      ['case.closed', 'a', { revision: 9, outcome: 'unbound' }],
      ['case.closed', 'c', { revision: 2, outcome: 'service-centre' }],
    );
    expect(found.outcomes).toEqual({ unbound: 2, 'service-centre': 1 });
  });

  it('has no case that was opened again', () => {
    const found = counted(
      ['case.closed', 'a', { revision: 4, outcome: 'cancelled' }],
      ['case.reopened', 'a', { revision: 5 }],
    );
    expect(found).toEqual(NOTHING);
  });

  it('has what a crash wrote twice once', () => {
    const found = counted(
      ['case.attempt', 'a', { job: '1', granted: true }],
      ['case.attempt', 'a', { job: '1', granted: true }],
      ['case.reported', 'a', { revision: 5, job: '1', outcome: 'locked' }],
      ['case.reported', 'a', { revision: 5, job: '1', outcome: 'locked' }],
    );
    expect(found).toEqual({ ...NOTHING, attempts: 1, locks: 1 });
  });

  it('tells passwords that were sent from those that were not let go, and what the device said', () => {
    const found = counted(
      ['case.attempt', 'a', { job: '1', granted: true }],
      ['case.reported', 'a', { revision: 5, job: '1', outcome: 'wrong-password' }],
      ['case.attempt', 'a', { job: '2', granted: false }],
      ['case.attempt', 'b', { job: '3', granted: true }],
      ['case.reported', 'b', { revision: 5, job: '3', outcome: 'unbound' }],
    );
    expect(found).toEqual({ ...NOTHING, attempts: 2, wrong: 1 });
  });
});
