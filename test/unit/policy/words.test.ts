import { describe, expect, it } from 'vitest';
import { phrases } from '../../../locales/words.ts';
import { saidInWords } from '../../../src/device/words.ts';
import { decide } from '../../../src/policy/decide.ts';
import { noFacts } from '../../../src/policy/facts.ts';
import { answer, learnFromWords, nextQuestion } from '../../../src/policy/questions.ts';

/** Says it in words, then answers what is still asked, and tells how many questions that took. */
function walk(words: string, truth: Readonly<Record<string, string>>) {
  const said = saidInWords(words, phrases);
  let { facts } = learnFromWords(noFacts(), said ?? { answers: {} });
  const asked: string[] = [];
  for (let question = nextQuestion(facts); question; question = nextQuestion(facts)) {
    asked.push(question.fact);
    const learnt = answer(facts, question.fact, truth[question.fact] ?? 'dont-know');
    if (!learnt.ok) throw new Error(`no answer to ${question.fact}`);
    facts = learnt.value.facts;
  }
  const { rule, method, by, blockers } = decide(facts);
  return { rule, verdict: by === 'vendor-tool' ? by : (method ?? blockers[0]), asked };
}

/** Ten devices as technicians describe them: words, what is true beside them, the verdict, most questions. */
const TEN: readonly [words: string, truth: Record<string, string>, verdict: string, most: number][] = [
  ['старый регик на 3.4.92, раньше в EZVIZ', {}, 'service-centre', 1],
  ['регистратор 3.4.98, четверки нет, в ezviz не было', { adminPassword: 'yes' }, 'service-centre', 0],
  ['регик 4.30.085, пароль есть, есть ноут, езвиз не было', { cloud: 'online' }, 'vendor-tool', 1],
  [
    'камера DS-2CD2143G2-I, чужой аккаунт, пароль знаю, только телефон',
    { everInEzviz: 'no', cloud: 'online' },
    'app',
    2,
  ],
  ['домофон, пароля нет', { everInEzviz: 'no' }, 'recover-password', 1],
  [
    'nvr V4.62.210, monitor and mouse, have the password, never in ezviz',
    { cloud: 'online' },
    'recorder-menu',
    1,
  ],
  ['камера езвиз, висит на прошлом хозяине', { everInEzviz: 'yes' }, 'previous-owner', 1],
  [
    'dvr DS-7616NI-K2 на 3.4.106, пароль есть',
    { everInEzviz: 'no', updateTo4x: 'exists' },
    'firmware-first',
    3,
  ],
  [
    'купол, облако выключено, пароль есть, ezviz не было',
    { cloud: 'disabled', onSite: 'phone' },
    'bring-online',
    1,
  ],
  ['охранная панель axpro', { everInEzviz: 'no' }, 'installer-account', 1],
];

describe('ten devices described in words', () => {
  it.each(TEN)('%s', (words, truth, verdict, most) => {
    const walked = walk(words, truth);
    expect(walked.verdict).toBe(verdict);
    expect(walked.asked.length).toBeLessThanOrEqual(most);
  });
});

describe('saidInWords', () => {
  const said = (text: string) => saidInWords(text, phrases);

  it.each([
    ['пароль не знаю', { adminPassword: 'no' }],
    ['знаю пароль', { adminPassword: 'yes' }],
    ['в EZVIZ не добавляли', { everInEzviz: 'no' }],
    ['lost the password', { adminPassword: 'no' }],
    ['камера EZVIZ', { ezvizBrand: 'yes' }],
  ])('understands %j', (text, answers) => {
    expect(said(text)?.answers).toMatchObject(answers);
  });

  it('takes no address for a firmware', () => {
    expect(said('192.168.1.64')).toBeNull();
  });

  it.each(['Canary-Pass-77', '', 'hello', 'x'.repeat(5000)])('recognises nothing in %j', (text) => {
    expect(said(text)).toBeNull();
  });
});
