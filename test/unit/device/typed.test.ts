import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { typedWords, vocabulary } from '../../../locales/words.ts';
import { fold } from '../../../src/device/lookalikes.ts';
import { withoutSecrets } from '../../../src/device/secret.ts';
import { isShortSerial, parseSerial } from '../../../src/device/serial.ts';
import * as typed from '../../../src/device/typed.ts';
import { saidInWords } from '../../../src/device/words.ts';
import field from '../../fixtures/typed.json' with { type: 'json' };
import own from '../../fixtures/typed-own.json' with { type: 'json' };
import { digits, short } from '../../support/serials.ts';

interface Own {
  readonly text: string;
  readonly devices: readonly string[];
  readonly full?: readonly string[];
  readonly said?: Readonly<Record<string, string>>;
}

const typedDevices = (text: string) => typed.typedDevices(text, typedWords);
const findSerials = (text: string) => typed.findSerials(text, typedWords);
const guessSerials = (text: string) => typed.guessSerials(text, typedWords);
const miscountedSerial = (text: string) => typed.miscountedSerial(text, typedWords);

/** `J50000062 DS-2CD2143G2-I ?mistyped`: a device as the fixture spells it. */
const spelt = ({ serial, model, doubt }: typed.TypedDevice) =>
  [serial.short, model, doubt && `?${doubt}`].filter(Boolean).join(' ');

describe('typedDevices', () => {
  it.each(field.texts)('reads $text as people in the field meant it', ({ text, want }) => {
    const devices = typedDevices(text);
    const told = devices
      .filter(({ doubt }) => doubt === null || doubt === 'mistyped')
      .map(({ serial, doubt }) => (doubt === null ? serial.short : `${serial.short}?`));
    if (want[0] === '?') expect(devices.map(({ doubt }) => doubt)).toEqual(['mistyped']);
    else expect(told).toEqual(want);
  });

  it('asks about the rest of what they typed that looks like a serial number', () => {
    const asked = field.texts.flatMap(({ text }) =>
      typedDevices(text).flatMap(({ serial, doubt }) =>
        doubt === null || doubt === 'mistyped' ? [] : [[text, serial.short, doubt]],
      ),
    );
    expect(asked).toEqual([
      ['K12345678, 901234567', '901234567', 'digits'],
      ['Контакт: Иван 701234567', '701234567', 'other-number'],
      ['мой номер 901234567', '901234567', 'other-number'],
      ['заявка №123456789', '123456789', 'other-number'],
      ['счёт 123456789', '123456789', 'other-number'],
      ['паспорт AB1234567', 'AB1234567', 'other-number'],
      ['K12345678 тел 901234567', '901234567', 'other-number'],
    ]);
  });

  it.each([
    ['J50000062, точнее J50000063', ['J50000063']],
    ['J50000062, вернее, J50000063 и K51234567', ['J50000063', 'K51234567']],
    ['J50000062 or rather J50000063', ['J50000063']],
    ['J50000062. Correction: J50000063', ['J50000063']],
    // What is said in between is of something else.
    ['J50000062 точнее не помню, K51234567', ['J50000062', 'K51234567']],
    ['точнее J50000063', ['J50000063']],
  ])('takes the number that was said instead: %s', (text, devices) => {
    expect(typedDevices(text).map(spelt)).toEqual(devices);
  });

  it.each([
    ['J50000062, 63, 64', ['J50000062', 'J50000063 ?mistyped', 'J50000064 ?mistyped']],
    ['J50000062, 063 и 64', ['J50000062', 'J50000063 ?mistyped', 'J50000064 ?mistyped']],
    ['J50000098; 99; 100', ['J50000098', 'J50000099 ?mistyped', 'J50000100 ?mistyped']],
    ...['J50000062, 12', 'J50000062, 2024', 'J50000062, 500', 'J50000062, прошивка 63', 'J50000062\n63'].map(
      (text): [string, string[]] => [text, ['J50000062']],
    ),
  ])('asks about the ends of serial numbers in a row, and nothing else beside one: %s', (text, devices) => {
    expect(typedDevices(text).map(spelt)).toEqual(devices);
  });

  it('asks about a full serial number that lacks its last two digits', () => {
    expect(typedDevices('DS-2CD2386G2-IU20210505AAWR3195309').map(spelt)).toEqual([
      'WR3195309 DS-2CD2386G2-IU ?mistyped',
    ]);
  });

  it.each([...own.texts, ...own.later] as readonly Own[])('reads $text', ({ text, devices, full, said }) => {
    const found = typedDevices(text);
    expect(found.map(spelt)).toEqual(devices);
    const fulls = found.map(({ serial }) => serial.text).filter((serial) => serial.length > 9);
    if (full) expect(fulls).toEqual(full);
    if (said) expect(saidInWords(text, vocabulary)?.answers).toEqual(said);
  });

  it('finds every one of up to sixty, whatever stands between them', () => {
    const clear = short.filter((text) => /^[A-Z]{1,2}\d/.test(text) && !/^[A-Z]?[IO]|^NO|^SN|^CH/.test(text));
    const between = fc.constantFrom(
      ' ',
      ', ',
      '; ',
      '\n',
      '\r\n',
      ' и ',
      ' and ',
      ' или ',
      ' + ',
      ' / ',
      '\n- ',
      '\t',
    );
    const list = fc.uniqueArray(clear, { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(list, fc.array(between, { minLength: 60, maxLength: 60 }), (serials, gaps) => {
        const text = serials.map((serial, index) => (index === 0 ? '' : gaps[index]) + serial).join('');
        expect(typedDevices(text).map(spelt)).toEqual(serials);
        const numbered = serials.map((serial, index) => `${index + 1}. ${serial}`).join('\n');
        expect(typedDevices(numbered).map(spelt)).toEqual(serials);
      }),
    );
  });

  it('drops none of as many as a message can hold', () => {
    const serials = Array.from({ length: 400 }, (_, index) => `J${50_000_100 + index}`);
    expect(typedDevices(serials.join('\n')).map(spelt)).toEqual(serials);
  });

  it('gives each of a list its own model, on either side of it', () => {
    const model = fc.constantFrom(
      'DS-2CD2143G2-I',
      'DS-7608NI-K2/8P',
      'DS-I200(C)',
      'IPC-T240H',
      'CS-C6TC-32WFR',
    );
    const clear = short.filter((text) => /^[A-Z]{1,2}\d/.test(text) && !/^[A-Z]?[IO]|^NO|^SN|^CH/.test(text));
    const list = fc.uniqueArray(fc.tuple(clear, model), {
      selector: ([serial]) => serial,
      minLength: 1,
      maxLength: 30,
    });
    const ends = fc.constantFrom(
      [' ', '\n'],
      [' - ', '\n'],
      ['\t', '\n'],
      ['\n', '\n\n'],
      [' ', ', '],
      [';', '\n'],
      [' | ', '\n'],
      [' S/N: ', '; '],
    );
    fc.assert(
      fc.property(list, ends, fc.boolean(), (devices, [inside = '', outside = ''], isModelFirst) => {
        const text = devices
          .map(([serial, name]) => (isModelFirst ? [name, serial] : [serial, name]).join(inside))
          .join(outside);
        expect(typedDevices(text).map(spelt)).toEqual(devices.map(([serial, name]) => `${serial} ${name}`));
      }),
    );
  });

  it('makes up nothing: what is taken stands in the message', () => {
    const any = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({
        unit: fc.constantFrom(
          'S/N',
          ':',
          '-',
          ' ',
          '\n',
          '1',
          '20',
          'K1234',
          '5678',
          'DS-',
          '2CD2143G2-I',
          'l',
          '|',
          'тел',
        ),
        maxLength: 80,
      }),
    );
    fc.assert(
      fc.property(any, (text) => {
        const letters = fold(text).replace(/[^A-Z\d]/g, '');
        for (const { serial, doubt } of typedDevices(text)) {
          expect(isShortSerial(serial.short)).toBe(true);
          expect(parseSerial(serial.text).ok).toBe(true);
          if (doubt !== 'mistyped') expect(letters).toContain(serial.short);
        }
      }),
    );
  });

  it.each([
    'password: A12345678',
    'password A12345678',
    'the password is A12345678',
    'pwd=A12345678',
    'пароль A12345678',
    'пароль: А12345678',
    'пароль это A12345678',
    'пароль от камеры: A12345678',
    'пароль\nA12345678',
    'пароль админа A12345678',
    'пароль от админки A12345678',
    'пароли A12345678',
    'паролем было A12345678',
    'пароль пробовал A12345678 не подошёл',
    'pass word A12345678',
    'p/w A12345678',
    'A12345678 это пароль',
    'A12345678 is the password',
    'password: DS-2CD2385G1-I20200414AAWRE33812345',
  ])('offers nothing of what withoutSecrets takes away: %j', (secret) => {
    const known = { isAnswer: () => false, isWord: () => false, isName: () => false };
    for (const text of [secret, `J50000062\n${secret}`, `${secret}\nJ50000062`]) {
      expect(withoutSecrets(text, typedWords.secrets, known, 'announced')).not.toMatch(/A12345678|E33812345/);
      expect(typedDevices(text).map(spelt)).toEqual(text === secret ? [] : ['J50000062']);
    }
  });

  it.each([
    'забыл пароль J50000062',
    'пароль есть J50000062',
    'нет пароля, J50000062',
    'пароль J50000062 не знаю',
    'пароль от камеры J50000062 не подходит',
    'forgot the password J50000062',
    'I have the password. J50000062',
    'password for J50000062 is lost',
    'пароль админа J50000062 не знаю',
    'forgot the admin password J50000062',
    'J50000062 - пароль забыт',
    'J50000062 (пароль)',
  ])('takes the device a password is said of: %j', (text) => {
    const known = { isAnswer: () => false, isWord: () => false, isName: () => false };
    expect(typedDevices(text).map(spelt)).toEqual(['J50000062']);
    expect(withoutSecrets(text, typedWords.secrets, known) ?? text).toContain('J50000062');
  });
});

describe('the words beside numbers of a list', () => {
  it.each([
    ['J50000062: вход\nJ50000063: склад', ['J50000062', 'J50000063']],
    ['J50000062: DS-2CD2143G2-I', ['J50000062']],
    ['\u2705J50000062\nJ50000063\u274c', ['J50000062', 'J50000063']],
    ['QR code J50000062', ['J50000062']],
    ['QR-код: J50000062', ['J50000062']],
    ['order A12345678: J50000062', ['A12345678', 'J50000062']],
    ['PN A12345678 SN J50000062', ['A12345678', 'J50000062']],
    ['J50000062, A12345678 (пароль)', ['J50000062']],
    ['J50000062 A12345678 - password', ['J50000062']],
  ])('hides no serial number: %j', (text, serials) => {
    const devices = typedDevices(text);
    expect(devices.map(({ serial }) => serial.short)).toEqual(serials);
    expect(devices.filter(({ serial }) => serial.short === 'A12345678').map(({ doubt }) => doubt)).toEqual(
      serials.includes('A12345678') ? ['other-number'] : [],
    );
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
    [
      'a lens in brackets apart from the rest',
      'HWI-B120H(2.8mm) 20210101AAWRF12345678',
      'HWI-B120H(2.8MM)20210101AAWRF12345678',
    ],
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
    ['a full serial cut off in its date', 'DS-2CD2386G2-IU2021080'],
    ['one cut off a digit later', 'DS-2CD2386G2-I20210805'],
    ['a link', 'https://t.me/c/123456789/5'],
    ['prose', 'Hello, the camera is on the second floor'],
    ['nothing', ''],
  ])('finds nothing in %s', (_, text) => {
    expect(found(text)).toEqual([]);
  });

  it('finds several in one message, each once, in order', () => {
    expect(found('1) J50000062\n2) AE3000063; j50000062 и Е10000041')).toEqual([
      'J50000062',
      'AE3000063',
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
    // I, O and a small l may be digits: these are asked about.
    const withLetter = short.filter((text) => /^[A-Z]/.test(text) && !/^[A-Z]?[IOL]/.test(text));
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
    ['8B0000062', ['880000062', 'BB0000062', 'B80000062']],
    ['3E3842150', ['E33842150']],
    ['Kl2345678', ['K12345678', 'KL2345678']],
    ['K|2345678', ['K12345678']],
  ])('offers for %s what the grammar forces', (text, shorts) => {
    expect(findSerials(text)).toEqual([]);
    expect(guessSerials(text).map(({ short }) => short)).toEqual(shorts);
  });

  it.each(['DISSOLOSO', 'GOOD BOSS', 'J5OOOO06', 'pa55word0', 'call 80291234567', ''])(
    'makes nothing of %s',
    (text) => {
      expect(guessSerials(text)).toEqual([]);
    },
  );

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
