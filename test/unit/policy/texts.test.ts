import { describe, expect, it } from 'vitest';
import { resources } from '../../../locales/index.ts';
import { LANGUAGES } from '../../../locales/language.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { QUESTION_ORDER } from '../../../src/policy/explain.ts';
import { noFacts } from '../../../src/policy/facts.ts';
import { DONT_KNOW, questionAbout } from '../../../src/policy/questions.ts';
import { regionPack } from '../../../src/policy/region.ts';
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

  it('has a sentence for everything a region pack can ask and advise', () => {
    const packs = ['ru', 'default'].flatMap((name) => {
      const pack = regionPack(name);
      return pack.ok ? [pack.value] : [];
    });
    expect(Object.keys(policy.rma.asks).sort()).toEqual(
      unique(packs.flatMap((pack) => pack.serviceCentre.asks)),
    );
    expect(Object.keys(policy.rma.advice).sort()).toEqual(unique(packs.flatMap(({ advice }) => advice)));
  });

  it('puts the serial number as text into the e-mail', () => {
    const values = { serial: 'S1', shortSerial: 'S2', model: 'M', firmware: 'F', case: 'C', reason: 'R' };
    expect(t('policy:rma.subject', values)).toContain('S1');
    for (const value of Object.values(values)) expect(t('policy:rma.body', values)).toContain(value);
    expect(t('policy:rule.recorder-3x-update', { firmware: 'V3.4.98' })).toContain('V3.4.98');
  });
});
