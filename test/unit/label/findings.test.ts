import { describe, expect, it } from 'vitest';
import type { Code } from '../../../src/label/codes.ts';
import { createFindings } from '../../../src/label/findings.ts';

const qr = 'www.hik-connect.com\rJ50000062\rQWERTZ\rDS-2CD2386G2-IU\r';

function findings(...texts: string[]) {
  const result = createFindings();
  for (const text of texts) result.add(code(text));
  return result;
}

/** A code of a made-up place, a QR code unless told. */
function code(text: string, format: Code['format'] = 'QRCode', x = 0): Code {
  const at = (dx: number, y: number) => ({ x: x + dx, y });
  return { text, format, box: [at(0, 0), at(9, 0), at(9, 9), at(0, 9)] };
}

describe('what the codes of one photo say together', () => {
  it('is nothing before a code was read', () => {
    expect(findings().reading()).toBeNull();
    expect(findings().isTelling()).toBe(false);
  });

  it('is one label for two codes of one device, with what either knows', () => {
    const full = 'DS-2CD2386G2-IU20210805AAWRJ50000062';
    const both = { host: 'www.hik-connect.com', fullSerial: full, hasVerificationCode: true };
    expect(findings(qr, full).reading()).toMatchObject({ kind: 'label', facts: both });
    expect(findings(full, qr).reading()).toMatchObject({ kind: 'label', facts: both });
  });

  it('is several labels for several devices: eight, and the others by their numbers', () => {
    const serials = Array.from({ length: 12 }, (_, index) => `J5000${String(index).padStart(4, '0')}`);
    const reading = findings(...serials).reading();
    expect(reading).toMatchObject({ kind: 'several' });
    expect(reading?.kind === 'several' && reading.labels.map(({ facts }) => facts.shortSerial)).toEqual(
      serials.slice(0, 8),
    );
    expect(reading?.kind === 'several' && reading.more).toEqual(serials.slice(8));
  });

  it('counts a sheet of sixty', () => {
    const sheet = Array.from({ length: 60 }, (_, index) => `S/N:J5000${String(index).padStart(4, '0')}`);
    const reading = findings(...sheet).reading();
    if (reading?.kind !== 'several') throw new Error('a sheet is several labels');
    expect([reading.labels.length, reading.more.length]).toEqual([8, 52]);
  });

  it('leaves out nine bare digits beside a certain label, and takes them where they are all there is', () => {
    expect(findings('301234567', qr).reading()).toMatchObject({
      kind: 'label',
      facts: { shortSerial: 'J50000062' },
    });
    const alone = findings('301234567');
    expect([alone.isCertain(), alone.isTelling()]).toEqual([false, true]);
    expect(alone.reading()).toMatchObject({
      kind: 'label',
      facts: { shortSerial: '301234567' },
      isCertain: false,
    });
  });

  it.each([
    ['a carton: part number and what is inside', '301234567 DS-1280ZJ-XS', false],
    ['a carton, in lines', '301234567\nDS-1280ZJ-XS\n10', false],
    ['a part number behind the address of a shop', 'www.example.com\r301234567\r10\rDS-1280ZJ-XS\r', false],
    ['a host that only looks like one of them', 'www.not-ys7.com\r301234567\rQWERTZ\rDS-2CD2032-I\r', false],
    ['a label with its host, older', 'www.ys7.com\r301234567\rQWERTZ\rCS-C3-21PPFR\r', true],
    ['a label with its host', 'www.hik-connect.com\r301234567\rQWERTZ\rDS-2CD2032-I\r', true],
    ['a full serial', 'DS-2CD2032-I20150805AAWR301234567', true],
  ])('takes nine digits for a serial only where the code is a label: %s', (_, text, isCertain) => {
    expect(findings(text).isCertain()).toBe(isCertain);
  });

  it('knows from which codes of which places each label was read, however often they were seen', () => {
    const all = createFindings();
    const other = qr.replace('J50000062', 'J50000063');
    const codes = [code(qr), code(other, 'DataMatrix', 50), code('J50000062', 'Code128', 100), code(qr)];
    for (const one of codes) all.add(one);
    expect(all.reading()).toMatchObject({
      kind: 'several',
      labels: [{ sources: ['qr', 'bar-code'] }, { sources: ['data-matrix'] }],
      places: [[codes[0]?.box, codes[2]?.box], [codes[1]?.box]],
    });
  });

  it('tells the most telling of several refusals, in any order', () => {
    const texts = ['prose', 'https://example.com/p/1', 'QRC03010003eJw'];
    for (const order of [texts, texts.toReversed()]) {
      expect(findings(...order).reading()).toEqual({ kind: 'refused', reason: 'exported-credentials' });
    }
  });

  it('goes on looking after a code without a serial, and not after one that was meant for something else', () => {
    expect(findings('prose').isTelling()).toBe(false);
    expect(findings('https://example.com/p/1').isTelling()).toBe(true);
  });

  it('never holds a verification code', () => {
    expect(JSON.stringify(findings(qr).reading())).not.toContain('QWERTZ');
  });
});
