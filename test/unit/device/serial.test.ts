import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSerial, isShortSerial, parseSerial, type SerialNumber } from '../../../src/device/serial.ts';
import fixtures from '../../fixtures/serials.json' with { type: 'json' };
import { digits, letters, short } from '../../support/serials.ts';

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
