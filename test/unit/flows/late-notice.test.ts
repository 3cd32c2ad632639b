import { describe, expect, it } from 'vitest';
import { type CaseReport, newCase } from '../../../src/cases/case.ts';
import { lateNotice } from '../../../src/flows/close.ts';
import type { UnbindEnd } from '../../../src/flows/engine/events.ts';

const SERIAL = 'J50000062';
const UNBOUND: CaseReport = { outcome: 'unbound', verified: true };
const device = { shortSerial: SERIAL, fullSerial: null, model: null, manufactured: null };
const opened = { ...newCase('01K', 7, 0), device };
const end = (report: CaseReport): UnbindEnd => ({
  id: 'E1',
  caseId: '01K',
  type: 'outcome',
  jobId: 'first',
  serial: SERIAL,
  report,
});
const LATE = end({ outcome: 'unknown', verified: false });

describe.each([
  ['en', /is unbound by now/],
  ['ru', /уже отвязано/],
] as const)('a late word of an unbind (%s)', (language, since) => {
  it('says that a later one has unbound the device', () => {
    const read = { ...opened, report: UNBOUND, reportedBy: 'second' };
    expect(lateNotice(read, LATE, language)).toMatch(since);
    const closed = { ...opened, outcome: 'unbound' as const, closedAt: 1 };
    expect(lateNotice(closed, LATE, language)).toMatch(since);
    expect(
      lateNotice(closed, { ...LATE, type: 'job-failed', kind: 'unbind', reason: 'busy' }, language),
    ).toMatch(since);
  });

  it('does not where none has, where it is the word itself, and of another device', () => {
    expect(lateNotice(opened, LATE, language)).not.toMatch(since);
    expect(lateNotice({ ...opened, outcome: 'cancelled', closedAt: 1 }, LATE, language)).not.toMatch(since);
    expect(lateNotice({ ...opened, outcome: 'unbound', closedAt: 1 }, end(UNBOUND), language)).not.toMatch(
      since,
    );
    const own = { ...opened, report: UNBOUND, reportedBy: 'first' };
    expect(lateNotice(own, LATE, language)).not.toMatch(since);
    const other = { ...opened, device: { ...device, shortSerial: 'J50000063' }, outcome: 'unbound' as const };
    expect(lateNotice(other, LATE, language)).not.toMatch(since);
  });
});
