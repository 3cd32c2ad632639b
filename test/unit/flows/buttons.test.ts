import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../locales/language.ts';
import {
  type Button,
  buttonMisspelt,
  buttonSaid,
  PLAIN_ANSWERS,
  plainAnswersIn,
} from '../../../src/flows/engine/buttons.ts';
import type { Want } from '../../../src/flows/engine/heard.ts';
import { hear, type WaitSpec } from '../../../src/flows/engine/heard.ts';
import { thingsOf, usableText } from '../../../src/flows/engine/usable.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';

const GUIDE: Button[] = [
  { id: 'next', text: 'Next →', said: ['yes', 'done'] },
  { id: 'differs', text: 'It looks different', said: ['no', 'dont-know'] },
  { id: 'back', text: '← Back', said: ['back'] },
  { id: 'cancel', text: '✖ Cancel', said: ['cancel'] },
];
const CLOUD: Button[] = [
  { id: 'online', text: 'В сети', said: ['yes'] },
  { id: 'disabled', text: 'Выключен' },
  { id: 'offline', text: 'Включён, но не в сети' },
];

describe('a text that is a button', () => {
  it.each([
    ['next', 'next'],
    ['NEXT!', 'next'],
    ['Далее', 'next'],
    ['готово', 'next'],
    ['done, next', 'next'],
    ['да', 'next'],
    ['ага 👍', 'next'],
    ['да 👌🏻', 'next'],
    ['«да»', 'next'],
    ['не-а', 'differs'],
    ['нет :(', 'differs'],
    ['idk', 'differs'],
    ['it looks different', 'differs'],
    ['It looks diferent', 'differs'],
    ['не знаю', 'differs'],
    ['назад', 'back'],
    ['go back', 'back'],
    ['Отмена.', 'cancel'],
    ['stop', 'cancel'],
  ])('%j presses %s', (text, id) => {
    expect((buttonSaid(text, GUIDE) ?? buttonMisspelt(text, GUIDE))?.id).toBe(id);
  });

  it.each([
    'nex',
    'no problem',
    'вроде да',
    'да нет наверное',
    'yes and no',
    '👍',
    '🙂',
    'да?',
    'ok?',
    'done with the camera yesterday',
    'назад в прошлое',
    'the next one is a DVR',
    '',
    '→',
  ])('%j presses nothing', (text) => {
    expect(buttonSaid(text, GUIDE) ?? buttonMisspelt(text, GUIDE)).toBeNull();
  });

  it('forgives no slip that makes a word its opposite', () => {
    expect(buttonSaid('включен', CLOUD) ?? buttonMisspelt('включен', CLOUD)).toBeNull();
    expect(buttonSaid('Включен, но не в сети', CLOUD)?.id).toBe('offline');
  });

  it('is found by the number its words begin with, and never by another number', () => {
    const devices = ['1 · J50000062', '2 · J50000063', '10 · G70000102'].map((text, at) => ({
      id: `pick.${at}`,
      text,
    }));
    expect(buttonSaid('2', devices)?.id).toBe('pick.1');
    expect(buttonSaid('10.', devices)?.id).toBe('pick.2');
    expect(buttonSaid('3', devices) ?? buttonMisspelt('3 · J50000063', devices)).toBeNull();
  });

  it('is none where an answer stands for two', () => {
    const two: Button[] = [
      { id: 'a', text: 'One', said: ['yes'] },
      { id: 'b', text: 'Other', said: ['yes'] },
    ];
    expect(buttonSaid('yes', two)).toBeNull();
  });

  it('means one plain answer, whatever language it is in', () => {
    for (const language of LANGUAGES)
      for (const answer of ['yes', 'no', 'dont-know', 'done', 'again'] as const)
        expect(plainAnswersIn(textsFor(language)(`bot:help.answer.${answer}`))).toEqual([answer]);
  });
});

const words = fc
  .array(fc.stringMatching(/^[A-Za-zА-Яа-яЁё]{2,9}$/), { minLength: 1, maxLength: 3 })
  .map((list) => list.join(' '));
const wants = fc.uniqueArray(
  fc.constantFrom<Want>('photo', 'serial', 'words', 'message', 'note', 'picture-code'),
  { maxLength: 4 },
);
const buttons = fc
  .uniqueArray(
    fc.record({
      text: words,
      said: fc.uniqueArray(fc.constantFrom(...PLAIN_ANSWERS), { maxLength: 2 }),
      isPressed: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6, selector: ({ text }) => text.toLowerCase().replace(/ё/g, 'е') },
  )
  .map((list) =>
    list.map(({ text, said, isPressed }, at): Button => {
      return { id: `b${at}`, text, said, ...(isPressed ? { pressOnly: true } : {}) };
    }),
  );
const specs = fc.record({ wants, buttons }).map(
  ({ wants: all, buttons: list }): WaitSpec => ({
    wants: all,
    events: [],
    jobId: null,
    tag: 'abcd1234',
    buttons: list,
    things: thingsOf(all),
    help: null,
    ...(all.includes('picture-code') ? { nonce: 'n' } : {}),
  }),
);
const typed = (text: string) => ({ update_id: 1, message: { message_id: 9, text } }) as never;

describe('any question', () => {
  it('hears the words of each of its buttons as that button, and as a wish to press where only a press counts', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        for (const { id, text, pressOnly } of spec.buttons) {
          const heard = hear(typed(` ${text.toUpperCase()}! `), spec);
          expect(heard).toEqual(
            pressOnly ? { kind: 'only-pressed', label: text } : { kind: 'button', id, messageId: 9 },
          );
        }
      }),
    );
  });

  it('presses nothing that only a finger may press, whatever is typed', () => {
    fc.assert(
      fc.property(specs, fc.oneof(words, fc.string({ maxLength: 40 })), fc.nat(), (spec, text, at) => {
        const label = spec.buttons[at % spec.buttons.length]?.text ?? '';
        for (const said of [
          text,
          label,
          `${label} ${text}`,
          'yes',
          'done',
          'again',
          'да',
          'готово',
          'ещё раз',
        ]) {
          const heard = hear(typed(said), spec);
          if (heard.kind !== 'button') continue;
          expect(spec.buttons.find(({ id }) => id === heard.id)?.pressOnly).toBeUndefined();
        }
      }),
    );
  });

  it('names something that can be used here, in the language of the chat, and repeats nothing', () => {
    fc.assert(
      fc.property(specs, fc.constantFrom(...LANGUAGES), (spec, language) => {
        const t = textsFor(language);
        for (const heard of [
          { kind: 'other' },
          { kind: 'wrong-file' },
          { kind: 'miscounted', characters: 8 },
        ] as const) {
          const text = usableText(language, spec, heard);
          for (const { text: label } of spec.buttons) expect(text).toContain(label);
          for (const thing of spec.things) expect(text).toContain(t(`bot:help.thing.${thing}`));
          expect(text).not.toMatch(/\{\{/);
          expect(text.length).toBeLessThan(4096);
        }
      }),
    );
  });

  it('shows a label that comes from a laptop as text', () => {
    const spec: WaitSpec = {
      wants: [],
      events: [],
      jobId: null,
      tag: 'abcd1234',
      buttons: [{ id: 'a', text: '<b>Van & 7' }],
      things: [],
      help: null,
    };
    expect(usableText('en', spec, { kind: 'other' })).toContain('“&lt;b&gt;Van &amp; 7”');
  });
});

describe('beside a password prompt', () => {
  it('nothing typed is a button or a word', () => {
    const spec: WaitSpec = {
      wants: ['words'],
      events: [],
      jobId: null,
      tag: 'abcd1234',
      buttons: GUIDE,
      things: [],
      help: null,
      besideSecret: true,
    };
    for (const text of ['Next', 'Cancel', 'готово', 'назад', 'no', 'пароль не знаю', 'J5000006'])
      expect(hear(typed(text), spec)).toEqual({ kind: 'other' });
    expect(usableText('en', spec, { kind: 'other' })).toMatch(/nothing is typed here: “Next →”/);
  });
});
