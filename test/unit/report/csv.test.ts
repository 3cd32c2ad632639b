import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { casesCsvOf, csvCell, csvOf, momentOf } from '../../../src/report/csv.ts';
import { readTable } from '../../support/table.ts';
import { BEGUN, UNBOUND, visitOf } from './cases.ts';

/** What a person reads in a cell: the apostrophe that makes it text stands before it. */
const readable = (cell: string) => cell.replace(/^'/, '');
/** Begins a formula in a spreadsheet, blanks before it or not. */
const FORMULA = /^\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

describe('a cell', () => {
  it('never begins a formula', () => {
    const begins = fc.constantFrom('', ' ', '=', '+', '-', '@', '\t', '\r', '\n', '\uff1d', ' =', '\u00a0=');
    fc.assert(
      fc.property(begins, fc.string({ unit: 'binary', maxLength: 20 }), (beginning, rest) => {
        const [[cell = ''] = []] = readTable(`${csvCell(beginning + rest)}\r\n`, ',');
        expect(cell).not.toMatch(FORMULA);
        expect(cell === beginning + rest || cell === `'${beginning}${rest}`).toBe(true);
      }),
    );
  });
});

describe.each([
  ['en', ','],
  ['ru', ';'],
] as const)('the table in %s', (language, separator) => {
  it('has a line for each device and a head, each with as many cells, whatever stands in them', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.integer({ min: 1, max: 4 }),
        (text, count) => {
          const report = visitOf(count, language);
          const devices = report.devices.map((device) => ({
            ...device,
            model: text,
            address: text,
            method: text,
          }));
          const letterhead = { firm: text, site: text, technician: text, phone: text };
          const rows = readTable(csvOf({ ...report, devices, letterhead }), separator);
          expect(rows.map((row) => row.length)).toEqual(Array.from({ length: count + 1 }, () => 17));
          expect(rows.flat().filter((cell) => FORMULA.test(cell))).toEqual([]);
          for (const row of rows.slice(1)) expect(readable(row[4] ?? '')).toBe(text.replace(/^'/, ''));
        },
      ),
    );
  });

  it('says all of a device in its own line', () => {
    const text = csvOf(visitOf(2, language));
    expect(text.startsWith('\ufeff"')).toBe(true);
    const [, , second = []] = readTable(text, separator);
    const place = `5:${UNBOUND.at(-1)?.hash}`;
    expect(second).toEqual(
      expect.arrayContaining([
        'ООО «Вектор»',
        'ЖК «Северный», корпус 2',
        'Иван Петров, +7 900 123-45-67',
        'DS-2CD2386G2-IU',
        'J50000061',
        'DS-2CD2386G2-IU20200101CCRRJ50000061WCVU',
        '192.168.1.65',
        '2026-11-29 13:06',
        '2026-11-29 14:05',
        place,
        `unbind-bot audit verify --head ${place}`,
      ]),
    );
  });
});

describe.each([
  ['en', ','],
  ['ru', ';'],
] as const)('the table of cases in %s', (language, separator) => {
  it('has a line for each case and a head, and no formula, whatever people and devices are called', () => {
    const words = fc.string({ unit: 'binary', maxLength: 40 });
    const formula = fc.tuple(fc.constantFrom('=', ' +', '-', '@', '\t'), words).map((both) => both.join(''));
    fc.assert(
      fc.property(fc.oneof(words, formula), fc.integer({ min: 0, max: 4 }), (text, count) => {
        const one = {
          number: text,
          technician: { id: 7, name: text },
          model: text,
          shortSerial: text,
          serial: text,
          standing: text,
          begun: BEGUN,
          ended: null,
        };
        const table = casesCsvOf(
          Array.from({ length: count }, () => one),
          language,
          'UTC',
        );
        const rows = readTable(table, separator);
        expect(rows.map((row) => row.length)).toEqual(Array.from({ length: count + 1 }, () => 9));
        expect(rows.flat().filter((cell) => FORMULA.test(cell))).toEqual([]);
        for (const row of rows.slice(1)) expect(readable(row[2] ?? '')).toBe(text.replace(/^'/, ''));
      }),
    );
  });
});

it('keeps what a spreadsheet would make a number or a date of as it is', () => {
  const report = visitOf(1, 'en');
  const cellOf = (model: string) => {
    const devices = report.devices.map((device) => ({ ...device, model }));
    return readTable(csvOf({ ...report, devices }), ',')[1]?.[4];
  };
  for (const text of ['12E456', '007', '5/3', '1.2.2026', '1234567890123456'])
    expect(cellOf(text), text).toBe(`'${text}`);
  for (const text of ['DS-7608NI', '123456789', 'J50000062']) expect(cellOf(text), text).toBe(text);
});

it('writes times in the zone they are read in', () => {
  expect(momentOf(BEGUN, 'UTC')).toBe('2026-11-29 10:05');
  expect(momentOf(BEGUN, 'Asia/Vladivostok')).toBe('2026-11-29 20:05');
});
