import { createHash } from 'node:crypto';
import type { AuditEntry } from '../../../src/audit/chain.ts';
import { type CaseRecord, newCase } from '../../../src/cases/case.ts';
import type { CaseOutcome } from '../../../src/cases/record.ts';
import { historyOf } from '../../../src/report/history.ts';
import { type ReportCase, reportOf } from '../../../src/report/report.ts';

/** 2026-11-29 10:05 UTC. */
export const BEGUN = Date.UTC(2026, 10, 29, 10, 5);

type Reportable = ReportCase['record'];

/** A case about a device that a laptop has seen, `nth` of a visit. */
export function caseOf(nth: number, changes: Partial<CaseRecord> = {}): Reportable {
  const at = BEGUN + nth * 60_000;
  const shortSerial = `J${50_000_060 + nth}`;
  const device = { shortSerial, fullSerial: null, model: 'DS-2CD2386G2-IU', manufactured: null };
  const sighting = {
    agentId: 'laptop',
    address: `192.168.1.${64 + (nth % 100)}`,
    model: 'DS-2CD2386G2-IU',
    mac: null,
    firmware: null,
    fullSerial: `DS-2CD2386G2-IU20200101CCRR${shortSerial}WCVU`,
    reachability: 'same-subnet',
  } as const;
  const id = `01JDV00000000000000000${String(nth).padStart(4, '0')}`;
  return { ...newCase(id, 7, at), device, sighting, ...changes } as Reportable;
}

export const closed = (outcome: CaseOutcome): Partial<CaseRecord> => ({
  outcome,
  closedAt: BEGUN + 3_600_000,
});

/** Entries of a case as the trail holds them, one after another. */
export function trailOf(...steps: (readonly [what: string, detail?: AuditEntry['detail']])[]): AuditEntry[] {
  return steps.map(([what, detail = {}], index) => {
    const seq = index + 1;
    const hash = createHash('sha256').update(`${what} ${seq}`).digest('hex');
    const content = { what: `case.${what}`, case: 'x', by: null } as const;
    return { ...content, detail: { revision: seq, ...detail }, seq, at: BEGUN + seq, previous: '', hash };
  });
}

/** An unbind by the laptop that the device has confirmed. */
export const UNBOUND = trailOf(
  ['identified', { serial: 'device:1' }],
  ['status-read', { status: 'can-unbind' }],
  ['job-started', { kind: 'unbind' }],
  ['reported', { outcome: 'unbound', verified: true }],
  ['closed', { outcome: 'unbound' }],
);

export const LETTERHEAD = {
  firm: 'ООО «Вектор»',
  site: 'ЖК «Северный», корпус 2',
  technician: 'Иван Петров',
  phone: '+7 900 123-45-67',
};

/** A report of so many devices, all of them unbound and verified. */
export function visitOf(count: number, language: 'en' | 'ru', changes: Partial<CaseRecord> = {}) {
  const cases = Array.from({ length: count }, (_, nth) => {
    const record = caseOf(nth, { ...closed('unbound'), ...changes });
    return { record, history: historyOf(record, UNBOUND) };
  });
  const about = { language, madeAt: BEGUN + 7_200_000, timeZone: 'Europe/Moscow', letterhead: LETTERHEAD };
  return reportOf(cases, about);
}
