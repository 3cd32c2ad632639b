import { describe, expect, it } from 'vitest';
import { resources } from '../../../locales/index.ts';
import { helpWords } from '../../../locales/words.ts';
import { unbindOutcome, unbindStatus } from '../../../src/link/messages.ts';
import { ARTICLES, articleAbout, findArticles } from '../../../src/policy/help.ts';

/** Codes of the protocol notes (isapi.md 7 and 9.5, sadp.md 10.1), as they are printed there. */
const CLOUD =
  '20002 102000 120002 20007 102003 102004 102009 20010 120010 105002 20011 20012 20013 120022 105001 20014 102007 20020 120020 105000 20023 20029 400001 400002';
const DEVICE =
  'ok riskPassword serviceUnavailable deviceBusy notSupport lowPrivilege badAuthorization methodNotAllowed invalidOperation notActivated theAccountIsNotActivated maxSessionUserLink loginPasswordError userNameLocked userLocked 0x40002090 badXmlFormat badParameters badXmlContent illegalVerificationCode invalidEZVIZSecretKey rebootRequired';
const SADP =
  'success failed 2009 PasswordError 2024 locked 2018 notActivated 2019 hasActivated 2021 riskPassword 2020 emptyEncryptString 2022 exportFileOverDue 2023 LongAnswer 2025 invalidGUID 2026 AnswerError 2027 QuestionNumErr 2028 IllegalVerificationCode 2033 BindErrorDev 2034 ExcedMaxBindNum 2035 notExist 2036 notSetMailBox 2038 codeError 2039 notSetPhoneNo 2046 2011 2017 2041 2042 2043 2044 2045 2189';

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

  it('takes short numbers for codes only where they stand alone', () => {
    expect(findArticles('0', helpWords)).toEqual(['success-words']);
    expect(findArticles('0 devices in the list', helpWords)[0]).toBe('not-found');
  });

  it.each(['', 'xyzzy', 'constructor', '__proto__', '🤷'])('finds nothing for %j', (query) => {
    expect(findArticles(query, helpWords)).toEqual([]);
  });
});
