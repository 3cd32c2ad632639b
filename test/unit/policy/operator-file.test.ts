import { describe, expect, it } from 'vitest';
import { FIRMWARE_CATALOGUE } from '../../../src/policy/catalogue.ts';
import { faultsOf, parseOperatorFile } from '../../../src/policy/operator-file.ts';

const ENTRY = `{
      "model": "DS-7608NI-E2",
      "lines": ["3.x"],
      "updateTo4x": "none",
      "source": "asked the distributor",
      "checkedAt": "2026-11-01"
    }`;
const file = (entry: string) => `{\n  "like": "ru",\n  "firmware": [\n    ${entry}\n  ]\n}`;
const faults = (text: string) => {
  const read = parseOperatorFile(text);
  return read.ok ? [] : read.failure.map(({ line, path }) => `${line} ${path}`);
};

/** A file with these fields in its one entry of firmware, a field a line from line 5 on. */
const withEntry = (fields: Readonly<Record<string, unknown>>) =>
  JSON.stringify(
    {
      like: 'ru',
      firmware: [
        { model: 'DS-7608NI-E2', lines: ['4.x'], source: 'distributor', checkedAt: '2026-11-01', ...fields },
      ],
    },
    null,
    2,
  );
const found = (text: string) =>
  faultsOf(text, '2026-11-29').map(({ line, path, problem }) => `${line} ${path} ${problem}`);

describe('what is wrong in a file', () => {
  it('is nothing in one of before', () => {
    expect(found(file(ENTRY))).toEqual([]);
    expect(parseOperatorFile(file(ENTRY)).ok).toBe(true);
  });

  it.each([
    ['another host', { note: 'https://example.org/note.pdf' }, 'note not-the-vendor'],
    ['a host that ends alike', { note: 'https://evilhikvision.com/note.pdf' }, 'note not-the-vendor'],
    ['a user’s name before a host', { page: 'https://hikvision.com@example.org/' }, 'page not-the-vendor'],
    ['a page that is no https', { page: 'http://www.hikvision.com/' }, 'page malformed'],
    ['a firmware file', { page: 'https://assets.hikvision.com/a/digicap.dav' }, 'page firmware-file'],
    ['a packed one', { page: 'https://assets.hikvision.com/a/NVR_4.zip?x=1' }, 'page firmware-file'],
    ['one in a query', { page: 'https://www.hikvision.com/get?f=a%2Fdigicap.dav' }, 'page firmware-file'],
    ['one in a source', { source: 'from https://example.org/digicap.dav' }, 'source firmware-file'],
    ['a day to come', { checkedAt: '2026-11-30' }, 'checkedAt future'],
    ['a month to come', { checkedAt: '2026-12' }, 'checkedAt future'],
    ['a build to come', { newest: { version: '4.90.1', date: '2027-01-01' } }, 'newest.date future'],
    ['no day', { checkedAt: '2026-02-30' }, 'checkedAt malformed'],
    ['a field that is none', { newset: 1 }, 'newset unknown-field'],
    ['a line that is none', { lines: ['4'] }, 'lines.0 not-one-of'],
    ['no line', { lines: [] }, 'lines too-short'],
    ['model and models', { models: ['DS-7608NI-E2'] }, 'model model-or-models'],
    ['4.x and none', { updateTo4x: 'none' }, 'updateTo4x contradicts'],
    ['a number', { source: 7 }, 'source wrong-type'],
    ['nothing there', { source: undefined }, 'source missing'],
  ])('names line and field of %s', (_, fields, fault) => {
    const text = withEntry(fields);
    const [path = ''] = fault.split(' ');
    const line = text.split('\n').findIndex((one) => one.includes(`"${path.split('.').at(-1)}"`)) + 1;
    const where = path.startsWith('lines.')
      ? text.split('\n').findIndex((one) => one.includes('"4"')) + 1
      : line;
    expect(found(text)).toEqual([`${where || 4} firmware.0.${fault}`]);
  });

  it('is a model that stands there twice, however it is spelt, and a key that does', () => {
    const twice = file(`${ENTRY}, ${ENTRY.replace('DS-7608NI-E2', 'DS-7608ni-e2')}`);
    expect(found(twice)).toEqual(['11 firmware.1.model twice']);
    expect(found(file(ENTRY.replace('"lines"', '"model": "DS-7608NI-E3",\n"lines"')))).toEqual([
      '6 firmware.0.model twice',
    ]);
  });

  it('is what the note says of Russia where it is said of another region, and a last way beside it', () => {
    const pack = (changes: object) =>
      JSON.stringify({
        region: 'kz',
        serviceCentre: { email: null, postalAddress: null, form: null, asks: [] },
        advice: [],
        source: 'test',
        checkedAt: '2026-11-01',
        ...changes,
      });
    const lastWay = {
      way: 'partner-app-case',
      needs: [],
      source: 'test',
      checkedAt: '2026-11-01',
      confidence: 'M',
    };
    expect(found(pack({ lastWay }))).toEqual([]);
    expect(found(pack({ says: ['support-does-not-unbind'] }))).toEqual(['1 says russia-only']);
    expect(found(pack({ region: 'ru', says: ['support-does-not-unbind'], lastWay }))).toEqual([
      '1 lastWay contradicts',
    ]);
    expect(found(pack({ lastWay: { ...lastWay, checkedAt: '2027-01-01' } }))).toEqual([
      '1 lastWay.checkedAt future',
    ]);
    expect(found(pack({ confidence: 'sure' }))).toEqual(['1 confidence not-one-of']);
    expect(found('{"firmware": []}')).toContain('1 region missing');
    expect(found('{"like": "mars"}')).toEqual(['1 like unknown-region']);
    expect(found('{"like": ')).toEqual(['1  not-json']);
  });
});

describe('an operator’s file', () => {
  it('adds firmware to a pack of the product, before the product’s own', () => {
    const read = parseOperatorFile(file(ENTRY));
    expect(read).toMatchObject({ ok: true, value: { pack: { region: 'ru' } } });
    expect(read.ok && read.value.catalogue.map(({ model }) => model)).toEqual([
      'DS-7608NI-E2',
      ...FIRMWARE_CATALOGUE.map(({ model }) => model),
    ]);
  });

  it('names the line of what is wrong', () => {
    expect(faults(file(ENTRY.replace('"none"', '"maybe"')))).toEqual(['7 firmware.0.updateTo4x']);
    expect(faults(file(ENTRY.replace('"source"', '"sauce"')))).toEqual([
      '4 firmware.0.source',
      '8 firmware.0.sauce',
    ]);
    expect(faults(file(ENTRY).replace('"ru"', '"mars"'))).toEqual(['2 like']);
    expect(faults(file(ENTRY).replace('"like"', '"lik"'))).toContain('2 lik');
  });

  it('names the line where it stops being JSON', () => {
    expect(faults('{\n  "like": "ru",\n  oops\n}')).toEqual(['3 ']);
    expect(faults('[]')).toEqual(['1 ']);
  });
});
