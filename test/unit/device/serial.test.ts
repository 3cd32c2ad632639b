import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  findSerials,
  formatSerial,
  guessSerials,
  isShortSerial,
  miscountedSerial,
  parseSerial,
  type SerialNumber,
} from '../../../src/device/serial.ts';
import fixtures from '../../fixtures/serials.json' with { type: 'json' };

const digits = (count: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: count, maxLength: count })
    .map((list) => list.join(''));
const letters = (min: number, max = min) =>
  fc
    .array(fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), { minLength: min, maxLength: max })
    .map((list) => list.join(''));
const short = fc
  .integer({ min: 0, max: 2 })
  .chain((count) => fc.tuple(letters(count), digits(9 - count)))
  .map(([start, end]) => start + end);
const day = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const codes = fc.array(letters(2), { minLength: 1, maxLength: 2 });

const full: fc.Arbitrary<Omit<SerialNumber, 'text'>> = fc
  .record({
    head: fc.oneof(
      fc.record({
        model: fc.constantFrom(
          'DS-7608NI-K2/8P',
          'DS-7208HUHI-F2/N/A',
          'DS-KV6113-WPE1(C)',
          'iDS-9632NX-I8/X',
          'DS-N304P',
          'DS-H204UA',
          'NVR-104MH-C/4P',
          'DVR-204G-F1',
          'HWN-4108MH',
        ),
        channels: digits(2),
      }),
      fc.record({
        model: fc.constantFrom(
          'DS-2CD2386G2-IU',
          'iDS-2CD7547G2-XHS',
          'DS-K1T342MX-E1',
          'DS-I200',
          'IPC-T240H',
          'OEM-77',
        ),
        channels: fc.constant(null),
      }),
      fc.record({ model: fc.constant(null), channels: fc.option(digits(2), { nil: null }) }),
    ),
    manufactured: day,
    firmwareDate: fc.option(digits(6), { nil: null }),
    codes,
    short,
    features: fc.option(letters(2, 6), { nil: null }),
  })
  .map(({ head, ...rest }) => ({ ...head, ...rest, region: rest.codes.at(-1) ?? null }));

describe('parseSerial', () => {
  it.each(fixtures.serials)('splits the fixture $id', ({ serial, model, expect: expected }) => {
    const parsed = parseSerial(serial, model);
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        model: expected.modelText,
        channels: expected.channels,
        manufactured: expected.date,
        firmwareDate: expected.firmwareDate,
        codes: expected.codes,
        region: expected.region,
        short: expected.short,
        features: expected.features,
      },
    });
  });

  it.each(fixtures.notSerials)('refuses the fixture $id as $reason', ({ serial, reason }) => {
    expect(parseSerial(serial)).toEqual({ ok: false, failure: reason });
  });

  it('refuses a day that does not exist', () => {
    expect(parseSerial('DS-2CD2386G2-IU20210231AAWRJ50000062')).toEqual({ ok: false, failure: 'no-date' });
  });

  it('refuses text around a short serial and anything over 64 characters', () => {
    expect(parseSerial('S/N:J50000062')).toEqual({ ok: false, failure: 'wrong-shape' });
    expect(parseSerial(`J50000062${' '.repeat(60)}`)).toEqual({ ok: false, failure: 'wrong-length' });
  });

  it('finds the model of a recorder by the known model although a separator differs', () => {
    const text = 'DS-7608NI-K2/8P-0820190204CCRRD20000042WCVU';
    expect(parseSerial(text, 'ds-7608ni-k2-8p')).toMatchObject({
      value: { model: 'DS-7608NI-K2/8P', channels: '08', text },
    });
  });

  it('keeps the whole head as model where more than channels follows the known model', () => {
    expect(parseSerial('DS-7608NI-K2/8P/V2A20190204CCRRD20000042', 'DS-7608NI-K2')).toMatchObject({
      value: { model: 'DS-7608NI-K2/8P/V2A', channels: null },
    });
  });

  it('ignores a date-like number earlier in the text', () => {
    expect(parseSerial('OEM-20200101X20210805AAWRJ50000062')).toMatchObject({
      value: { model: 'OEM-20200101X', manufactured: '2021-08-05' },
    });
  });

  it('reads lower case and white space as the same serial', () => {
    expect(parseSerial(' ids-9632nx-i8/x 16 20181203 ccrr c70000061 wcvu ')).toMatchObject({
      value: { text: 'iDS-9632NX-I8/X1620181203CCRRC70000061WCVU', model: 'iDS-9632NX-I8/X' },
    });
  });

  it('reads back what formatSerial writes, full and short', () => {
    fc.assert(
      fc.property(full, (parts) => {
        const text = formatSerial(parts);
        expect(parseSerial(text, parts.model)).toEqual({ ok: true, value: { ...parts, text } });
      }),
    );
    fc.assert(
      fc.property(short, (text) => {
        const parsed = parseSerial(text);
        expect(parsed.ok && formatSerial(parsed.value)).toBe(text);
      }),
    );
  });

  it('never throws, whatever the text and the model', () => {
    const any = fc.string({ unit: 'binary', maxLength: 100 });
    fc.assert(fc.property(any, any, (text, model) => void parseSerial(text, model)));
  });
});

describe('isShortSerial', () => {
  it('accepts the three forms and nothing near them', () => {
    expect(['096800001', 'J50000062', 'AE3000063'].every(isShortSerial)).toBe(true);
    expect(
      ['ABC123456', 'j50000062', '09680000', '0968000012', 'J5000006', '', ' 96800001'].some(isShortSerial),
    ).toBe(false);
  });
});

describe('findSerials', () => {
  const found = (text: string) => findSerials(text).map((serial) => serial.text);
  const nvr = 'DS-7608NI-K2/8P0820190204CCRRD20000042';

  it.each([
    ['lower case', 'd20000042', 'D20000042'],
    ['dashes inside', 'd20-000-042', 'D20000042'],
    ['spaces inside', 'D2 000 0042', 'D20000042'],
    ['spaces inside, in running text', 'it is D2 000 0042 by the door', 'D20000042'],
    ['nine digits in groups', '401 000 064', '401000064'],
    ['nine digits in running text', 'camera 401000064 will not unbind', '401000064'],
    ['in brackets', '(401000064).', '401000064'],
    ['S/N:', 'S/N: d20000042', 'D20000042'],
    ['S/N with digits in groups of a telephone number', 'S/N 40 10 000 64', '401000064'],
    ['SN glued to it', 'SN401000064', '401000064'],
    ['SN glued to a short serial with letters', 'snJ50000062', 'J50000062'],
    ['a short serial that begins with SN', 'SN3000063', 'SN3000063'],
    ['Serial no.', 'Serial no. AE 300 0063', 'AE3000063'],
    ['seriynyy nomer, in Cyrillic letters throughout', 'серийный номер: АЕ3000063', 'AE3000063'],
    ['s/n in Russian', 'с/н Е10000041', 'E10000041'],
    ['zav. with a number sign', 'Зав. № 401 000 064', '401000064'],
    ['seriynik', 'серийник j50000062', 'J50000062'],
    ['s.n. in Russian without a stroke', 'сн j50000062', 'J50000062'],
    ['spelt out one by one', 'сн j 5 0 0 0 0 0 6 2', 'J50000062'],
    ['a short serial that begins with CH', 'CH3000063', 'CH3000063'],
    ['a name with spaces inside', 'S / N: J50000062', 'J50000062'],
    ['a number sign behind the name', 'Серийный № J50000062', 'J50000062'],
    ['a dash behind the letter', 'J-50000062', 'J50000062'],
    ['dashes in running text', 'Камера S/N D2-0000-042, не отвязывается', 'D20000042'],
    ['an equals sign', 'sn=d20000042', 'D20000042'],
    ['a model in front of its name', 'модель DS-2CD2386G2-IU сер. номер J50000062', 'J50000062'],
    ['a bare old serial', 'регистратор 096800001', '096800001'],
    ['a number sign', '№401000064', '401000064'],
    ['a name in front', 'camera1:J50000062', 'J50000062'],
    ['lower-case Cyrillic', 'вот она: н10000041', 'H10000041'],
    ['invisible characters', 'J5\u200b0000062\ufeff', 'J50000062'],
    ['a full serial', `${nvr}WCVU`, `${nvr}WCVU`],
    ['a full serial with look-alikes', 'DS-7608NI-К2/8Р0820190204ССRRD20000042WСVU', `${nvr}WCVU`],
    ['a full serial in pieces', 'DS-7608NI-K2/8P 08 20190204 CCRR D20000042', nvr],
    ['a full serial in running text', `the recorder (S/N:${nvr}) is locked`, nvr],
    ['a pasted label', 'www.hik-connect.com\nJ50000062\nQWERTZ\nDS-2CD2386G2-IU', 'J50000062'],
    ['an enumeration', '1. J50000062', 'J50000062'],
    ['a date in front', '15.01.2024 401000064', '401000064'],
  ])('reads %s', (_, text, serial) => {
    expect(found(text)).toEqual([serial]);
  });

  it.each([
    ['a telephone number of 11 digits', 'call 89161234567'],
    ['the same with spaces and dashes', '+7 916 123-45-67'],
    ['the same with brackets', '8 (916) 123-45-67'],
    ['a country code before nine digits', '+375 291234567'],
    ['an area code before nine digits', '8(029) 291234567'],
    ['nine digits after a word for telephone', 'тел. 401000064'],
    ['a telephone number glued to its word', 'tel:401000064'],
    ['nine digits in groups of a telephone number', '29 123 45 67'],
    ['a local number after a word of two letters', 'call me at 555-1234'],
    ['a preposition before eight digits', 'в 12345678 году'],
    ['an order number', 'order No1234567'],
    ['a date', '2024-01-15'],
    ['a date and a number', '15-01-2024 5'],
    ['an address', '192.168.1.64'],
    ['ten digits', '0968000012'],
    ['three letters', 'ABC123456'],
    ['a model', 'DS-2CD2386G2-IU'],
    ['an impossible date in a full serial', 'DS-2CD2386G2-IU20211305AAWRJ50000062'],
    ['a link', 'https://t.me/c/123456789/5'],
    ['prose', 'Hello, the camera is on the second floor'],
    ['nothing', ''],
  ])('finds nothing in %s', (_, text) => {
    expect(found(text)).toEqual([]);
  });

  it('finds several in one message, each once, in order', () => {
    expect(found('1) J50000062\n2) AE3000063, 401000064; j50000062 и Е10000041')).toEqual([
      'J50000062',
      'AE3000063',
      '401000064',
      'E10000041',
    ]);
    expect(found('J50000062/J50000063')).toEqual(['J50000062', 'J50000063']);
  });

  it('prefers the full serial of a device that is also named by its short one', () => {
    expect(found(`D20000042, whole: ${nvr}`)).toEqual([nvr]);
  });

  it('finds a short serial in any word surroundings', () => {
    const word = fc.constantFrom(
      'camera',
      'камера',
      'не',
      'отвязывается',
      'the',
      '—',
      'DS-2CD2386G2-IU',
      'QWERTZ',
    );
    const withLetter = short.filter((text) => /^[A-Z]/.test(text) && !text.startsWith('NO'));
    fc.assert(
      fc.property(fc.array(word), withLetter, fc.array(word), (before, serial, after) => {
        expect(found([...before, serial.toLowerCase(), ...after].join(' '))).toEqual([serial]);
      }),
    );
  });

  it('finds no serial in a telephone number of 11 digits, however it is grouped', () => {
    const separators = fc.array(fc.constantFrom('', ' ', '-', ' (', ') '), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(digits(11), separators, fc.constantFrom('', '+'), (number, gaps, plus) => {
        const typed = [...number].map((digit, index) => digit + (gaps[index] ?? '')).join('');
        expect(found(`${plus}${typed}`)).toEqual([]);
      }),
    );
  });

  it('never throws and only ever returns what parses', () => {
    const any = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({
        unit: fc.constantFrom('S', 'N', '/', ':', '-', ' ', '1', '20', 'A', 'DS-', 'Н', '№'),
        maxLength: 80,
      }),
    );
    fc.assert(
      fc.property(any, (text) => {
        for (const serial of findSerials(text)) {
          expect(isShortSerial(serial.short)).toBe(true);
          expect(parseSerial(serial.text).ok).toBe(true);
        }
      }),
    );
  });
});

describe('guessSerials', () => {
  it.each([
    ['J5OOOO062', ['J50000062']],
    ['J5\u041e\u041e\u041e\u041e062', ['J50000062']],
    ['j5oooo062', ['J50000062']],
    ['S/N: J5OOO O062', ['J50000062']],
    ['\u0441/\u043d: j5oooo062.', ['J50000062']],
    ['AE3OOOl63', ['AE3000163']],
    ['DS-2CD2386G2-IU2O210805AAWRJ5O000062', ['J50000062']],
    // A letter behind a digit: either may be the wrong one.
    ['8B0000062', ['880000062', 'BB0000062']],
  ])('offers for %s what the grammar forces', (text, shorts) => {
    expect(findSerials(text)).toEqual([]);
    expect(guessSerials(text).map(({ short }) => short)).toEqual(shorts);
  });

  it.each([
    'DISSOLOSO',
    'GOOD BOSS',
    'J5OOOO06',
    'pa55word0',
    'call 80291234567',
    'J5OOOO062 and J5OOOO063',
    '',
  ])('makes nothing of %s', (text) => {
    expect(guessSerials(text)).toEqual([]);
  });

  it('never throws, and every guess is a serial number', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const { short } of guessSerials(text)) expect(isShortSerial(short)).toBe(true);
      }),
    );
  });
});

describe('miscountedSerial', () => {
  it.each([
    ['J5000006', 8, true],
    ['J500000623', 10, true],
    ['ae300006', 8, true],
    ['К1234567', 8, true],
    ['AE-123 456', 8, true],
    ['S/N: 50000062', 8, true],
    ['S/N J5000006, password known', 8, true],
    ['серийный номер 0968000012', 10, true],
    ['DS-7608NI-K2/8P0820190204CCRRD2000004WCVU', 8, true],
    ['DS-2CD2386G2-IU20210805AAWRJ500000621', 10, true],
    ['DS-K1T341CMFW20230911V030315ENFH460004', 8, true],
    ['50000062', 8, false],
    ['0968000012', 10, false],
    ['1234567', 7, false],
    ['камера J5000006 не в сети', 8, false],
  ])('counts the characters of %j', (text, characters, isSure) => {
    expect(miscountedSerial(text)).toEqual({ characters, isSure });
  });

  it.each([
    '20240815',
    '15082024',
    '89123456789',
    '79123456789',
    '+375 29 123 45 67',
    '8 (912) 345-67-89',
    '123-45-67',
    'тел 9012345',
    '192.168.1.64',
    '8000',
    '123456',
    '356938035643809',
    'V4.30.085',
    'V430085',
    'E20013',
    'EVZ20013',
    '0x400010EC',
    'DS-7608',
    'KH6320',
    'S/N 2024',
    'заявка №12345678',
    'Admin12345',
    'J50000062',
    'J5OOOO062',
  ])('leaves %j alone', (text) => {
    expect(miscountedSerial(text)).toBeNull();
  });

  it('counts every short serial that lost or won a digit, and never one that is whole', () => {
    fc.assert(
      fc.property(short, fc.nat(9), (serial, digit) => {
        // `SN`, and `CH` as the Russian one looks, are a name in front of another length: what is glued to it is counted.
        fc.pre(/^[A-Z]/.test(serial) && !/^(?:V|NO|SN|CH)/.test(serial));
        expect(miscountedSerial(serial)).toBeNull();
        expect(miscountedSerial(serial.slice(0, -1))).toEqual({ characters: 8, isSure: true });
        expect(miscountedSerial(`${serial}${digit}`)).toEqual({ characters: 10, isSure: true });
      }),
    );
  });

  it('never throws, however long the text is', () => {
    fc.assert(fc.property(fc.string({ maxLength: 6000 }), (text) => void miscountedSerial(text)));
    expect(miscountedSerial(`${'A0'.repeat(2000)}X`)).toBeNull();
  });
});
