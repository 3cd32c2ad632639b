import { describe, expect, it } from 'vitest';
import { resources } from '../../../locales/index.ts';
import { LANGUAGES } from '../../../locales/language.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { QUESTION_ORDER } from '../../../src/policy/explain.ts';
import { noFacts } from '../../../src/policy/facts.ts';
import { DONT_KNOW, questionAbout } from '../../../src/policy/questions.ts';
import { parseRegionPack } from '../../../src/policy/region.ts';
import { RULES, type Rule } from '../../../src/policy/rules.ts';
import { anyText } from '../../support/any-text.ts';

const rules: readonly Rule[] = RULES;
const unique = (words: readonly string[]) => [...new Set(words)].sort();

describe.each(LANGUAGES)('what policy says in %s', (language) => {
  const { policy } = resources[language];
  const t = textsFor(language);

  it('has a sentence for every rule, blocker and method, and for no other', () => {
    expect(Object.keys(policy.rule).sort()).toEqual(unique(rules.map(({ id }) => id)));
    expect(Object.keys(policy.blocker).sort()).toEqual(unique(rules.flatMap(({ blocker }) => blocker ?? [])));
    const methods = rules.flatMap(({ way }) => (way ? [way.by === 'vendor-tool' ? way.by : way.method] : []));
    expect(Object.keys(policy.method).sort()).toEqual(unique(methods));
  });

  it('has a text, a place to look and a label for every question', () => {
    expect(Object.keys(policy.question).sort()).toEqual([...QUESTION_ORDER].sort());
    for (const fact of QUESTION_ORDER) {
      const labels = questionAbout(noFacts(), fact)
        .answers.filter((id) => id !== DONT_KNOW)
        .map((id) => `policy:question.${fact}.answer.${id}`);
      for (const key of [`policy:question.${fact}.text`, `policy:question.${fact}.where`, ...labels]) {
        expect(anyText(language)(key)).not.toBe(key.replace('policy:', ''));
      }
    }
  });

  it('has a sentence for everything a region pack can say, ask and advise, and for nothing else', () => {
    const { asks, says, advice, lastWay, needs } = policy.rma;
    const words = (tree: object) => Object.keys(tree);
    const whole = {
      region: 'ru',
      serviceCentre: { email: null, postalAddress: null, form: null, asks: words(asks) },
      says: words(says),
      advice: words(advice),
      source: 'test',
      checkedAt: '2026-11',
    };
    expect(parseRegionPack(whole).ok).toBe(true);
    for (const way of words(lastWay)) {
      const last = { way, needs: words(needs), source: 'test', checkedAt: '2026-11', confidence: 'M' };
      expect(parseRegionPack({ ...whole, says: [], lastWay: last }).ok).toBe(true);
    }
    // What a pack may say is a closed list: the fault names it.
    const faults = parseRegionPack({ ...whole, says: ['?'], advice: ['?'] });
    const lists = faults.ok ? [] : faults.failure.map(({ detail }) => detail.split(', ').sort());
    expect(lists).toEqual([words(says).sort(), words(advice).sort()]);
    const asked = parseRegionPack({ ...whole, serviceCentre: { ...whole.serviceCentre, asks: ['?'] } });
    expect(asked.ok ? '' : asked.failure[0]?.detail.split(', ').sort()).toEqual(words(asks).sort());
  });

  it('says what the note says of Russia in the words of its pack alone', () => {
    const { says: _, ...rma } = policy.rma;
    const others = JSON.stringify({ ...resources[language], policy: { ...policy, rma } });
    expect(others).not.toMatch(/@hikvision|since 2020|с 2020|12[./]03[./]2023|2023-/);
    expect(policy.rma.says['support-does-not-unbind']).toContain('2020');
  });

  it('puts the serial number as text into the e-mail', () => {
    const values = {
      serial: 'S1',
      shortSerial: 'S2',
      model: 'M',
      firmware: 'F',
      case: 'C',
      reason: 'R',
    };
    expect(t('policy:rma.subject', values)).toContain('S1');
    for (const value of Object.values(values)) expect(t('policy:rma.body', values)).toContain(value);
    expect(t('policy:rule.recorder-3x-update', { firmware: 'V3.4.98' })).toContain('V3.4.98');
  });
});
