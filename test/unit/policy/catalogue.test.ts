import { describe, expect, it } from 'vitest';
import {
  FIRMWARE_CATALOGUE,
  type FirmwareCatalogue,
  learnFromCatalogue,
  parseFirmwareCatalogue,
} from '../../../src/policy/catalogue.ts';
import { knownValue, noFacts } from '../../../src/policy/facts.ts';
import { nextQuestion } from '../../../src/policy/questions.ts';
import { known } from './known.ts';

const entry = (model: string, updateTo4x: 'exists' | 'none'): FirmwareCatalogue[number] => ({
  model,
  lines: ['3.x'],
  updateTo4x,
  source: 'test',
  checkedAt: '2026-01-01',
});
const CATALOGUE = [entry('DS-7608NI-E2', 'none'), entry('DS-7608NI-E2/8P', 'exists')];
const told = (model: string) =>
  knownValue(learnFromCatalogue(known({ model }, 'label'), CATALOGUE).facts, 'updateTo4x');

describe('learnFromCatalogue', () => {
  it('finds the model, however it goes on behind a separator', () => {
    expect(told('DS-7608NI-E2')).toBe('none');
    expect(told('ds-7608ni-e2/A')).toBe('none');
    expect(told('DS-7608NI-E20')).toBeNull();
  });

  it('prefers the closer entry', () => {
    expect(told('DS-7608NI-E2/8P')).toBe('exists');
  });

  it('saves the question', () => {
    const recorder = known({ everInEzviz: false, ezvizBrand: false, kind: 'nvr', firmware: 'V3.4.98' });
    const facts = { ...recorder, model: known({ model: 'DS-7608NI-E2' }, 'label').model };
    expect(nextQuestion(facts)?.fact).toBe('updateTo4x');
    expect(nextQuestion(learnFromCatalogue(facts, CATALOGUE).facts)).toBeNull();
  });

  it('learns nothing without a model or an entry', () => {
    expect(learnFromCatalogue(noFacts(), CATALOGUE).facts).toEqual(noFacts());
    const facts = known({ model: 'DS-7608NI-E2' });
    expect(learnFromCatalogue(facts, FIRMWARE_CATALOGUE).facts).toEqual(facts);
  });
});

describe('parseFirmwareCatalogue', () => {
  it('takes an operator’s catalogue', () => {
    expect(parseFirmwareCatalogue(CATALOGUE)).toEqual({ ok: true, value: CATALOGUE });
  });

  it('names the faulty entry and field, also a missing source', () => {
    const { source: _, ...unsourced } = entry('DS-7608NI-E2', 'none');
    const parsed = parseFirmwareCatalogue([CATALOGUE[0], { ...entry('.*', 'none') }, unsourced]);
    expect(parsed.ok ? [] : parsed.failure.map(({ path }) => path)).toEqual(['1.model', '2.source']);
  });
});
