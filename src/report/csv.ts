/** Tables for spreadsheets (RFC 4180). What stands in a cell may come from outside: it never begins a formula. Pure. */
import type { Language } from '../../locales/language.ts';
import { textsFor } from '../kernel/all-texts.ts';
import type { Report, ReportDevice } from './report.ts';

/**
 * What a spreadsheet of that language takes for the end of a cell when a file is opened with a click: where the comma parts
 * the decimals, it is the semicolon.
 */
const SEPARATORS: Readonly<Record<Language, ',' | ';'>> = { en: ',', ru: ';' };

/** Without it spreadsheets read UTF-8 as the system's old code page. */
const BYTE_ORDER_MARK = '\ufeff';

/** Also behind blanks, and in the full width of East Asian keyboards (https://owasp.org/www-community/attacks/CSV_Injection). */
const FORMULA = /^\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** A cell: always quoted, and never a formula to a spreadsheet, which takes what follows an apostrophe for text. */
export function csvCell(text: string): string {
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

/** What a spreadsheet would make a number or a date of, and so another text: `12E456`, `007`, `5/3`, sixteen digits. */
const REWRITTEN = /^(?:0\d+|\d{16,}|\d+E\d+|\d+[./:,-]\d[\d./:,-]*)$/i;

/** A value from outside, or a number that is a name, as it is. */
function textCell(text: string): string {
  return csvCell(REWRITTEN.test(text) ? `'${text}` : text);
}

/** The whole report as a table, one line a device, each with all it takes to be understood by itself. */
export function csvOf(report: Report): string {
  const { language, letterhead, timeZone: zone } = report;
  const t = textsFor(language);
  const name = (value: string | null) => value ?? t('report:paper.unnamed');
  const technician = [letterhead.technician, letterhead.phone].filter((value) => value !== null).join(', ');
  const columns: Columns<ReportDevice> = [
    [t('report:column.firm'), () => textCell(name(letterhead.firm))],
    [t('report:column.site'), () => textCell(name(letterhead.site))],
    [t('report:column.technician'), () => textCell(name(technician || null))],
    [t('report:column.case'), (device) => textCell(device.case)],
    [t('report:column.model'), ({ model }) => textCell(model)],
    [t('report:column.shortSerial'), ({ shortSerial }) => textCell(shortSerial)],
    [t('report:column.serial'), ({ serial }) => textCell(serial)],
    [t('report:column.address'), ({ address }) => csvCell(address)],
    [t('report:column.method'), ({ method }) => textCell(method)],
    [t('report:column.before'), ({ before }) => textCell(before)],
    [t('report:column.after'), ({ after }) => textCell(after)],
    [t('report:column.outcome'), ({ result }) => textCell(result)],
    [t('report:column.verified'), ({ verified }) => textCell(verified)],
    [t('report:column.begun', { zone }), ({ begun }) => csvCell(momentOf(begun, zone))],
    [
      t('report:column.ended', { zone }),
      ({ ended }) => csvCell(ended === null ? t('report:paper.open') : momentOf(ended, zone)),
    ],
    [t('report:column.audit'), ({ audit }) => textCell(audit ?? t('report:unknown.audit'))],
    [t('report:column.check'), ({ audit }) => csvCell(audit === null ? '' : checkCommand(audit))],
  ];
  return tableOf(language, columns, report.devices);
}

/** A case in a list of cases. */
export interface ListedCase {
  /** As people call it. */
  readonly number: string;
  /** Of who works on it: Telegram id, and the name where they are in. */
  readonly technician: { readonly id: number; readonly name: string | null };
  readonly model: string | null;
  readonly shortSerial: string;
  readonly serial: string | null;
  /** Where it stands, in words. */
  readonly standing: string;
  /** Milliseconds since 1970. */
  readonly begun: number;
  /** The same; null: it is open. */
  readonly ended: number | null;
}

/** Cases of several technicians as a table, one line each, in the order given. */
export function casesCsvOf(cases: readonly ListedCase[], language: Language, zone: string): string {
  const t = textsFor(language);
  const columns: Columns<ListedCase> = [
    [t('report:column.case'), ({ number }) => textCell(number)],
    [t('report:column.technicianId'), ({ technician }) => textCell(String(technician.id))],
    [t('report:column.technician'), ({ technician }) => textCell(technician.name ?? '')],
    [t('report:column.model'), ({ model }) => textCell(model ?? t('report:unknown.model'))],
    [t('report:column.shortSerial'), ({ shortSerial }) => textCell(shortSerial)],
    [t('report:column.serial'), ({ serial }) => textCell(serial ?? '')],
    [t('report:column.outcome'), ({ standing }) => textCell(standing)],
    [t('report:column.begun', { zone }), ({ begun }) => csvCell(momentOf(begun, zone))],
    [
      t('report:column.ended', { zone }),
      ({ ended }) => csvCell(ended === null ? t('report:paper.open') : momentOf(ended, zone)),
    ],
  ];
  return tableOf(language, columns, cases);
}

type Columns<T> = readonly (readonly [head: string, cell: (of: T) => string])[];

/** A head, and a line for each thing; cells come ready to be written. */
function tableOf<T>(language: Language, columns: Columns<T>, things: readonly T[]): string {
  const rows = [
    columns.map(([head]) => csvCell(head)),
    ...things.map((thing) => columns.map(([, cell]) => cell(thing))),
  ];
  const lines = rows.map((cells) => `${cells.join(SEPARATORS[language])}\r\n`);
  return BYTE_ORDER_MARK + lines.join('');
}

/** What checks an entry of the trail, `seq:hash`, on the bot's server. */
export function checkCommand(place: string): string {
  return `unbind-bot audit verify --head ${place}`;
}

/** `2026-11-29 13:05`: a moment in every spreadsheet, whatever its language. `ms` since 1970. */
export function momentOf(ms: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone });
  return parts.format(ms);
}
