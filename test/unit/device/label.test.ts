import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCode, parseLabel } from '../../../src/device/label.ts';
import beside from '../../fixtures/beside-serials.json' with { type: 'json' };
import fixtures from '../../fixtures/labels.json' with { type: 'json' };

/** A reading in the words of the fixtures. */
function reading(text: string) {
  const result = parseLabel(text);
  // The fixtures have one word for whatever is no device; people are told more exactly.
  if (!result.ok && result.failure.reason === 'wifi') return { kind: 'refused', reason: 'not-a-device' };
  if (!result.ok) return { kind: 'refused', ...result.failure };
  const { facts } = result.value;
  return {
    kind: 'label',
    domain: facts.host,
    serial: facts.fullSerial,
    shortSerial: facts.shortSerial,
    hasVerificationCode: facts.hasVerificationCode,
    model: facts.model,
  };
}

const shop = (inner: string) =>
  `https://shop.example/h5/add?from=x&f=${encodeURIComponent(Buffer.from(`v1$$$${inner}`).toString('base64'))}`;

describe('parseLabel', () => {
  it.each(fixtures.labels)('reads the fixture $id', ({ text, expect: expected }) => {
    const { verificationCode: code, ...rest } = { verificationCode: undefined, ...expected };
    expect(reading(text)).toEqual(
      code === undefined ? rest : { ...rest, hasVerificationCode: code !== null },
    );
  });

  it('reads the same label with every separator', () => {
    for (const separator of ['\n\r', '\r\n', '\r', '\n']) {
      const text = ['WWW.Hik-Connect.com', 'J50000062', 'QWERTZ', 'DS-2CD2386G2-IU', ''].join(separator);
      expect(reading(text)).toMatchObject({
        domain: 'www.hik-connect.com',
        shortSerial: 'J50000062',
      });
    }
  });

  it('keeps an empty code line apart from the model behind it, with every separator', () => {
    for (const separator of ['\r\n', '\r', '\n']) {
      const text = ['www.hik-connect.com', 'J50000062', '', 'DS-2CD2386G2-IU'].join(separator);
      expect(reading(text)).toMatchObject({ hasVerificationCode: false, model: 'DS-2CD2386G2-IU' });
    }
  });

  it('drops marks and NULs around the text', () => {
    expect(reading('\ufeff\0 J50000062\r\n\0\0')).toMatchObject({ kind: 'label', shortSerial: 'J50000062' });
  });

  it('reduces a full serial on the second line and takes the model from it', () => {
    const serial = 'DS-7608NI-K2/8P0820190204CCRRD20000042WCVU';
    expect(reading(`www.hik-connect.com\n${serial}\nQWERTZ`)).toMatchObject({
      serial,
      shortSerial: 'D20000042',
      model: 'DS-7608NI-K2/8P',
    });
  });

  it('reads the label inside a shop link, escaped or not', () => {
    const inner = 'www.ezviz7.com\r096800001\rQWERTZ\rCS-C3-21PPFR';
    const expected = { domain: 'www.ezviz7.com', shortSerial: '096800001', model: 'CS-C3-21PPFR' };
    expect(reading(shop(inner))).toMatchObject(expected);
    expect(reading(decodeURIComponent(shop(inner)))).toMatchObject(expected);
  });

  it('reads base64 of a shop link that has a plus sign in it', () => {
    const inner = 'www.ys7.com\n096800001\nQWERTZ\nCS-C3\n>>>~~~';
    expect(Buffer.from(`v1$$$${inner}`).toString('base64')).toContain('+');
    expect(reading(decodeURIComponent(shop(inner)))).toMatchObject({ model: 'CS-C3' });
  });

  it('passes on no more than the host of a shop link it cannot read', () => {
    expect(reading(shop('www.ys7.com\nnonsense'))).toEqual({
      kind: 'refused',
      reason: 'unknown-url',
      host: 'shop.example',
    });
    expect(reading(shop('QRC03010003eJw'))).toEqual({ kind: 'refused', reason: 'exported-credentials' });
  });

  it('refuses a link within a shop link instead of following it', () => {
    expect(reading(shop(shop('www.ys7.com\n096800001')))).toMatchObject({ reason: 'unknown-url' });
  });

  it('names no host of a link that is not of the web, since anything may stand there', () => {
    expect(reading('app://QWERTZ/pair?x=1')).toEqual({ kind: 'refused', reason: 'unknown-url' });
  });

  it('names the host of a link without credentials and port', () => {
    expect(reading('https://user:hunter2@Example.com:8443/a?b=c#d')).toEqual({
      kind: 'refused',
      reason: 'unknown-url',
      host: 'example.com',
    });
    expect(reading('example.com/p/1')).toMatchObject({ reason: 'unknown-url', host: 'example.com' });
  });

  it('never keeps a printed code as a model or an extra line, wherever it stands', () => {
    for (const text of [
      'www.hik-connect.com\nJ50000062\nDS-2CD2386G2-IU\nQWERTZ',
      'www.hik-connect.com\nJ50000062\n\nDS-2CD2386G2-IU\nbt=1\nQWERTZ',
      'www.hik-connect.com\nJ50000062\nASDFGH\nQWERTZ',
    ]) {
      const result = parseLabel(text);
      expect(result).toMatchObject({ value: { facts: { hasVerificationCode: true } } });
      expect(JSON.stringify(result)).not.toContain('QWERTZ');
      expect(inspect(result, { depth: 9, showHidden: true })).not.toContain('QWERTZ');
    }
  });

  it('keeps nothing but serial and model of a typed line: people type passwords too', () => {
    const result = parseLabel('J50000062 admin hunter22! DS-2CD2386G2-IU');
    expect(result).toMatchObject({ ok: true, value: { facts: { shortSerial: 'J50000062' } } });
    expect(JSON.stringify(result)).not.toContain('hunter22');
  });

  it.each([...beside, 'CS-Canary77x', 'DS-1Canary', 'DS-2CD2143G2-I/Canary77x'])(
    'keeps nothing of %j beside a typed serial number',
    (text) => {
      for (const typed of [
        `J50000062\n${text}`,
        `J50000062 ${text}`,
        `www.hik-connect.com\nJ50000062\n${text}`,
      ]) {
        const result = parseLabel(typed);
        expect(result.ok).toBe(true);
        const { facts } = result.ok ? result.value : { facts: null };
        expect(facts).toMatchObject({ shortSerial: 'J50000062', model: null });
        for (const word of text.split(/\s+/)) expect(JSON.stringify(facts)).not.toContain(word);
      }
    },
  );

  it('takes a whole known model beside a typed serial number, wherever it stands', () => {
    for (const model of [
      'DS-2CD2386G2-IU',
      'ds-7608ni-k2/8p',
      'CS-C6TC',
      'HWI-B120H-U',
      'NVR-108MH-C',
      'DS-KV6113-WPE1(C)',
      'DS-KD8003-IME1/Surface',
    ])
      for (const text of [
        `J50000062\n${model}`,
        `J50000062 Canary-Pass-77 ${model}`,
        `J50000062\nhallway\n${model}`,
      ])
        expect(parseLabel(text)).toMatchObject({ value: { facts: { model } } });
  });

  it('keeps the lens of a model that stands apart from it', () => {
    for (const model of ['DS-2CD2143G2-I (2.8mm)', 'OEM-C123 (4-12mm)']) {
      const facts = { facts: { model } };
      expect(parseCode(`www.hik-connect.com\nJ50000062\nQWERTZ\n${model}`)).toMatchObject({ value: facts });
    }
    expect(parseLabel('J50000062\nDS-2CD2143G2-I (2.8mm)')).toMatchObject({
      value: { facts: { model: 'DS-2CD2143G2-I (2.8mm)' } },
    });
  });

  it('drops the line behind the serial number of a code, whatever it is, and takes a model for the shape of one', () => {
    for (const code of ['Hik-Secret-77!', 'abc', 'pass word', '123456'])
      expect(parseCode(`www.hik-connect.com\nJ50000062\n${code}\nOEM-C123(B)`)).toMatchObject({
        value: { facts: { model: 'OEM-C123(B)', hasVerificationCode: true } },
      });
    expect(parseCode('www.hik-connect.com\nJ50000062\nQWERTZ\nSecret 77!')).toMatchObject({
      value: { facts: { model: null } },
    });
  });

  it('never takes another serial number for a model, and says which others there are', () => {
    expect(parseLabel('J50000062\nJ50000063\nDS-2CD2386G2-IU')).toMatchObject({
      value: { facts: { shortSerial: 'J50000062', others: ['J50000063'] } },
    });
    expect(parseLabel('J50000062\nJ50000063\nJ50000063')).toMatchObject({
      value: { facts: { model: null, others: ['J50000063'] } },
    });
  });

  it('does not take a second serial for a verification code', () => {
    expect(reading('J50000062 J50000063')).toMatchObject({ hasVerificationCode: false });
  });

  it('takes what stands where a label has its code for the code, even in the form of a serial number', () => {
    for (const read of [parseLabel, parseCode]) {
      const result = read('www.hik-connect.com\nJ50000062\nA12345678\nDS-2CD2386G2-IU\nJ50000063');
      expect(result).toMatchObject({
        value: { facts: { hasVerificationCode: true, model: 'DS-2CD2386G2-IU', others: ['J50000063'] } },
      });
      expect(JSON.stringify(result)).not.toContain('A12345678');
    }
    // The short serial number once more behind the full one is no code.
    expect(parseCode('www.hik-connect.com\nDS-2CD2386G2-IU20210805AAWRJ50000062\nJ50000062')).toMatchObject({
      value: { facts: { hasVerificationCode: false } },
    });
  });

  it('takes control characters out of what is kept', () => {
    expect(reading('www.ys7.com\n096800001\nQWERTZ\nCS-\u001bC3\0\nT0\u008501')).toMatchObject({
      model: 'CS-C3',
    });
  });

  it('refuses what is longer than 4096 characters, after trimming', () => {
    expect(reading('x'.repeat(4097))).toEqual({ kind: 'refused', reason: 'too-long' });
    expect(reading(`J50000062${'\n'.repeat(5000)}`)).toMatchObject({ kind: 'label' });
  });

  it('tells a Wi-Fi code from other codes that are no device', () => {
    expect(parseLabel('WIFI:T:WPA;S:fixture;P:fixture;;')).toEqual({
      ok: false,
      failure: { reason: 'wifi' },
    });
  });

  it('refuses contact cards, one-time codes and the like without a word of them', () => {
    for (const text of [
      'MECARD:N:Fixture;;',
      'BEGIN:VCARD\nN:Fixture',
      'otpauth://totp/x?secret=FIXTURE',
      'tel:+1',
    ]) {
      expect(reading(text)).toEqual({ kind: 'refused', reason: 'not-a-device' });
    }
  });

  it('carries no part of a refused text but the host of a link', () => {
    const start = fc.constantFrom(
      'QRC03',
      'WIFI:',
      '//8AAD',
      'https://example.com/',
      'app://',
      '',
      'a.example/?',
    );
    fc.assert(
      fc.property(start, fc.stringMatching(/^[a-z]{12}$/), (prefix, secret) => {
        const result = parseLabel(`${prefix}${secret}`);
        expect(result.ok).toBe(false);
        expect(JSON.stringify(result)).not.toContain(secret);
      }),
    );
  });

  it('never throws', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(
        'www.ys7.com',
        '096800001',
        'QWERTZ',
        'CS-C3',
        '',
        'https://',
        'https://a.example/?f=JCQk',
      ),
    );
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r', '\r\n', '\n\r', ' '), (lines, separator) => {
        parseLabel(lines.join(separator));
      }),
    );
  });
});

describe('parseCode', () => {
  const MODEL = 'DS-2CD2386G2-IU';
  const facts = (text: string) => {
    const result = parseCode(text);
    return result.ok ? result.value.facts : result.failure;
  };
  const separators = fc.constantFrom('\n', '\r', '\r\n', '\n\r');
  const serials = fc.oneof(
    fc.stringMatching(/^[A-Z]\d{8}$/),
    fc.stringMatching(/^[A-Z]{2}\d{7}$/),
    fc.stringMatching(/^\d{9}$/),
  );

  it.each(fixtures.labels)('reads the fixture $id as typed text is read', ({ text }) => {
    expect(parseCode(text)).toEqual(parseLabel(text));
  });

  it('takes anything for the first line, as the vendor’s app does', () => {
    // What holds secrets by its first letters is no label, whatever stands below.
    const first = fc
      .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 })
      .map((line) => `.${line}`)
      .filter((line) => line.trim() !== '');
    fc.assert(
      fc.property(first, serials, separators, (line, serial, separator) => {
        expect(facts([line, serial, 'QWERTZ', MODEL].join(separator))).toMatchObject({
          shortSerial: serial,
          model: MODEL,
          hasVerificationCode: true,
        });
      }),
    );
  });

  it('keeps of a host with scheme, port, path or query the host alone', () => {
    const part = (text: string) => fc.constantFrom('', text);
    const address = fc
      .tuple(part('https://'), part(':8443'), part('/a/b'), part('?id=FIXTURE'), part('#top'))
      .map(([scheme, ...behind]) => `${scheme}WWW.Hik-Connect.com${behind.join('')}`);
    fc.assert(
      fc.property(address, serials, separators, (line, serial, separator) => {
        const text = [line, serial, 'QWERTZ', MODEL].join(separator);
        expect(facts(text)).toEqual({
          host: 'www.hik-connect.com',
          fullSerial: null,
          shortSerial: serial,
          model: MODEL,
          hasVerificationCode: true,
        });
      }),
    );
  });

  it('reads a serial number behind its name, alone and on any line', () => {
    const names = fc.constantFrom(
      'S/N:',
      'S/N: ',
      'SN:',
      's/n ',
      'Serial No.: ',
      'Serial Number:',
      'S/N=',
      'S/N',
    );
    fc.assert(
      fc.property(names, serials, (name, serial) => {
        expect(facts(name + serial)).toMatchObject({ shortSerial: serial });
        expect(facts(`Network camera\n${MODEL}\n1 pc\n${name}${serial}`)).toMatchObject({
          shortSerial: serial,
        });
      }),
    );
    expect(facts('SN1234567')).toMatchObject({ shortSerial: 'SN1234567' });
  });

  it('reads a full serial behind its name and behind a host with a path', () => {
    const full = 'DS-7608NI-K2/8P0820190204CCRRD20000042WCVU';
    for (const text of [`S/N:${full}`, `http://www.ys7.com/x\r${full}`])
      expect(facts(text)).toMatchObject({
        fullSerial: full,
        shortSerial: 'D20000042',
        model: 'DS-7608NI-K2/8P',
      });
  });

  it.each([
    'Hello, the camera K12345678 is on the second floor',
    'https://example.com/p/123456789',
    'a\nb\nJ50000062',
    'WIFI:S:x;P:y;;\nJ50000062',
    'QRC03\nJ50000062',
  ])('makes no label of %s', (text) => {
    expect(parseCode(text).ok).toBe(false);
  });

  it('never throws, and keeps nothing of a refused text but a host', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('www.ys7.com:80/a?b', 'S/N:', 'S/N:096800001', 'https://', ''),
    );
    fc.assert(
      fc.property(fc.array(line), separators, (lines, separator) => {
        const result = parseCode(lines.join(separator));
        if (!result.ok)
          expect(Object.keys(result.failure).every((key) => ['reason', 'host'].includes(key))).toBe(true);
      }),
    );
  });
});
