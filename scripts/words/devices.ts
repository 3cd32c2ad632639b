/**
 * Devices as technicians describe them, what is true of each, and how a case about it goes: what was understood, what
 * is still asked, which verdict it ends in. Printed by `scripts/words.ts`, held by a test.
 */
import { vocabulary } from '../../locales/words.ts';
import { type SaidInWords, saidInWords } from '../../src/device/words.ts';
import { decide } from '../../src/policy/decide.ts';
import { type Facts, noFacts } from '../../src/policy/facts.ts';
import { answer, DONT_KNOW, learnFromWords, nextQuestion } from '../../src/policy/questions.ts';

export interface Described {
  readonly words: string;
  /** What the technician would answer if asked, by fact; what is missing he does not know. */
  readonly truth: Readonly<Record<string, string>>;
  /** Way or blocker the case has to end in. */
  readonly verdict: string;
  /** Questions that are still needed. */
  readonly questions: number;
}

const device = (
  words: string,
  verdict: string,
  questions: number,
  truth: Readonly<Record<string, string>>,
): Described => ({ words, verdict, questions, truth });

export const DEVICES: readonly Described[] = [
  device('старый регик на 3.4.92, раньше в EZVIZ', 'service-centre', 1, {
    kind: 'recorder',
    firmware: 'V3.4.92',
    everInEzviz: 'yes',
  }),
  device('камера 2cd2143 висит на чужом акке, пароль знаю, я рядом с ноутом', 'vendor-tool', 2, {
    kind: 'camera',
    everInEzviz: 'no',
    adminPassword: 'yes',
    onSite: 'windows-pc',
    cloud: 'online',
  }),
  device('регистратор 3.4.98, четверки нет, в ezviz не было', 'service-centre', 1, {
    kind: 'recorder',
    firmware: 'V3.4.98',
    updateTo4x: 'none',
    everInEzviz: 'no',
  }),
  device('регик 4.30.085, пароль есть, есть ноут, езвиз не было', 'vendor-tool', 1, {
    kind: 'recorder',
    firmware: 'V4.30.085',
    adminPassword: 'yes',
    onSite: 'windows-pc',
    everInEzviz: 'no',
    cloud: 'online',
  }),
  device('камера DS-2CD2143G2-I, чужой аккаунт, пароль знаю, только телефон', 'app', 2, {
    kind: 'camera',
    everInEzviz: 'no',
    adminPassword: 'yes',
    onSite: 'phone',
    cloud: 'online',
  }),
  device('домофон, пароля нет', 'recover-password', 1, {
    kind: 'intercom',
    adminPassword: 'no',
    everInEzviz: 'no',
  }),
  device('камера езвиз, висит на прошлом хозяине', 'previous-owner', 0, {
    kind: 'camera',
    ezvizBrand: 'yes',
    everInEzviz: 'yes',
  }),
  device('dvr DS-7616NI-K2 на 3.4.106, пароль есть', 'firmware-first', 2, {
    kind: 'recorder',
    firmware: 'V3.4.106',
    updateTo4x: 'exists',
    everInEzviz: 'no',
    adminPassword: 'yes',
  }),
  device('купол, облако выключено, пароль есть, ezviz не было', 'bring-online', 0, {
    kind: 'camera',
    cloud: 'disabled',
    adminPassword: 'yes',
    everInEzviz: 'no',
  }),
  device('охранная панель axpro', 'installer-account', 1, { kind: 'alarm-panel', everInEzviz: 'no' }),
  device(
    '7608ni-k2, прошивка 4.30, админский пароль есть, стою с монитором и мышкой, в эзвизе не светился',
    'recorder-menu',
    1,
    {
      kind: 'recorder',
      firmware: 'V4.30',
      adminPassword: 'yes',
      onSite: 'monitor',
      everInEzviz: 'no',
      cloud: 'online',
    },
  ),
  device('ds7204huhi на тройке, обновления до 4 нет, езвиз не ставили', 'service-centre', 1, {
    kind: 'recorder',
    firmware: '3.x',
    updateTo4x: 'none',
    everInEzviz: 'no',
  }),
  device(
    'вызывная kv6113, пароль от устройства есть, ноута нет, телефон в том же вайфае, EZVIZ не пользовались',
    'app',
    1,
    { kind: 'intercom', adminPassword: 'yes', onSite: 'phone', everInEzviz: 'no', cloud: 'online' },
  ),
  device('камера, вроде была в EZVIZ, пароль от приложения забыли, пароль админа знаю', 'service-centre', 2, {
    kind: 'camera',
    adminPassword: 'yes',
    everInEzviz: 'yes',
  }),
  device('регистратор с 8 камерами, был на 3.4.92, обновили до 4.30.085, пароль знаю', 'recorder-menu', 3, {
    kind: 'recorder',
    firmware: 'V4.30.085',
    adminPassword: 'yes',
    everInEzviz: 'no',
    onSite: 'monitor',
    cloud: 'online',
  }),
  device('терминал k1t341, статус: не в сети, пароль есть', 'bring-online', 1, {
    kind: 'access-control',
    cloud: 'offline',
    adminPassword: 'yes',
    everInEzviz: 'no',
  }),
  device(
    'домофонный монитор KH6320, под рукой ноутбук. Пароль дали. EZVIZ никогда не ставили',
    'vendor-tool',
    1,
    {
      kind: 'intercom',
      onSite: 'windows-pc',
      adminPassword: 'yes',
      everInEzviz: 'no',
      cloud: 'online',
    },
  ),
  device('регик на 3.х, про четверку не знаю, пароль есть, никогда не был в езвизе', 'firmware-first', 1, {
    kind: 'recorder',
    firmware: '3.x',
    adminPassword: 'yes',
    everInEzviz: 'no',
  }),
  device('пишет добавлено другой учётной записью, видеорегистратор', 'get-onto-lan', 5, {
    kind: 'recorder',
    firmware: 'V4.30.085',
    adminPassword: 'yes',
    everInEzviz: 'no',
    onSite: 'nothing',
    cloud: 'online',
  }),
  device('nvr V4.62.210, monitor and mouse, have the password, never in ezviz', 'recorder-menu', 1, {
    kind: 'recorder',
    firmware: 'V4.62.210',
    adminPassword: 'yes',
    onSite: 'monitor',
    everInEzviz: 'no',
    cloud: 'online',
  }),
  device('second-hand dome, the previous owner is gone, no password', 'recover-password', 1, {
    kind: 'camera',
    previousOwner: 'no',
    adminPassword: 'no',
    everInEzviz: 'no',
  }),
  device('old dvr on 3.4, no update to 4.x, was added in EZVIZ by the shop', 'service-centre', 1, {
    kind: 'recorder',
    firmware: 'V3.4',
    updateTo4x: 'none',
    everInEzviz: 'yes',
  }),
  device(
    'DS-2CD2386G2-IU from an auction, I have the admin password, laptop on the same network, never in EZVIZ',
    'vendor-tool',
    1,
    { kind: 'camera', adminPassword: 'yes', onSite: 'windows-pc', everInEzviz: 'no', cloud: 'online' },
  ),
  device('indoor monitor kh6320, password known, only a phone, maybe it was in ezviz', 'app', 2, {
    kind: 'intercom',
    adminPassword: 'yes',
    onSite: 'phone',
    everInEzviz: 'no',
    cloud: 'online',
  }),
  device('nvr firmware 4.30, cloud is offline, got the password, not in ezviz', 'bring-online', 0, {
    kind: 'recorder',
    firmware: 'V4.30',
    cloud: 'offline',
    adminPassword: 'yes',
    everInEzviz: 'no',
  }),
];

export interface Walked {
  readonly understood: SaidInWords | null;
  /** Facts that were still asked, in order. */
  readonly asked: readonly string[];
  readonly verdict: string;
  readonly facts: Facts;
}

/** Says the words, answers what is still asked with the truth, and tells how it went. */
export function walk({ words, truth }: Pick<Described, 'words' | 'truth'>): Walked {
  const understood = saidInWords(words, vocabulary);
  let { facts } = learnFromWords(noFacts(), understood ?? { answers: {} });
  const asked: string[] = [];
  for (let question = nextQuestion(facts); question; question = nextQuestion(facts)) {
    asked.push(question.fact);
    const learnt = answer(facts, question.fact, truth[question.fact] ?? DONT_KNOW);
    if (!learnt.ok) throw new Error(`${words}: no answer to ${question.fact}`);
    facts = learnt.value.facts;
  }
  const { method, by, blockers } = decide(facts);
  return { understood, asked, verdict: by === 'vendor-tool' ? by : (method ?? blockers[0] ?? ''), facts };
}
