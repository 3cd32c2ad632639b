/** Makes the report of a case or of a day out of the cases and the audit trail, and puts its files where they are sent from. */
import type { AuditEntry } from '../../audit/chain.ts';
import type { Audit } from '../../audit/trail.ts';
import type { CaseRecord } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import type { ContactPort, MadeReport, ReportPort, ReportScope } from '../../flows/ports.ts';
import type { Log } from '../../kernel/log.ts';
import { csvOf } from '../../report/csv.ts';
import { historyOf } from '../../report/history.ts';
import { pdfOf } from '../../report/pdf.ts';
import { isReportable, type Report, type ReportCase, reportOf } from '../../report/report.ts';
import { orNone } from '../../store/or-none.ts';
import type { Values } from '../../store/store.ts';
import { atBorder, must } from './must.ts';
import type { Profiles } from './profiles.ts';
import { FILE_MS } from './times.ts';

export interface ReportOptions {
  /** Bytes by key, in base64. */
  blobs: Values<string>;
  cases: Pick<CaseDesk, 'get' | 'listFor'>;
  audit: Pick<Audit, 'readBack'>;
  contacts: Pick<ContactPort, 'get' | 'suggested'>;
  profiles: Pick<Profiles, 'language'>;
  log: Log;
  /** Milliseconds. */
  clock: () => number;
  /** IANA name of the zone in which days begin and times are written; the machine's own where left out. */
  timeZone?: string;
}

/** Latest cases of a chat that are looked at, and so the most that one report holds: a site of sixty, some times over. */
const MOST_CASES = 300;
/** Days that are offered. */
const MOST_DAYS = 5;

type Reportable = ReportCase['record'];

export function createReports({
  blobs,
  cases,
  audit,
  contacts,
  profiles,
  log,
  clock,
  timeZone,
}: ReportOptions): ReportPort {
  // Made when it is needed: the tables of calendars are read from disk.
  let format: Intl.DateTimeFormat | undefined;
  const dayAt = (time: number) => {
    format ??= new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone });
    return format.format(time);
  };
  /** The day of a case: the one on which it ended, else on which something was done last. */
  const dayOf = ({ closedAt, updatedAt }: CaseRecord) => dayAt(closedAt ?? updatedAt);

  /** The latest cases with a device, newest first. */
  async function latestOf(chatId: number): Promise<{ found: Reportable[]; isCut: boolean }> {
    const listed = must(await cases.listFor(chatId, MOST_CASES + 1));
    const some = listed.slice(0, MOST_CASES);
    return { found: some.filter(isReportable), isCut: listed.length > some.length };
  }

  async function casesIn(
    chatId: number,
    scope: ReportScope,
  ): Promise<{ found: Reportable[]; isCut: boolean }> {
    if ('caseId' in scope) {
      const own = must(orNone(await cases.get(scope.caseId)));
      return { found: own?.chatId === chatId && isReportable(own) ? [own] : [], isCut: false };
    }
    const { found, isCut } = await latestOf(chatId);
    const ofDay = found.filter((record) => dayOf(record) === scope.day);
    // Older ones than were looked at may belong to the day only if all that were looked at do.
    return { found: ofDay, isCut: isCut && ofDay.length === found.length };
  }

  /** Entries of these cases, oldest first, by case. The trail is read from its end to where the first of them was opened. */
  async function trailsOf(records: readonly Reportable[]): Promise<Map<string, AuditEntry[]>> {
    const trails = new Map<string, AuditEntry[]>(records.map(({ id }) => [id, []]));
    let unopened = trails.size;
    const read = await audit.readBack((entry) => {
      const trail = trails.get(entry.case ?? '');
      trail?.unshift(entry);
      if (trail && entry.what === 'case.opened') unopened -= 1;
      return unopened > 0;
    });
    must(read);
    return trails;
  }

  async function keep(key: string, bytes: Buffer): Promise<string> {
    must(await blobs.set(key, bytes.toString('base64'), FILE_MS));
    return key;
  }

  /** Null where the library or its fonts fail: the table is there all the same. */
  async function paperOf(report: Report): Promise<Buffer | null> {
    try {
      return await pdfOf(report);
    } catch (error) {
      log.error({ err: error }, 'a report was not put on paper');
      return null;
    }
  }

  return {
    choices: (chatId, caseId) =>
      atBorder(async () => {
        const { found } = await latestOf(chatId);
        const own = found.find(({ id }) => id === caseId) ?? found[0];
        const today = dayAt(clock());
        const counts = new Map<string, number>();
        for (const record of found) {
          const day = dayOf(record);
          counts.set(day, (counts.get(day) ?? 0) + 1);
        }
        const sorted = [...counts].toSorted(([one], [other]) => (one < other ? 1 : -1));
        return {
          atHand: own ? { id: own.id, serial: own.device.shortSerial } : null,
          days: sorted
            .slice(0, MOST_DAYS)
            .map(([day, count]) => ({ day, isToday: day === today, cases: count })),
        };
      }),

    make: (chatId, scope, site) =>
      atBorder(async (): Promise<MadeReport | null> => {
        const { found, isCut } = await casesIn(chatId, scope);
        const [first] = found;
        if (!first) return null;
        const trails = await trailsOf(found);
        const person = must(await contacts.get(chatId));
        const { firm } = must(await contacts.suggested(chatId));
        const report = reportOf(
          found.map((record) => ({ record, history: historyOf(record, trails.get(record.id) ?? []) })),
          {
            letterhead: {
              firm: person?.firm ?? firm,
              site,
              technician: person?.name ?? null,
              phone: person?.phone ?? null,
            },
            language: await profiles.language(chatId),
            madeAt: clock(),
            timeZone: timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
          },
        );
        const about = 'day' in scope ? scope.day : first.device.shortSerial;
        const key = `report:${chatId}:${'day' in scope ? scope.day : scope.caseId}`;
        const paper = await paperOf(report);
        return {
          pdf: paper === null ? null : await keep(`${key}:pdf`, paper),
          table: await keep(`${key}:csv`, Buffer.from(csvOf(report))),
          name: `report-${about}`,
          devices: found.length,
          isCut,
        };
      }),
  };
}
