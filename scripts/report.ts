/**
 * `npx tsx scripts/report.ts <folder>`: reports of one, ten and sixty devices in each language, as PDF and as table, to look
 * at. All ends there are stand in that of ten.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LANGUAGES } from '../locales/language.ts';
import type { CaseRecord } from '../src/cases/case.ts';
import { csvOf } from '../src/report/csv.ts';
import { historyOf } from '../src/report/history.ts';
import { pdfOf } from '../src/report/pdf.ts';
import { type ReportCase, reportOf } from '../src/report/report.ts';
import { BEGUN, caseOf, closed, LETTERHEAD, trailOf, UNBOUND } from '../test/unit/report/cases.ts';

const IDENTIFIED = ['identified', { serial: 'device:1' }] as const;
const CAN_UNBIND = ['status-read', { status: 'can-unbind' }] as const;
const NOT_BOUND = ['status-read', { status: 'not-bound' }] as const;

/** Ends of a case: what the case keeps of it, and what the trail tells. */
const ENDS: readonly (readonly [Partial<CaseRecord>, Parameters<typeof historyOf>[1]])[] = [
  [closed('unbound'), UNBOUND],
  [closed('unbound'), UNBOUND],
  [
    { ...closed('unbound'), guide: { way: 'recorder-menu', at: 3 } },
    trailOf(IDENTIFIED, CAN_UNBIND, ['guide', { guide: 'recorder-menu' }], NOT_BOUND),
  ],
  [{ ...closed('reported-done'), guide: { way: 'app', at: 4 }, sighting: null }, trailOf(IDENTIFIED)],
  [
    { awaitsAnswer: true },
    trailOf(IDENTIFIED, CAN_UNBIND, ['reported', { outcome: 'wrong-password', verified: false }]),
  ],
  [closed('nothing-to-do'), trailOf(IDENTIFIED, NOT_BOUND)],
  [{ tried: [{ way: 'app', word: 'failed', at: 1, firmware: null }] }, trailOf(IDENTIFIED, CAN_UNBIND)],
  [closed('cancelled'), trailOf(IDENTIFIED)],
  [closed('stopped'), trailOf(IDENTIFIED)],
  [closed('unbound'), UNBOUND],
];

function visitOf(count: number): ReportCase[] {
  return Array.from({ length: count }, (_, nth) => {
    const [changes, entries] = ENDS[nth % ENDS.length] ?? [{}, []];
    const record = caseOf(nth, changes);
    return { record, history: historyOf(record, entries) };
  });
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('npx tsx scripts/report.ts <folder>');
  process.exit(2);
}
await mkdir(folder, { recursive: true });
for (const language of LANGUAGES) {
  for (const count of [1, 10, 60]) {
    const about = {
      language,
      madeAt: BEGUN + 7_200_000,
      timeZone: 'Europe/Moscow',
      letterhead: LETTERHEAD,
    } as const;
    const report = reportOf(visitOf(count), about);
    const begun = process.cpuUsage();
    const pdf = await pdfOf(report);
    const { user, system } = process.cpuUsage(begun);
    const name = join(folder, `report-${language}-${count}`);
    await writeFile(`${name}.pdf`, pdf);
    await writeFile(`${name}.csv`, csvOf(report));
    console.log(`${name}: ${pdf.length} bytes, ${Math.round((user + system) / 1000)} ms of a processor`);
  }
}
