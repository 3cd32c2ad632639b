import { describe, expect, it } from 'vitest';
import { checkUse } from '../../../scripts/locales/use.ts';

const RESOURCES = {
  en: {
    bot: { help: { idle: 'x', tries_one: 'x', tries_other: 'x' }, top: 'x' },
    policy: { rule: { a: 'x', 'b-c': 'x' } },
  },
};
const RULES_USED = `t(\`policy:rule.\${id}\`);`;
const OTHERS_USED = "t('bot:help.idle'); t('bot:help.tries', { count }); t('bot:top');";
const ALL_USED = `${OTHERS_USED} ${RULES_USED}`;

const faults = (text: string, prefixes: string[] = []) =>
  checkUse(RESOURCES, [{ path: 'src/x.ts', text }], prefixes).map(
    ({ file, key, problem }) => `${file} ${key} ${problem}`,
  );

describe('checkUse', () => {
  it('is content when every text is asked for', () => {
    expect(faults(ALL_USED)).toEqual([]);
  });

  it('names a text that nothing asks for', () => {
    expect(faults(ALL_USED.replace("t('bot:help.idle')", '/* bot:help.idle */'))).toEqual([
      'locales/en/bot.ts bot:help.idle is used nowhere',
    ]);
  });

  it('understands beginnings, in the sources and from data', () => {
    expect(faults(`${OTHERS_USED} t('policy:rule.' + id);`)).toEqual([]);
    expect(faults(OTHERS_USED, ['policy:rule.'])).toEqual([]);
  });

  it('does not let a stale beginning stay', () => {
    expect(faults(ALL_USED, ['policy:gone.'])).toEqual([
      'scripts/check-locales.ts policy:gone. is the beginning of no text',
    ]);
  });

  it('does not take what a type says for a use', () => {
    expect(faults(`${OTHERS_USED} type Rule = WordAfter<'policy:rule.'>;`)).toEqual(
      [
        'locales/en/bot.ts policy:rule.a is used nowhere',
        'locales/en/bot.ts policy:rule.b-c is used nowhere',
      ].map((fault) => fault.replace('bot.ts', 'policy.ts')),
    );
  });

  it('does not take other things for keys', () => {
    expect(
      faults(`${ALL_USED} store.get('bot:01HX'); store.get(\`policy:\${id}\`); url('https://bot.example');`),
    ).toEqual([]);
  });
});
