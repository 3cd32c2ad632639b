import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PrintedLine, readPrint } from '../../../src/device/printed.ts';
import { placed, stacked } from '../../support/printed-lines.ts';

const FULL = 'DS-2CD2386G2-IU20210805AAWRJ50000062';
const said = (lines: PrintedLine[]) =>
  readPrint(lines).map(({ shortSerial, certainty }) => [shortSerial, certainty]);
const one = (texts: string[]) => said(stacked(texts));

describe('readPrint', () => {
  it('agrees with itself only where the line of the short serial and the full serial say the same', () => {
    expect(one([`S/N: ${FULL}`, 'Serial No.: J50000062'])).toEqual([['J50000062', 'agreed']]);
    expect(one(['Serial No.: J50000062'])).toEqual([['J50000062', 'single']]);
    expect(one(['J50000062', 'Serial No.: J50000062'])).toEqual([['J50000062', 'single']]);
    expect(one([`S/N: ${FULL}`])).toEqual([['J50000062', 'single']]);
  });

  it('tells two readings that differ apart instead of choosing', () => {
    expect(one([`S/N: ${FULL}`, 'Serial No.: J50000082']).map(([serial]) => serial)).toEqual([
      'J50000062',
      'J50000082',
    ]);
  });

  it.each([
    ['a letter among the digits', 'S/N: J5OOO0062', ['J50000062']],
    ['several of them', 'S/N: JSOOOO06Z', ['JS0000062']],
    ['a digit before a letter, either of which may be wrong', 'S/N: 8O0000062', ['800000062', 'BO0000062']],
  ])('repairs only what the grammar forces, and says so: %s', (_, line, serials) => {
    expect(one([line])).toEqual(serials.map((serial) => [serial, 'repaired']));
  });

  it('repairs a full serial, its date and its letters', () => {
    expect(one(['S/N: DS-2CD2386G2-IU2O2I0805AAWRJ500OO062'])).toEqual([['J50000062', 'repaired']]);
  });

  it('does not let a repaired line confirm another', () => {
    expect(one([`S/N: ${FULL}`, 'S/N: J5OO00062'])).toEqual([['J50000062', 'single']]);
  });

  it('does not repair words that were not announced as a serial', () => {
    expect(one(['HIKVISION', 'J5OOO0062', 'Verification Code: QWERTZ', 'Made in China'])).toEqual([]);
  });

  it('reads names that were misread', () => {
    for (const name of ['Serialn0:', 'Seria1 no:', '5/N:', 'S|N:', 'Ｓ／Ｎ：'])
      expect(readPrint(stacked([`${name}594199051`]))).toMatchObject([
        { shortSerial: '594199051', isNamed: true },
      ]);
  });

  it('gives the model without its lens, and nothing of the verification code', () => {
    for (const model of ['DS-2CD2386G2-IU', 'DS-2CD2386G2-IU2.8mm', 'DS-2CD2386G2-IU(2.8-12 mm)']) {
      const read = readPrint(stacked([`Model:${model}`, 'S/N: J50000062', 'Verification Code: QWERTZ']));
      expect(read).toMatchObject([{ model: 'DS-2CD2386G2-IU', fullSerial: null, lines: [1] }]);
      expect(JSON.stringify(read)).not.toContain('QWERTZ');
    }
  });

  it('claims the full serial only where the model in it is printed in another place, too', () => {
    const full = (...texts: string[]) => readPrint(stacked(texts)).map(({ fullSerial }) => fullSerial);
    expect(full('Model: DS-2CD2386G2-IU', `S/N: ${FULL}`)).toEqual([FULL]);
    expect(full(`S/N: ${FULL}`)).toEqual([null]);
    expect(full('Model: DS-2CD2386G2-1U', `S/N: ${FULL}`)).toEqual([null]);
    // Channels are no part of the model.
    const recorder = 'DS-7608NI-K2/8P0820190204CCRRD20000042WCVU';
    expect(full('DS-7608NI-K2/8P', `S/N: ${recorder}`)).toEqual([recorder]);
    expect(full('20210805AAWRJ50000062', 'Model: DS-2CD2386G2-IU')).toEqual([null]);
  });

  it('gives no device the model of another', () => {
    const two = readPrint(
      placed([
        { text: 'Model: DS-2CD2386G2-IU', row: 0 },
        { text: 'S/N: J50000062', row: 1 },
        { text: 'Model: DS-7608NI-K2/8P', row: 9 },
        { text: 'S/N: D20000042', row: 10 },
      ]),
    );
    expect(two.map(({ model }) => model)).toEqual([null, null]);
  });
});

describe('a serial number that goes on in the line below', () => {
  const at = (cut: number) => [`S/N: ${FULL.slice(0, cut)}`, FULL.slice(cut)];

  it.each(Array.from({ length: FULL.length - 10 }, (_, at) => at + 8))(
    'is joined and asked about, wherever it is cut: after %i characters',
    (cut) => {
      const texts = ['HIKVISION', 'Model: DS-2CD2386G2-IU', ...at(cut), 'Verification Code: QWERTZ'];
      const read = readPrint(stacked(texts));
      const serial = { shortSerial: 'J50000062', certainty: 'single', isNamed: true };
      expect(read).toMatchObject([serial]);
      expect([null, FULL]).toContain(read[0]?.fullSerial);
      expect(JSON.stringify(read)).not.toContain('QWERTZ');
    },
  );

  it('is joined after a model that ends in a bracket, and over three lines', () => {
    expect(one(['S/N:DS-2CD2T47G2P-LSU/SL（C）', '20250422CCRR184515184', 'Network Camera'])).toEqual([
      ['184515184', 'single'],
    ]);
    expect(one(['S/N: DS-2CD2347G2-LSU/SL', '20210505BB', 'WR550514110'])).toEqual([['550514110', 'single']]);
  });

  it('is not taken for a short one where its model ends in letters', () => {
    for (const [head, rest] of [
      ['S/N: iDS-7204HUHI-M1/S08201408', '21CCWRZG0073199'],
      ['S/N: DS-2CD2386G2-IU2021080', '5AAWRZG0073199'],
    ] as const)
      expect(one([head, rest])).toEqual([['ZG0073199', 'single']]);
  });

  it('agrees with another place, and not with a part of itself', () => {
    expect(one(at(28))).toEqual([['J50000062', 'single']]);
    expect(one([...at(20), '', 'Serial No.: J50000062'])).toEqual([['J50000062', 'agreed']]);
  });

  it('does not lose digits where a line has the form of a whole one without them', () => {
    const cut = 'DS-2CD2386G2-IU20210805CCRR2000000';
    const read = readPrint(stacked(['Model: DS-2CD2386G2-IU', `S/N: ${cut}`, '62']));
    expect(read.map(({ shortSerial, fullSerial }) => [shortSerial, fullSerial])).toEqual([
      ['200000062', `${cut}62`],
    ]);
  });

  it('is claimed in full by no line that may lack its last letters', () => {
    const model = 'Model: DS-7608NI-K2/8P';
    const full = 'DS-7608NI-K2/8P0820210401AACHF32528969WCVU';
    for (let cut = full.length - 4; cut < full.length; cut++) {
      const read = readPrint(
        stacked([model, `S/N: ${full.slice(0, cut)}`, full.slice(cut), 'Made in China']),
      );
      expect(read).toMatchObject([{ shortSerial: 'F32528969' }]);
      expect([null, full]).toContain(read[0]?.fullSerial);
    }
    expect(readPrint(stacked([model, `S/N: ${full}`, 'Made in China']))).toMatchObject([
      { fullSerial: full },
    ]);
  });

  it('is no piece of itself, wherever it is cut, whether the rest is read or not', () => {
    const full = fc.record({
      model: fc.constantFrom(
        'DS-2CD2386G2-IU',
        'DS-2CD2T47G2P-LSU/SL(C)',
        'DS-7608NI-K2/8P08',
        'DS-K1T341CMFW',
      ),
      codes: fc.constantFrom('AAWR', 'CCRR', 'BBCH', 'AAEU', 'EN', 'WR'),
      short: fc.stringMatching(/^(\d{9}|[A-HJ-NP-Z]\d{8}|[A-HJ-NP-Z]{2}\d{7})$/),
      features: fc.constantFrom('', 'WCVU'),
    });
    fc.assert(
      fc.property(
        full,
        fc.integer({ min: 4, max: 60 }),
        fc.boolean(),
        fc.boolean(),
        ({ model, codes, short, features }, cut, isRead, isNamed) => {
          const text = `${model}20210805${codes}${short}${features}`;
          const lines = [
            `${isNamed ? 'S/N: ' : ''}${text.slice(0, cut)}`,
            ...(isRead ? [text.slice(cut)] : []),
          ];
          const read = readPrint(stacked(lines.filter((line) => line !== '')));
          expect(read.filter(({ shortSerial }) => shortSerial !== short)).toEqual([]);
        },
      ),
      {
        numRuns: 500,
        examples: [
          [{ model: 'DS-2CD2386G2-IU', codes: 'AAWR', short: '319530981', features: '' }, 34, false, true],
        ],
      },
    );
  });

  it('takes of the line below no more than it needs: the verification code may stand there', () => {
    for (const cut of [20, 27, 30, 36]) {
      const [head = '', rest = ''] = at(cut);
      const read = readPrint(stacked(['Model: DS-2CD2386G2-IU', head, `${rest} QWERTZ`]));
      expect(read.map(({ shortSerial }) => shortSerial)).toEqual(['J50000062']);
      expect(JSON.stringify(read)).not.toContain('QWERTZ');
    }
  });

  it.each([
    ['the one after the next', 1.6, 0, 30],
    ['the one above', -1, 0, 30],
    ['in a column of its own', 1, 60, 30],
    ['much larger', 1, 0, 60],
  ])('is not joined with a line that is not the one below: %s', (_, row, left, height) => {
    const lines = [
      { text: 'S/N: DS-2CD2386G2-IU20210805AA', row: 0 },
      { text: 'WRJ50000062', row, left, height },
    ];
    expect(said(placed(lines))).toEqual([]);
  });

  it('is not ended by the first digits of a line that says something else', () => {
    expect(one(['S/N: DS-K1T341CMFW20241024AACHZE47927', '12 VDC, 0.5 A / PoE'])).toEqual([]);
    expect(one(['S/N: DS-K1T341CMFW20241024AACHZE47927', '70'])).toEqual([['ZE4792770', 'single']]);
  });

  it('is not joined over a line between', () => {
    const lines = [
      { text: 'S/N: DS-2CD2386G2-IU20210805AA', row: 0 },
      { text: 'Network Camera', row: 0.8 },
      { text: 'WRJ50000062', row: 1.6 },
    ];
    expect(said(placed(lines))).toEqual([]);
  });

  it('is the same in whatever order the lines come, and however the label lies', () => {
    const texts = [
      'HIKVISION',
      'Model: DS-2CD2386G2-IU',
      'S/N: DS-2CD2386G2-IU20210805AA',
      'WRJ50000062',
      'Verification Code: QWERTZ',
      'Material code: 300808561',
      'D20000042',
      '301234567',
    ];
    const whole = (lines: PrintedLine[]) =>
      readPrint(lines).map(({ lines: indices, ...serial }) => ({
        ...serial,
        lines: indices.map((index) => lines[index]?.pieces[0]?.text),
      }));
    const straight = whole(stacked(texts));
    expect(straight.map(({ shortSerial }) => shortSerial)).toEqual(['J50000062', 'D20000042']);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(texts, { minLength: texts.length }),
        fc.integer({ min: 0, max: 359 }),
        (order, degrees) => {
          const all = stacked(texts, degrees);
          expect(whole(order.flatMap((text) => all[texts.indexOf(text)] ?? []))).toEqual(straight);
        },
      ),
    );
  });
});

describe('a number that is called something else', () => {
  it.each([
    'Material code: 382053728',
    'Materialc0de:382053728',
    'P/N: 382053728',
    'Part No. 382053728',
    'PART NO 382053728',
    'Order No.: 382053728',
    'Lot Number: 382053728',
    'Bar code 382053728',
    'Model code: 382053728',
    'EAN 382053728',
    'MAC: 382053728',
    'Item No: 382053728',
  ])('is no serial number: %s', (line) => {
    expect(one([line])).toEqual([]);
    for (const texts of [
      [line, 'Serial no: 760062807'],
      ['Serial no: 760062807', line],
      [`${line} Serial no: 760062807`],
      [`Serial no: 760062807 ${line}`],
      // Under the bars, without its name.
      [line, 'Serial no: 760062807', '382053728'],
    ])
      expect(one(texts)).toEqual([['760062807', 'single']]);
  });

  it('is told by a name that stands above it', () => {
    expect(one(['Material code:', '382053728', 'Serial no:', '760062807'])).toEqual([
      ['760062807', 'single'],
    ]);
  });

  it('does not take a whole serial number with it', () => {
    expect(one([`Bar code: ${FULL}`])).toEqual([['J50000062', 'single']]);
  });

  it('takes a bare number of nine digits for a part number beside a serial with letters', () => {
    expect(one(['301234567', 'S/N: J50000062'])).toEqual([['J50000062', 'single']]);
  });

  it('stays where it may be the named one, misread, and stands behind it', () => {
    expect(one(['104515184', 'S/N: 184515184'])).toEqual([
      ['184515184', 'single'],
      ['104515184', 'single'],
    ]);
    expect(one(['301234567', 'S/N: 184515184'])).toEqual([['184515184', 'single']]);
  });

  it('is not behind the repaired one that is named', () => {
    expect(one(['301234567', 'S/N: 18451518A', 'S/N: 1845I5184'])).toEqual([
      ['184515184', 'repaired'],
      ['301234567', 'single'],
    ]);
  });

  it('knows whether the print calls a number a serial number, or it may be one of a part', () => {
    const named = (...texts: string[]) => readPrint(stacked(texts)).map(({ isNamed }) => isNamed);
    expect(named('301234567')).toEqual([false]);
    expect(named('SENSOR 301234567', 'S/N: J50000062')).toEqual([true]);
    expect(named('S/N: 301234567')).toEqual([true]);
    expect(named('301234567', 'S/N: 301234567')).toEqual([true]);
    expect(named(FULL)).toEqual([true]);
  });
});

describe('whatever is printed', () => {
  it('never throws, returns serials of the grammar and at most eight', () => {
    const piece = fc.constantFrom(
      ...[
        'S/N:',
        'J5',
        'O',
        '8',
        '0000',
        'DS-',
        '2021',
        '0805',
        'AAWR',
        ' ',
        '\u0001',
        'В',
        'Part No',
        'code:',
      ],
    );
    const line = fc.record({
      text: fc.string({ unit: piece, maxLength: 60 }),
      row: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const read = readPrint(placed(lines));
        expect(read.length).toBeLessThanOrEqual(8);
        for (const { shortSerial, lines: shown } of read) {
          expect(shortSerial).toMatch(/^(\d{9}|[A-Z]\d{8}|[A-Z]{2}\d{7})$/);
          expect(shown.length).toBeLessThanOrEqual(3);
        }
      }),
    );
  });
});
