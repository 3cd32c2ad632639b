import { describe, expect, it } from 'vitest';
import { replies, vocabulary } from '../../../locales/words.ts';
import { DEVICES, walk } from '../../../scripts/words/devices.ts';
import { saidInWords } from '../../../src/device/words.ts';
import { noFacts } from '../../../src/policy/facts.ts';
import { learnFromWords } from '../../../src/policy/questions.ts';
import sentences from '../../fixtures/said.json' with { type: 'json' };

describe('devices described in words', () => {
  it.each(DEVICES)('$words', (described) => {
    const walked = walk(described);
    expect(walked.verdict).toBe(described.verdict);
    expect(walked.asked).toHaveLength(described.questions);
    // Nothing was misheard: what was understood is what would have been answered.
    expect(described.truth).toMatchObject(walked.understood?.answers ?? {});
    // What was said is not asked again.
    for (const fact of Object.keys(walked.understood?.answers ?? {}))
      expect(walked.asked).not.toContain(fact);
  });

  it('come to the same verdict as without a word, with fewer questions', () => {
    const silent = DEVICES.map(({ truth }) => walk({ words: '', truth }).asked.length);
    const spoken = DEVICES.map(({ questions }) => questions);
    const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
    expect(sum(spoken)).toBeLessThan(sum(silent) / 2);
  });
});

describe('what technicians write', () => {
  it.each([...sentences.field, ...sentences.en, ...sentences.ru])('$said', ({ said, expected }) => {
    const { model, answers = {} } = saidInWords(said, vocabulary) ?? {};
    expect({ ...(model === undefined ? {} : { model }), ...answers }).toEqual(expected ?? {});
  });

  it('of a recorder by its second brand names the kind', () => {
    const said = saidInWords('HiLook NVR-108MH-D/8P, phone on wifi', vocabulary);
    expect(learnFromWords(noFacts(), said ?? { answers: {} }).facts).toMatchObject({
      kind: { value: 'nvr' },
      onSite: { value: 'phone' },
    });
  });
});

describe('saidInWords', () => {
  const said = (text: string) => saidInWords(text, vocabulary);

  it('takes no password for a model, whatever it begins with', () => {
    expect(said('J50000062\nDS-Canary!77')).toBeNull();
    expect(said('J50000062 DS-2Canary!77')).toBeNull();
  });

  it('is not disturbed by the digits of a serial number, and hears what stands before it', () => {
    expect(said('401000064 камера, была в EZVIZ')?.answers).toEqual({ kind: 'camera', everInEzviz: 'yes' });
    expect(said('пароль J50000062 не знаю')?.answers).toEqual({ adminPassword: 'no' });
    expect(said('прошивка V5.7.3, была в EZVIZ J50000062')?.answers).toEqual({
      firmware: 'V5.7.3',
      everInEzviz: 'yes',
    });
  });

  it.each<[string, Record<string, string>]>([
    ['пароль не знаю', { adminPassword: 'no' }],
    ['знаю пароль', { adminPassword: 'yes' }],
    ['пароля админа нет', { adminPassword: 'no' }],
    ['пароль есть, нет ноута', { adminPassword: 'yes' }],
    ['нет ноута пароль есть', { adminPassword: 'yes' }],
    ['пароль есть но не подходит', { adminPassword: 'no' }],
    ['знаю код проверки, а пароль нет', { adminPassword: 'no' }],
    ['в EZVIZ не добавляли', { everInEzviz: 'no' }],
    ['не была в езвизе', { everInEzviz: 'no' }],
    ['добавлена в EZVIZ', { everInEzviz: 'yes' }],
    ['камера EZVIZ', { ezvizBrand: 'yes', kind: 'camera' }],
    ['EZVIZ не видит камеру', { kind: 'camera' }],
    ['монитор домофона', { kind: 'intercom' }],
    ['я не в сети устройства', { onSite: 'nothing' }],
    ['не онлайн', { cloud: 'offline' }],
    ['камера не в сети', { cloud: 'offline', kind: 'camera' }],
    ['можно обновить до 4.30.085', { updateTo4x: 'exists' }],
    ['объектив 2.8 мм, камера', { kind: 'camera' }],
    ['прошивка 3.4', { firmware: 'V3.4' }],
    ['3.4', { firmware: 'V3.4' }],
    ['v4.30', { firmware: 'V4.30' }],
    ['3.x', { firmware: '3.x' }],
    ['4.30, пароль есть', { firmware: 'V4.30', adminPassword: 'yes' }],
    ['стоит 4.х', { firmware: '4.x' }],
    ['ноут', { onSite: 'windows-pc' }],
    ['прежний владелец может удалить', { previousOwner: 'yes' }],
    ['старый хозяин сам удалит', { previousOwner: 'yes' }],
    ['прежнего владельца не найти', { previousOwner: 'no' }],
    ['бывший владелец не отвечает', { previousOwner: 'no' }],
    ['прежний владелец не может удалить', { previousOwner: 'no' }],
    ['вход удался', { passwordProved: 'yes' }],
    ['зашли с этим паролем на страницу', { passwordProved: 'yes' }],
    ['устройство пароль не приняло', { passwordProved: 'no' }],
    ['the previous owner can still delete it', { previousOwner: 'yes' }],
    ['old owner will remove it in his app', { previousOwner: 'yes' }],
    ['the previous owner can not delete it', { previousOwner: 'no' }],
    ['previous owner cannot be reached', { previousOwner: 'no' }],
    ["don't know the previous owner", { previousOwner: 'no' }],
    ['the former owner is gone', { previousOwner: 'no' }],
    ['it logged me in', { passwordProved: 'yes' }],
    ['the device refused this password', { passwordProved: 'no' }],
    ['lost the password', { adminPassword: 'no' }],
    ["I don't know the admin password", { adminPassword: 'no' }],
    ['the password does not work', { adminPassword: 'no' }],
    ['it was in EZVIZ', { everInEzviz: 'yes' }],
    ['never added to the EZVIZ app', { everInEzviz: 'no' }],
    ['it is not online', { cloud: 'offline' }],
    ['platform access is off', { cloud: 'disabled' }],
    ['dome with 8 channels, no laptop', { kind: 'camera' }],
    ['can be updated to 4.30', { updateTo4x: 'exists' }],
    ['upgrade packet mismatch', { updateTo4x: 'refused' }],
    ['the update is refused', { updateTo4x: 'refused' }],
    ['there is no file for this hardware', { updateTo4x: 'refused' }],
    ['the recorder does not accept the firmware', { kind: 'recorder', updateTo4x: 'refused' }],
    ['обновление отклонено', { updateTo4x: 'refused' }],
    ['нет файла под это железо', { updateTo4x: 'refused' }],
    ['файл прошивки не подходит', { updateTo4x: 'refused' }],
    ['регистратор не принимает прошивку', { kind: 'recorder', updateTo4x: 'refused' }],
  ])('understands %j', (text, answers) => {
    expect(said(text)).toEqual({ answers });
  });

  it.each([
    // The password of something else.
    'нет пароля от приложения',
    'знаю пароль от вайфая',
    'have the wifi password',
    'the app password is lost',
    // Not said for certain.
    'не знаю, был ли он в EZVIZ',
    'в ezviz был или нет не знаю',
    'вроде пароль есть',
    'not sure if it was in EZVIZ',
    'maybe it is offline',
    // Said of something else.
    'не hik-connect, а EZVIZ',
    'нет интернета на телефоне',
    'номер телефона владельца есть',
    'смотрели с телефона',
    'звонок владельцу',
    'ноутбук дома',
    'без монитора',
    'the owner’s phone',
    'no laptop',
    'bought it online',
    // Two of a kind are not chosen between.
    'камера на регистраторе',
    'DS-7608NI-K2 и DS-2CD2143G2-I',
    '3.4.92 или 4.30.085',
    // Refused, but no update.
    'the password is refused',
    'the file is refused',
    'нет файла с записью',
    // Nothing at all.
    '192.168.1.64',
    'Canary-Pass-77',
    'CS-GO',
    '',
    'hello',
    'может, прежний владелец',
    'не знаем, кто прежний владелец',
    'I am sure of the password',
    'пароль точно верный',
    'x'.repeat(5000),
  ])('understands nothing in %j, and asks instead', (text) => {
    expect(said(text)).toBeNull();
  });

  it.each([
    ['2cd2143', 'DS-2CD2143'],
    ['ds-2cd2143g2-i', 'DS-2CD2143G2-I'],
    ['DS-2\u0421D2143G2', 'DS-2CD2143G2'],
    ['(7608ni-k2/8p)', 'DS-7608NI-K2/8P'],
    ['DS 7204HUHI-F1/N', 'DS-7204HUHI-F1/N'],
    ['kh6320-wte1', 'DS-KH6320-WTE1'],
    ['cs-cb2-r100', 'CS-CB2-R100'],
    ['hiwatch ds-i200', 'DS-I200'],
    ['DS N304P', 'DS-N304P'],
    ['HiLook NVR-108MH-D/8P', 'NVR-108MH-D/8P'],
    ['ipc-t240h(c)', 'IPC-T240H(C)'],
    ['hwn-4108mh', 'HWN-4108MH'],
  ])('reads the model %j as %s', (text, model) => {
    expect(said(text)?.model).toBe(model);
  });

  it.each(['7608', '2024', '8h', 'k1', 'ds', 'nvr-reset', 'IPC-HFW2431S'])(
    'takes %j for no model',
    (text) => {
      expect(said(text)?.model).toBeUndefined();
    },
  );
});

describe('whole answers', () => {
  const reply = (text: string) =>
    (['dont-know', 'yes', 'no'] as const).find((word) =>
      replies.some((language) => language[word].test(` ${text} `)),
    );

  it.each([
    ['да', 'yes'],
    ['да, добавляли', 'yes'],
    ['есть', 'yes'],
    ['yes, it was', 'yes'],
    ['нет, не было', 'no'],
    ['да нет', 'no'],
    ['никогда', 'no'],
    ["no, it wasn't", 'no'],
    ['не знаю', 'dont-know'],
    ['да не знаю я', 'dont-know'],
    ['no idea', 'dont-know'],
    ['yes please do', undefined],
    ['нет интернета', undefined],
    ['есть ноут', undefined],
  ])('%j is %s', (text, expected) => {
    expect(reply(text)).toBe(expected);
  });
});
