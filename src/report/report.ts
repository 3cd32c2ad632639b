/** The report of a case or of a visit: what stands in it, in the words of one language. How it looks is pdf.ts and csv.ts. */
import type { Language } from '../../locales/language.ts';
import type { ChainPlace } from '../audit/chain.ts';
import { type CaseRecord, caseNumber } from '../cases/case.ts';
import { hasText, textsFor } from '../kernel/all-texts.ts';
import { oneLine } from '../kernel/one-line.ts';
import type { Texts, WordAfter } from '../kernel/texts.ts';
import type { History } from './history.ts';

/** Who reports, and where; null: not known, and said so. */
export interface Letterhead {
  readonly firm: string | null;
  readonly site: string | null;
  readonly technician: string | null;
  readonly phone: string | null;
}

/** A device as it stands in the report: one case. */
export interface ReportDevice {
  readonly model: string;
  /** The full one where it is known. */
  readonly serial: string;
  readonly shortSerial: string;
  readonly address: string;
  readonly method: string;
  readonly before: string;
  readonly after: string;
  readonly result: string;
  readonly verified: string;
  /** Milliseconds since 1970. */
  readonly begun: number;
  /** Null: the case is open. */
  readonly ended: number | null;
  /** Its number, as people quote it. */
  readonly case: string;
  /** `seq:hash` of the last entry of the case, as `unbind-bot audit verify --head` takes it; null: none is kept. */
  readonly audit: string | null;
}

export interface Report {
  readonly language: Language;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  /** IANA name of the zone in which times are written. */
  readonly timeZone: string;
  readonly letterhead: Letterhead;
  /** How many devices came to which result, the results in order of their first device. */
  readonly summary: readonly { readonly result: string; readonly count: number }[];
  /** In the order in which the cases were begun. */
  readonly devices: readonly ReportDevice[];
}

/** A case with what the trail tells of it. Only one whose device has a serial number can be reported. */
export interface ReportCase {
  readonly record: CaseRecord & { readonly device: NonNullable<CaseRecord['device']> };
  readonly history: History;
}

/** Whether a case can stand in a report. */
export function isReportable(record: CaseRecord): record is ReportCase['record'] {
  return record.device !== null;
}

/** Puts a report together. Pure. */
export function reportOf(
  cases: readonly ReportCase[],
  about: { letterhead: Letterhead; language: Language; madeAt: number; timeZone: string },
): Report {
  const t = textsFor(about.language);
  const sorted = cases.toSorted((one, other) => one.record.createdAt - other.record.createdAt);
  const devices = sorted.map((found) => deviceOf(t, found));
  const counts = new Map<string, number>();
  for (const { result } of devices) counts.set(result, (counts.get(result) ?? 0) + 1);
  const { firm, site, technician, phone } = about.letterhead;
  return {
    ...about,
    letterhead: { firm: named(firm), site: named(site), technician: named(technician), phone: named(phone) },
    summary: [...counts].map(([result, count]) => ({ result, count })),
    devices,
  };
}

function named(value: string | null): string | null {
  return value === null ? null : oneLine(value) || null;
}

function deviceOf(t: Texts, { record, history }: ReportCase): ReportDevice {
  const { device, sighting } = record;
  const said = (word: History['after']) => t(word === null ? 'report:unknown.said' : `report:said.${word}`);
  return {
    model: named(sighting?.model ?? device.model) ?? t('report:unknown.model'),
    serial: oneLine(sighting?.fullSerial ?? device.fullSerial ?? device.shortSerial),
    shortSerial: oneLine(device.shortSerial),
    address: named(sighting?.address ?? null) ?? t('report:unknown.address'),
    method: methodText(t, record, history),
    before: said(history.before),
    after: said(history.after),
    result: t(`report:result.${resultOf(record)}`),
    verified: t(`report:verified.${verificationOf(record, history)}`),
    begun: record.createdAt,
    ended: record.closedAt,
    case: caseNumber(record),
    audit: history.place && placeText(history.place),
  };
}

function placeText({ seq, hash }: ChainPlace): string {
  return `${seq}:${hash}`;
}

function resultOf({ closedAt, outcome, awaitsAnswer }: CaseRecord): WordAfter<'report:result.'> {
  if (closedAt !== null) return outcome ?? 'cancelled';
  return awaitsAnswer ? 'waiting' : 'open';
}

/** On whose word the result stands. A case ends as `unbound` on the device's own alone (flows/close.ts, guide.ts). */
function verificationOf(
  { outcome }: CaseRecord,
  { before, after, lastBy }: History,
): WordAfter<'report:verified.'> {
  switch (outcome) {
    case 'unbound':
      return lastBy === 'unbind' ? 'unbind' : 'asked';
    case 'nothing-to-do':
      if ((after ?? before) !== 'not-bound') return 'technician';
      return lastBy === null ? 'announced' : 'before';
    case 'reported-done':
      return 'technician';
    default:
      return 'none';
  }
}

type Method = Exclude<WordAfter<'report:method.'>, 'tried'>;

function isMethod(id: string): id is Method {
  return id !== 'tried' && hasText(`report:method.${id}`);
}

/** The way that led to the end; where none has, those that were tried. */
function methodText(t: Texts, record: CaseRecord, { lastBy, after }: History): string {
  const { outcome, guide, tried, awaitsAnswer } = record;
  const way = (id: string) => t(isMethod(id) ? `report:method.${id}` : 'report:method.none');
  if (outcome === 'nothing-to-do') return way('nothing-to-do');
  if (outcome === 'unbound' && lastBy === 'unbind' && after === 'not-bound') return way('sadp');
  if (outcome === 'unbound' || outcome === 'reported-done') return way(guide?.way ?? 'none');
  if (outcome === 'service-centre' || awaitsAnswer) return way('service-centre');
  const ways = [...new Set(tried.map((one) => way(one.way)))];
  return ways.length === 0 ? way('none') : t('report:method.tried', { ways: ways.join(', ') });
}
