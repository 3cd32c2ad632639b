import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { help as helpEn } from '../../../locales/en/help-words.ts';
import { resources } from '../../../locales/index.ts';
import { LANGUAGES } from '../../../locales/language.ts';
import { help as helpRu } from '../../../locales/ru/help-words.ts';
import { helpWords } from '../../../locales/words.ts';
import { unbindOutcome, unbindStatus } from '../../../src/link/messages.ts';
import { ARTICLES, type ArticleId } from '../../../src/policy/articles.ts';
import { CODES } from '../../../src/policy/codes.ts';
import { articleAbout, type Found, findHelp, leadOf, UNKNOWN_CODE } from '../../../src/policy/help.ts';
import { IDEAS, SIGNS } from '../../../src/policy/help-signs.ts';
import field from '../../fixtures/help/cases.json' with { type: 'json' };
import fresh from '../../fixtures/help/fresh.json' with { type: 'json' };
import heldOut from '../../fixtures/help/held-out.json' with { type: 'json' };
import nothing from '../../fixtures/help/nothing.json' with { type: 'json' };

const find = (text: string) => findHelp(text, helpWords, 'command');
const articlesOf = (found: Found): readonly ArticleId[] =>
  found.kind === 'article' ? [found.article] : found.kind === 'two' ? found.articles : [];
const NOTHING = { kind: 'unknown', code: null };

/** Codes of the protocol notes (isapi.md 7 and 9.5, sadp.md 10.1), as they are printed there. */
const CLOUD =
  '20002 102000 120002 20007 102003 102004 102009 20010 120010 105002 20011 20012 20013 120022 105001 20014 102007 20020 120020 105000 20023 20029 400001 400002';
const DEVICE =
  'riskPassword serviceUnavailable deviceBusy notSupport lowPrivilege badAuthorization methodNotAllowed invalidOperation notActivated theAccountIsNotActivated maxSessionUserLink loginPasswordError userNameLocked userLocked 0x40002090 badXmlFormat badParameters badXmlContent illegalVerificationCode invalidEZVIZSecretKey rebootRequired';
const SADP =
  'failed 2009 PasswordError 2024 locked 2018 notActivated 2019 hasActivated 2021 riskPassword 2020 emptyEncryptString 2022 exportFileOverDue 2023 LongAnswer 2025 invalidGUID 2026 AnswerError 2027 QuestionNumErr 2028 IllegalVerificationCode 2033 BindErrorDev 2034 ExcedMaxBindNum 2035 notExist 2036 notSetMailBox 2038 codeError 2039 notSetPhoneNo 2046 2011 2017 2041 2042 2043 2044 2045 2189';

/**
 * What screens say (isapi.md 7 and 9.5, sadp.md 10) and what technicians ask (isapi.md 10), as people type it: in any
 * case and inflection, with slips of the finger.
 */
const TYPED: readonly [typed: string, article: ArticleId][] = [
  ['device does not exist', 'device-unknown'],
  ['the device is not registered', 'not-registered'],
  ['device offline', 'device-offline'],
  ['the device is offline', 'device-offline'],
  ['device error', 'device-error'],
  ['device did not respond', 'device-error'],
  ['request timed out', 'device-error'],
  ['verification code error', 'code-refused'],
  ['incorrect verification code', 'code-refused'],
  ['wrong verification code', 'code-refused'],
  ['adding failed', 'device-error'],
  ['device exception', 'device-error'],
  ['The device has been added by another account', 'added-by-other'],
  ['device already added by other user', 'added-by-other'],
  ['invalid serial number', 'serial-refused'],
  ['serial not valid', 'serial-refused'],
  ['the device is already in your account', 'own-already'],
  ['you have already added this device', 'own-already'],
  ['device is not online', 'device-offline'],
  ['serial number is empty', 'serial-refused'],
  ['service not enabled', 'cloud-off'],
  ['hik-connect is disabled', 'cloud-off'],
  ['устройство не существует', 'device-unknown'],
  ['устройство не зарегистрировано', 'not-registered'],
  ['устройство не в сети', 'device-offline'],
  ['устройство офлайн', 'device-offline'],
  ['ошибка устройства', 'device-error'],
  ['устройство не отвечает', 'device-error'],
  ['превышено время ожидания', 'device-error'],
  ['неверный код проверки', 'code-refused'],
  ['неправильный проверочный код', 'code-refused'],
  ['ошибка кода верификации', 'code-refused'],
  ['не удалось добавить', 'device-error'],
  ['устройство добавлено другим пользователем', 'added-by-other'],
  ['добавлен в другой аккаунт', 'added-by-other'],
  ['привязано к чужой учётке', 'added-by-other'],
  ['неверный серийный номер', 'serial-refused'],
  ['устройство уже добавлено в ваш аккаунт', 'own-already'],
  ['устройство уже добавлено', 'own-already'],
  ['служба не включена', 'cloud-off'],
  ['hik-connect выключен', 'cloud-off'],
  ['wrong password', 'wrong-password'],
  ['password error', 'wrong-password'],
  ['неверный пароль', 'wrong-password'],
  ['пароль не подходит', 'wrong-password'],
  ['locked', 'locked'],
  ['устройство заблокировано', 'locked'],
  ['device is locked 30 minutes', 'locked'],
  ['учетная запись заблокирована', 'locked'],
  ['отказано', 'denied'],
  ['operation failed', 'denied'],
  ['not activated', 'not-activated'],
  ['устройство не активировано', 'not-activated'],
  ['not supported', 'not-supported'],
  ['не поддерживается', 'not-supported'],
  ['device busy', 'device-busy'],
  ['устройство занято', 'device-busy'],
  ['insufficient permission', 'low-privilege'],
  ['недостаточно прав', 'low-privilege'],
  ['нет прав', 'low-privilege'],
  ['too many users', 'too-many-users'],
  ['превышено число пользователей', 'too-many-users'],
  ['reboot required', 'restart-needed'],
  ['требуется перезагрузка', 'restart-needed'],
  ['invalid xml', 'invalid-xml'],
  ['неверный формат xml', 'invalid-xml'],
  ['risk password', 'risk-password'],
  ['слабый пароль', 'risk-password'],
  ['which password', 'which-password'],
  ['какой пароль вводить', 'which-password'],
  ['no unbind button', 'no-unbind-button'],
  ['нет кнопки отвязать', 'no-unbind-button'],
  ['кнопка отвязать серая', 'no-unbind-button'],
  ['asks for a picture code', 'picture-code'],
  ['просит код с картинки', 'picture-code'],
  ['просит капчу', 'picture-code'],
  ['code from the label is refused', 'code-refused'],
  ['код с этикетки не подходит', 'code-refused'],
  ['enabled but not registered', 'not-registered'],
  ['включено но не регистрируется', 'not-registered'],
  ['пишет неверный xml', 'invalid-xml'],
  ['error 401 with the right password', 'other-program'],
  ['пароль верный а не пускает', 'other-program'],
  ['works in the browser but not here', 'browser-only'],
  ['в браузере входит а тут нет', 'browser-only'],
  ['green picture', 'picture-green'],
  ['картинка зеленая', 'picture-green'],
  ['success but still added by another account', 'still-bound'],
  ['пишет успешно а всё ещё привязано', 'still-bound'],
  ['locked what to do', 'locked'],
  ['factory reset', 'factory-reset'],
  ['сбросить на заводские', 'factory-reset'],
  ['поможет ли сброс', 'factory-reset'],
  ['заблокировано', 'locked'],
  ['заблакировано', 'locked'],
  ['зоблокировано', 'locked'],
  ['неверный праоль', 'wrong-password'],
  ['не актевировано', 'not-activated'],
  ['офлаин', 'device-offline'],
  ['добавленно другим пользователм', 'added-by-other'],
  ['серйиный номер неверный', 'serial-refused'],
  ['verificaton code eror', 'code-refused'],
  ['acount of another', 'added-by-other'],
  ['ofline', 'device-offline'],
  ['pasword wrong', 'wrong-password'],
  ['locekd', 'locked'],
  ['картинко зелёная', 'picture-green'],
  ['поддержка может отвязать?', 'support'],
  ['техподержка', 'support'],
  ['ПРЕЖНИЙ ВЛАДЕЛЕЦ', 'owner'],
  ['Офлайн', 'device-offline'],
  ['ezwiz', 'ezviz'],
  ['в эзвизе', 'ezviz'],
  ['ноутбук молчит', 'laptop-silent'],
  ['агент не на связи', 'laptop-silent'],
  ['нет в списке', 'not-found'],
  ['не вижу камеру', 'not-found'],
  ['device not in the list', 'not-found'],
  ['обмен ключами не удался', 'exchange-failed'],
  ['осталось 2 попытки', 'few-attempts'],
  ['2 attempts left', 'few-attempts'],
  ['пароль длиннее 16', 'password-shape'],
  ['password too long', 'password-shape'],
  ['устройство уже добавлено другим пользователем', 'added-by-other'],
  ['device already added by another user', 'added-by-other'],
];

describe('articles', () => {
  it('are there for every code of the cloud, the device and SADP', () => {
    const without = `${CLOUD} ${DEVICE} ${SADP}`.split(' ').filter((code) => leadOf(code) === null);
    expect(without).toEqual([]);
  });

  it('are there for every outcome of an unbind and every status but the good one', () => {
    const words = [...unbindOutcome.options, ...unbindStatus.options].filter(
      (word) => !['refused', 'can-unbind', 'unexpected'].includes(word),
    );
    expect(words.filter((word) => articleAbout(word) === null)).toEqual([]);
  });

  it('claim no code twice', () => {
    const codes = [...Object.values(ARTICLES).flat(), ...CODES.map(({ code }) => code)];
    expect(codes.length).toBe(new Set(codes).size);
  });

  it('have texts and words in both languages', () => {
    for (const texts of Object.values(resources)) {
      expect(Object.keys(texts.help.article).sort()).toEqual(Object.keys(ARTICLES).sort());
    }
    for (const texts of Object.values(resources))
      expect(Object.keys(texts.help.button).sort()).toEqual(Object.keys(ARTICLES).sort());
  });

  it('have signs of ideas that both languages have words for', () => {
    const ideas = Object.values(SIGNS).flatMap((signs) =>
      signs.flatMap((sign) => sign.replace(/^[+=]/, '').split(' ')),
    );
    expect(ideas.filter((idea) => !(IDEAS as readonly string[]).includes(idea))).toEqual([]);
    for (const words of [helpEn, helpRu]) expect(Object.keys(words).sort()).toEqual([...IDEAS].sort());
  });
});

/** Cases of the field that no source gives an answer to. There is no Russian text of a success. */
const SILENT: readonly string[] = ['отвязка выполнена успешно'];

describe('findHelp', () => {
  it.each(TYPED)('finds for %j the article %s, in any case', (typed, article) => {
    expect(articlesOf(find(typed))).toContain(article);
    expect(articlesOf(find(typed.toUpperCase()))).toContain(article);
  });

  describe.each(LANGUAGES)('in %s', (language) => {
    it.each(field.cases.map(({ said, expected }) => [said[language], expected] as const))(
      'is right about %j of the field',
      (said, expected) => {
        const told = articlesOf(find(said));
        if (SILENT.includes(said)) expect(told).toEqual([]);
        else expect(told.filter((article) => expected.includes(article))).not.toEqual([]);
      },
    );

    it.each([...heldOut[language], ...fresh[language]] as [string, string[]][])(
      'is never wrong about %j',
      (said, expected) => {
        const told = articlesOf(find(said));
        if (told.length > 0) expect(told.some((article) => expected.includes(article))).toBe(true);
      },
    );

    it.each(nothing[language])('tells nothing of %j', (said) => {
      expect(find(said).kind).toBe('unknown');
    });
  });

  it.each(CODES.map(({ code, leads }) => [code, leads] as const))(
    'takes %s bare, and in every form, for the same',
    (code, leads) => {
      expect(leadOf(code)).toEqual(leads);
      if (code.startsWith('0x')) expect(leadOf(code.toUpperCase().replace('0X', '0x0'))).toEqual(leads);
      if (!/^\d{5}$/.test(code)) return;
      for (const form of [
        `EVZ${code}`,
        `evz${code}`,
        `1${code}`,
        `error ${code}`,
        `код ошибки: ${code}`,
        `ошибка № ${code}!`,
      ])
        expect(find(form), form).toEqual(find(code));
    },
  );

  it.each([
    'камера 2019 года ошибка',
    'ошибка с 2024 года',
    'error on port 2024',
    'SADP version 2024',
    'скачал SADP 2019 года',
    'ошибка 192.168.20.24',
    'error 4.2024.1',
    'DS-2024 error',
    '2024',
  ])('takes no year, port, version, address or part of a serial for a code: %j', (said) => {
    expect(articlesOf(said === '2024' ? find('в квартире 2024') : find(said))).toEqual([]);
  });

  it.each([
    ['SADP 2024', ['wrong-password']],
    ['error 2024', ['wrong-password']],
    ['2024 ошибка', ['wrong-password']],
    ['приложение выдает 20013', ['added-by-other']],
    ['SADP 2009', ['denied']],
    ['hik-connect error 2009', ['device-offline']],
    ['EVZ2009', ['device-offline']],
  ])('takes a number beside its word, or with the tool, for a code: %j', (said, articles) => {
    expect(articlesOf(find(said))).toEqual(articles);
  });

  it('asks where a number with two meanings was seen', () => {
    expect(find('2009')).toMatchObject({ kind: 'two', asks: 'seen-where' });
    expect(find('ошибка 20024')).toMatchObject({ kind: 'two', asks: 'whose-list' });
  });

  it.each([
    'Unbind Succeeded, but it is still there',
    'Unbind not succeeded',
    'Unbind Succeeded а снова просит',
    'не Unbind Succeeded',
    'Success',
    'ok',
    '0',
    'unbound',
    'not-bound',
  ])('is no success: %j', (said) => {
    expect(articlesOf(find(said))).not.toContain('success-words');
  });

  it.each([
    ['9999', '9999'],
    ['EVZ29999', 'evz29999'],
    ['error 9999', '9999'],
    ['код ошибки 0x12ab', '0x12ab'],
    ['hunter2', null],
    ['123456', null],
    ['120099', '120099'],
    ['12345678', null],
    ['pin code 4821', null],
    ['код верификации 4821', null],
    ['кв 4821', null],
  ])('repeats of %j only a code given as one: %j', (said, code) => {
    expect(find(said)).toEqual({ kind: 'unknown', code });
  });

  it('repeats a bare number only behind the command', () => {
    expect(findHelp('9999', helpWords, 'answer')).toEqual(NOTHING);
  });

  it.each(['', 'xyzzy', 'constructor', '__proto__', '🤷', 'unknown', 'internal'])(
    'finds nothing for %j',
    (query) => {
      expect(find(query)).toEqual(NOTHING);
    },
  );

  it('throws on nothing, and gives back nothing of what was typed but a code', () => {
    const some = fc.constantFrom(
      ...Object.values(helpWords).flat(),
      'error',
      'код',
      '9999',
      '0x',
      'EVZ',
      "n't",
      '\u0451',
      '🤷',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.oneof(some, fc.string())).map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(text, fc.constantFrom('command' as const, 'answer' as const), (typed, at) => {
        const found = findHelp(typed, helpWords, at);
        if (found.kind === 'unknown' && found.code !== null) expect(found.code).toMatch(UNKNOWN_CODE);
      }),
    );
  });

  it('never repeats a password, whatever stands around it', () => {
    const secret = fc
      .tuple(
        fc.string({ unit: 'grapheme-ascii', minLength: 6, maxLength: 14 }),
        fc.constantFrom('Qx', 'zK', '!w'),
      )
      .map(([start, end]) => `${start.replace(/\s/g, '_')}${end}`);
    fc.assert(
      fc.property(
        secret,
        fc.constantFrom('', 'error', 'код', 'password'),
        fc.constantFrom('', 'SADP', 'EVZ'),
        (typed, before, after) => {
          const found = findHelp(`${before} ${typed} ${after}`, helpWords, 'command');
          if (found.kind === 'unknown' && found.code !== null) expect(typed).toContain(found.code);
          expect(JSON.stringify(found)).not.toContain(typed.toLowerCase());
        },
      ),
    );
  });
});
