import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import { type Fortress, nextCommand, openFortress } from '../../security/fortress.ts';
import { picture, unbindingBy } from '../../security/walk.ts';
import { otherNumber, TestAgent } from '../hub/house.ts';

/** What the chat says, by the words that tell it from the rest. */
const WORDS = {
  en: {
    ask: /Type the six digits/,
    digits: /has six digits/,
    early: /No laptop has asked/,
    wrong: /not the number of this pairing/,
    over: /This pairing is over/,
    done: /is paired/,
    refused: /Refused/,
    notMine: 'Not mine',
  },
  ru: {
    ask: /Введите шесть цифр/,
    digits: /В числе шесть цифр/,
    early: /Ноутбук ещё не обращался/,
    wrong: /не от этого подключения/,
    over: /подключение уже закончено/,
    done: /подключён/,
    refused: /Отклонено/,
    notMine: 'Не мой',
  },
} as const;

describe.each(['en', 'ru'] as const)('pairing in the chat (%s)', (language) => {
  const words = WORDS[language];
  let fortress: Fortress;
  let ann: SimUser;
  beforeAll(async () => {
    fortress = await openFortress();
    ann = await fortress.technician('Ann');
    if (language === 'ru') {
      await ann.send('/language');
      await ann.waitFor(/Language/);
      await ann.press('l:ru');
      await ann.waitFor(({ from }) => from === 'bot');
    }
  });
  afterAll(() => fortress.close());
  let host = 0;
  /** A laptop that has shown its key, from an address of its own. */
  const asks = async () => {
    host += 1;
    const laptop = new TestAgent(fortress.from(`192.0.${host}.1`));
    expect((await laptop.askToPair(await fortress.code(ann))).status).toBe(200);
    await ann.waitFor(words.ask);
    return laptop;
  };
  const says = async (typed: string, answer: RegExp) => {
    await ann.send(typed);
    await ann.waitFor(answer);
  };

  it('costs nothing when a digit is missing or too many, and takes the number with blanks', async () => {
    const laptop = await asks();
    await says(laptop.number.slice(1), words.digits);
    await says(`${laptop.number}0`, words.digits);
    await says(` ${laptop.number.slice(0, 3)} - ${laptop.number.slice(3)}`, words.done);
    expect((await laptop.poll()).status).toBe(200);
  });

  it('says that it is too early before a laptop has asked, and too late after a wrong number', async () => {
    await fortress.code(ann);
    await says('123456', words.early);
    const laptop = await asks();
    await says(otherNumber(laptop.number), words.wrong);
    await says(laptop.number, words.over);
    expect((await laptop.poll()).status).toBe(403);
  });

  it('turns a laptop away that is not theirs, and an old button does nothing to the next', async () => {
    const stranger = await asks();
    await ann.press(words.notMine);
    await ann.waitFor(words.refused);
    await says(stranger.number, words.over);
    expect((await stranger.poll()).status).toBe(403);
    const laptop = await asks();
    await says(laptop.number, words.done);
  });

  it('tells admins of both', async () => {
    await fortress.admin.waitFor(/Wrong number while pairing/, { after: 'start' });
    await fortress.admin.waitFor(/pressed “Not mine”/, { after: 'start' });
  });

  it('leaves a serial number to the conversation although a laptop waits', async () => {
    const laptop = await asks();
    await ann.send('J50000062');
    await ann.waitFor(/J50000062/);
    await says(laptop.number, words.done);
  });
});

describe('digits typed under a picture while another laptop waits for its number', () => {
  it('are the picture’s where they cannot be the number, and the number’s where they are six', async () => {
    const fortress = await openFortress();
    onTestFinished(() => fortress.close());
    const ann = await fortress.technician('Ann');
    const working = await fortress.laptop(ann);
    const { jobId } = await unbindingBy(ann, working);
    await working.sendEvents([picture(jobId)]);
    await ann.waitFor(({ kind }) => kind === 'photo');
    const laptop = new TestAgent(fortress.from('192.0.9.1'));
    await laptop.askToPair(await fortress.code(ann));
    await ann.waitFor(WORDS.en.ask);
    await ann.send(laptop.number);
    await ann.waitFor(WORDS.en.done);
    const next = new TestAgent(fortress.from('192.0.9.2'));
    await next.askToPair(await fortress.code(ann));
    await ann.waitFor(WORDS.en.ask);
    await ann.send('48213');
    await nextCommand(working, 'challenge-answer');
    await ann.send(next.number);
    await ann.waitFor(WORDS.en.done);
  });
});
