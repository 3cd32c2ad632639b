import { describe, expect, it } from 'vitest';
import { FIRMWARE_CATALOGUE } from '../../../src/policy/catalogue.ts';
import { parseOperatorFile } from '../../../src/policy/operator-file.ts';

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
