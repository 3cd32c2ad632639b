import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import builtInFile from '../../../src/policy/built-in/recorder-firmware.json' with { type: 'json' };
import {
  FIRMWARE_CATALOGUE,
  firmwareOf,
  learnFromCatalogue,
  operatorRows,
  parseFirmwareEntries,
  parseProductFile,
} from '../../../src/policy/catalogue.ts';
import { knownValue, noFacts } from '../../../src/policy/facts.ts';
import { nextQuestion } from '../../../src/policy/questions.ts';
import { known } from './known.ts';

const entry = (model: string, updateTo4x: 'exists' | 'none') => ({
  model,
  lines: ['3.x' as const],
  updateTo4x,
  source: 'test',
  checkedAt: '2026-01-01',
});
const ENTRIES = [entry('DS-7608NI-E2', 'none'), entry('DS-7608NI-E2/8P', 'exists')];
const CATALOGUE = operatorRows(ENTRIES);
const told = (model: string, catalogue = CATALOGUE) =>
  knownValue(learnFromCatalogue(known({ model }, 'label'), catalogue).facts, 'updateTo4x');
const builtIn = (model: string) => told(model, FIRMWARE_CATALOGUE);

describe('what comes with the product', () => {
  it('is as its schema has it, which no start looks at', () => {
    expect(parseProductFile(builtInFile)).toEqual({ ok: true, value: builtInFile });
  });
});

describe('learnFromCatalogue', () => {
  it('finds the model of an operator, however it goes on behind a separator', () => {
    expect(told('DS-7608NI-E2')).toBe('none');
    expect(told('ds-7608ni-e2/A')).toBe('none');
    expect(told('DS-7608NI-E20')).toBeNull();
  });

  it('matches the whole model where an operator says so', () => {
    const whole = operatorRows([{ ...entry('DS-7608NI-E2', 'none'), match: 'whole' }]);
    expect(told('DS-7608NI-E2', whole)).toBe('none');
    expect(told('DS-7608NI-E2/A', whole)).toBeNull();
  });

  it('prefers the closer entry, and the operator’s before the product’s', () => {
    expect(told('DS-7608NI-E2/8P')).toBe('exists');
    const own = operatorRows([entry('DS-7604NI-K1/4K', 'none')]);
    expect(told('DS-7604NI-K1/4K', [...own, ...FIRMWARE_CATALOGUE])).toBe('none');
  });

  it('saves the question', () => {
    const recorder = known({ everInEzviz: false, ezvizBrand: false, kind: 'nvr', firmware: 'V3.4.98' });
    const facts = { ...recorder, model: known({ model: 'DS-7608NI-E2' }, 'label').model };
    expect(nextQuestion(facts)?.fact).toBe('updateTo4x');
    expect(nextQuestion(learnFromCatalogue(facts, CATALOGUE).facts)?.fact).toBe('previousOwner');
  });

  it('learns nothing without a model or an entry', () => {
    expect(learnFromCatalogue(noFacts(), CATALOGUE).facts).toEqual(noFacts());
    const facts = known({ model: 'DS-7608NI-E2' });
    expect(learnFromCatalogue(facts, FIRMWARE_CATALOGUE).facts).toEqual(facts);
  });
});

describe('the catalogue of the product', () => {
  it.each([
    'DS-7604NI-K1/4K',
    'ds-7604ni-k1 / 4k',
    'DS-7604NXI-K1/4P-STD/ALARM/2T',
    'DS-7332HUI-K4#USA',
    'DS-7632NXI-I2/16P/S',
    // A device capture.
    'iDS-7204HUHI-M1',
  ])('knows that 4.x exists for %s', (model) => {
    expect(builtIn(model)).toBe('exists');
  });

  it.each([
    // The whole model: another ending is other hardware.
    'DS-7604NI-K1/4K/X',
    'DS-7604NI-K1',
    // 5.x alone proves no 4.x; a device capture of it neither.
    'DS-7616NI-M2',
    'DS-7732NI-M4',
    'DS-7999NI-Z9',
  ])('says nothing of %s', (model) => {
    expect(builtIn(model)).toBeNull();
  });

  it('knows the newest build, and the vendor’s note about it', () => {
    expect(firmwareOf('DS-7604NI-K1/4K', FIRMWARE_CATALOGUE)).toMatchObject({
      newest: { version: '4.84.106', date: '2026-06-18' },
      note: expect.stringMatching(/^https:\/\/assets\.hikvision\.com\/.*\.pdf$/),
      checkedAt: '2026-11',
    });
  });

  it('never says that there is none, and holds every model of the release notes', () => {
    expect(FIRMWARE_CATALOGUE.filter(({ updateTo4x }) => updateTo4x === 'none')).toEqual([]);
    const file = new URL('../../../src/policy/built-in/recorder-firmware.json', import.meta.url);
    const { firmware } = JSON.parse(readFileSync(file, 'utf8')) as { firmware: { models: string[] }[] };
    expect(firmware.flatMap(({ models }) => models).length).toBe(139);
  });

  it('answers each of its models however spaces and capitals are spelt, and nothing that goes on', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FIRMWARE_CATALOGUE), fc.nat(40), (row, at) => {
        const spaced = `${row.model.slice(0, at)} ${row.model.slice(at)}`.toLowerCase();
        expect(firmwareOf(spaced, FIRMWARE_CATALOGUE)?.model).toBe(row.model);
        expect(firmwareOf(`${row.model}/ZZ`, FIRMWARE_CATALOGUE)).toBeNull();
      }),
    );
  });
});

describe('parseFirmwareEntries', () => {
  it('takes an operator’s catalogue', () => {
    expect(parseFirmwareEntries(ENTRIES)).toEqual({ ok: true, value: ENTRIES });
  });

  it('names the faulty entry and field, also a missing source', () => {
    const { source: _, ...unsourced } = entry('DS-7608NI-E2', 'none');
    const parsed = parseFirmwareEntries([ENTRIES[0], { ...entry('.*', 'none') }, unsourced]);
    expect(parsed.ok ? [] : parsed.failure.map(({ path }) => path)).toEqual(['1.model', '2.source']);
  });
});
