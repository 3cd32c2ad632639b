import { describe, expect, it } from 'vitest';
import { resources } from '../../../locales/index.ts';
import type { Language } from '../../../locales/language.ts';

type Tree = { readonly [key: string]: string | Tree };

/** Every sentence of a tree with its key. */
function sentences(tree: Tree, path = ''): [key: string, text: string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[`${path}${key}`, value] as [string, string]]
      : sentences(value, `${path}${key}.`),
  );
}

const found = (language: Language, words: RegExp) =>
  sentences(resources[language] as Tree).filter(([, text]) => words.test(text));

describe('the words of docs/glossary.md', () => {
  it('are the Russian ones: no second word for one thing', () => {
    expect(
      found(
        'ru',
        /аккаунт|техник(?![аи] безопасности)|капч|анбинд|девайс|логин|клиент|юзер|видеорегистратор|код\S* (?:подтверждения|проверки)|контрол\S* доступа/i,
      ),
    ).toEqual([]);
  });

  it('are the English ones', () => {
    expect(found('en', /captcha|\bclient\b|unlink|\bcan not\b/i)).toEqual([]);
  });

  it('speak to a technician with вы', () => {
    const toYou =
      /(?<![а-яё])(?:ты|тебе|тебя|твой|твоя|твоё|нажми|введи|подожди|отправь|набери|проверь|открой|закрой|выбери|напиши|сделай|возьми|спроси|подключи)(?![а-яё])/i;
    expect(found('ru', toYou)).toEqual([]);
  });
});
