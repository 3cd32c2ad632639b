/** The cases of the last seven days, of all chats, as a table for an admin. */
import type { Language } from '../../../locales/language.ts';
import { caseNumber } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import type { HouseFailure } from '../../flows/ports.ts';
import { standingOf } from '../../flows/telling.ts';
import { textsFor } from '../../kernel/all-texts.ts';
import type { Result } from '../../kernel/result.ts';
import { casesCsvOf } from '../../report/csv.ts';
import { isReportable } from '../../report/report.ts';
import type { Store } from '../../store/store.ts';
import { BLOBS } from './blobs.ts';
import { atBorder, must } from './must.ts';
import { MOST_CASES, WEEK_MS } from './overview.ts';
import { FILE_MS } from './times.ts';

export interface WeekTableOptions {
  store: Pick<Store, 'values'>;
  /** Who is in, by the names /people shows; of others only the id is told. */
  access: { list(): Promise<Result<readonly { userId: number; name: string }[], unknown>> };
  cases: Pick<CaseDesk, 'latest'>;
  /** Milliseconds. */
  clock: () => number;
  /** IANA name of the zone in which times are written; the machine's own where left out. */
  timeZone?: string;
}

interface WeekTable {
  /** Key of the stored bytes, and the name to send them under. */
  readonly file: { readonly blob: string; readonly filename: string };
  readonly cases: number;
  /** There are older cases than were looked at. */
  readonly isCut: boolean;
}

/** Makes the table for an admin; null: no case was worked on. */
type MakeWeekTable = (adminId: number, language: Language) => Promise<Result<WeekTable | null, HouseFailure>>;

export function createWeekTable({ store, access, cases, clock, timeZone }: WeekTableOptions): MakeWeekTable {
  const blobs = store.values(BLOBS);
  return (adminId, language) =>
    atBorder(async () => {
      const now = clock();
      const listed = must(await cases.latest(MOST_CASES + 1));
      const ofWeek = listed
        .slice(0, MOST_CASES)
        .filter(isReportable)
        .filter(({ updatedAt }) => updatedAt >= now - WEEK_MS);
      if (ofWeek.length === 0) return null;
      const names = new Map(must(await access.list()).map(({ userId, name }) => [userId, name]));
      const t = textsFor(language);
      const lines = ofWeek.map((record) => ({
        number: caseNumber(record),
        technician: { id: record.chatId, name: names.get(record.chatId) ?? null },
        model: record.device.model,
        shortSerial: record.device.shortSerial,
        serial: record.device.fullSerial,
        standing: t(standingOf(record)),
        begun: record.createdAt,
        ended: record.closedAt,
      }));
      const zone = timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
      const table = Buffer.from(casesCsvOf(lines, language, zone));
      const blob = `week:${adminId}:csv`;
      must(await blobs.set(blob, table.toString('base64'), FILE_MS));
      const day = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone: zone }).format(now);
      const isCut = listed.length > MOST_CASES;
      return { file: { blob, filename: `cases-${day}.csv` }, cases: lines.length, isCut };
    });
}
