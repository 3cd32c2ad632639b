import { describe, expect, it } from 'vitest';
import { resources } from '../../../locales/index.ts';
import { helpWords } from '../../../locales/words.ts';
import { unbindOutcome, unbindStatus } from '../../../src/link/messages.ts';
import { ARTICLES, type ArticleId, articleAbout, findArticles } from '../../../src/policy/help.ts';

/** Codes of the protocol notes (isapi.md 7 and 9.5, sadp.md 10.1), as they are printed there. */
const CLOUD =
  '20002 102000 120002 20007 102003 102004 102009 20010 120010 105002 20011 20012 20013 120022 105001 20014 102007 20020 120020 105000 20023 20029 400001 400002';
const DEVICE =
  'ok riskPassword serviceUnavailable deviceBusy notSupport lowPrivilege badAuthorization methodNotAllowed invalidOperation notActivated theAccountIsNotActivated maxSessionUserLink loginPasswordError userNameLocked userLocked 0x40002090 badXmlFormat badParameters badXmlContent illegalVerificationCode invalidEZVIZSecretKey rebootRequired';
const SADP =
  'success failed 2009 PasswordError 2024 locked 2018 notActivated 2019 hasActivated 2021 riskPassword 2020 emptyEncryptString 2022 exportFileOverDue 2023 LongAnswer 2025 invalidGUID 2026 AnswerError 2027 QuestionNumErr 2028 IllegalVerificationCode 2033 BindErrorDev 2034 ExcedMaxBindNum 2035 notExist 2036 notSetMailBox 2038 codeError 2039 notSetPhoneNo 2046 2011 2017 2041 2042 2043 2044 2045 2189';

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
  ['401 with the right password', 'other-program'],
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
    const without = `${CLOUD} ${DEVICE} ${SADP}`.split(' ').filter((code) => articleAbout(code) === null);
    expect(without).toEqual([]);
  });

  it('are there for every outcome of an unbind and every status but the good one', () => {
    const words = [...unbindOutcome.options, ...unbindStatus.options].filter(
      (word) => !['refused', 'can-unbind', 'unexpected'].includes(word),
    );
    expect(words.filter((word) => articleAbout(word) === null)).toEqual([]);
  });

  it('claim no code twice', () => {
    const codes = Object.values(ARTICLES).flat();
    expect(codes.length).toBe(new Set(codes).size);
  });

  it('have texts and words in both languages', () => {
    for (const texts of Object.values(resources)) {
      expect(Object.keys(texts.help.article).sort()).toEqual(Object.keys(ARTICLES).sort());
    }
    expect(Object.keys(helpWords).sort()).toEqual(Object.keys(ARTICLES).sort());
  });
});

describe('findArticles', () => {
  it.each([
    ['20013', 'added-by-other'],
    ['error code: 0x40002090', 'locked'],
    ['Password Error', 'wrong-password'],
    ['PasswordError', 'wrong-password'],
    ['added by another account', 'added-by-other'],
    ['the device is locked', 'locked'],
    ['какой пароль нужен', 'which-password'],
    ['нет кнопки отвязать', 'no-unbind-button'],
    ['добавлено в другую учётную запись', 'added-by-other'],
    ['устройство заблокировано', 'locked'],
    ['сброс на заводские поможет?', 'factory-reset'],
    ['зелёная картинка', 'picture-green'],
    ['не вижу устройство в списке', 'not-found'],
    ['капча', 'picture-code'],
  ])('finds for %j the article %s first', (query, article) => {
    expect(findArticles(query, helpWords)[0]).toBe(article);
  });

  it.each(TYPED)('finds for %j the article %s first', (typed, article) => {
    expect(findArticles(typed, helpWords)[0]).toBe(article);
    expect(findArticles(typed.toUpperCase(), helpWords)[0]).toBe(article);
  });

  it('can be asked for every article in words', () => {
    for (const [id, words] of Object.entries(helpWords)) {
      expect(findArticles(words.join(' ').slice(0, 300), helpWords), id).toContain(id);
    }
  });

  it('takes short numbers for codes only where they stand alone', () => {
    expect(findArticles('0', helpWords)).toEqual(['success-words']);
    expect(findArticles('0 devices in the list', helpWords)[0]).toBe('not-found');
  });

  it.each(['', 'xyzzy', 'constructor', '__proto__', '🤷'])('finds nothing for %j', (query) => {
    expect(findArticles(query, helpWords)).toEqual([]);
  });
});
