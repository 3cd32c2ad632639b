/**
 * What went wrong, and which article explains it. Every code and word the protocol notes list leads to exactly one
 * article; `help:article.<id>` holds its texts.
 */

/** Articles and the codes that lead to them, in lower case. */
export const ARTICLES = {
  // Cloud and app (protocol/isapi.md 9.5)
  'added-by-other': ['20013', '20022', '120022', '105001', 'binderrordev', '2034'],
  'own-already': ['20017', '20020', '120020', '105000', '20029'],
  'device-offline': ['20007', '102003', 'cloud-offline'],
  'cloud-off': ['cloud-disabled'],
  'not-registered': [],
  'device-unknown': ['20002', '102000', '120002'],
  'device-error': ['20008', '102004', '102009', '20011', '20012'],
  'code-refused': [
    '20010',
    '120010',
    '105002',
    '2033',
    '2189',
    'illegalverificationcode',
    'invalidezvizsecretkey',
    '0x6000005a',
    '0x60001034',
  ],
  'serial-refused': ['20014', '102007', '400001', '400002'],
  // Passwords and locks (protocol/sadp.md 10, isapi.md 6 and 7)
  'which-password': [],
  'wrong-password': [
    'passworderror',
    '2024',
    'wrong-password',
    'badauthorization',
    '0x40000003',
    'loginpassworderror',
    '0x4000000c',
    '0x60000061',
    'unauthorized',
  ],
  denied: [
    'failed',
    '2009',
    'denied',
    'invalidoperation',
    '0x40000006',
    'status-refused',
    'status-unexpected',
  ],
  locked: [
    'locked',
    'lock',
    '2018',
    'usernamelocked',
    'userlocked',
    '0x40001a19',
    '0x40002090',
    'lock-running',
    'after-lock',
    'lock-assumed',
  ],
  'few-attempts': ['few-attempts', 'try-used', 'ledger-unreadable'],
  'password-shape': [
    'password-empty',
    'password-too-long',
    'password-not-utf8',
    'password-has-control-character',
    'password-unread',
    'abandoned',
    'no-terminal',
  ],
  'risk-password': ['riskpassword', '2020', '0x10000002'],
  'other-program': ['401'],
  'browser-only': [],
  // The device
  'not-activated': [
    'notactivated',
    '2019',
    'theaccountisnotactivated',
    'not-activated',
    '0x40000007',
    '0x0020000f',
  ],
  'not-supported': [
    'notsupport',
    '0x40000001',
    'methodnotallowed',
    '0x40000004',
    'unanswered',
    'no-driver',
    'no-mac',
    'ambiguous-digest',
    '404',
  ],
  'device-busy': ['serviceunavailable', '0x20000002', 'devicebusy', '0x20000004', 'busy', '503'],
  'low-privilege': ['lowprivilege', '0x40000002', '403'],
  'too-many-users': ['maxsessionuserlink', '0x4000000b'],
  'restart-needed': ['rebootrequired', '0x70000001'],
  'invalid-xml': ['badxmlformat', '0x50000001', 'badparameters', '0x60000001', 'badxmlcontent', '0x60000003'],
  'other-command': [
    'hasactivated',
    '2021',
    'emptyencryptstring',
    '2022',
    'exportfileoverdue',
    '2023',
    'longanswer',
    '2025',
    'invalidguid',
    '2026',
    'answererror',
    '2027',
    'questionnumerr',
    '2028',
    'excedmaxbindnum',
    '2035',
    'notexist',
    '2036',
    'notsetmailbox',
    '2038',
    'codeerror',
    '2039',
    'notsetphoneno',
    '2046',
  ],
  'tool-fault': ['2017', '2041', '2042', '2043', '2044', '2045'],
  // On the site
  'not-found': ['not-found'],
  'no-unbind-button': [],
  'picture-code': ['challenge-failed', 'challenge-expired', 'challenge-abandoned'],
  'still-bound': [
    'accepted-unconfirmed',
    'unknown',
    '2011',
    'no-reply',
    'unreadable-reply',
    'unexpected-word',
    'earlier-attempt',
  ],
  'success-words': ['success', '0', 'ok', '0x1', 'unbound', 'not-bound'],
  'factory-reset': [],
  'picture-green': [],
  // Laptop and agent
  'laptop-silent': [
    'agent-offline',
    'agent-unknown',
    'not-yours',
    'not-seen-by-agent',
    'interrupted',
    'expired',
  ],
  'exchange-failed': ['exchange-unanswered', 'exchange-refused', 'exchange-unreadable'],
  'two-devices': [
    'spoofed-exchange',
    'ambiguous-device',
    'flooded',
    'slow-device',
    'no-direct-cable',
    'late-answer',
  ],
  'laptop-stopped': [
    'journal-unwritable',
    'internal',
    'send-failed',
    'permit-refused',
    'cancelled',
    'case-closed',
    'confirm-mismatch',
  ],
  // Whose device it is
  support: [],
  ezviz: [],
  owner: [],
  // What else a number or a screen says
  'not-added': ['20021', '20023'],
  'account-region': ['1100'],
  'platform-names': [],
  'forgotten-password': [],
  'unlock-pattern': [],
  'address-banned': ['0x01400006'],
  'firmware-needed': ['60050'],
  'firmware-refused': [],
  'tool-administrator': ['2040'],
  'tool-busy': ['2050', '2055'],
  'tool-login': ['2053'],
  'tool-cannot': ['2051', '2054'],
  'two-networks': [],
  'app-page': [],
  region: [],
  'partner-app': [],
  'alarm-panel': [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ArticleId = keyof typeof ARTICLES;
export const ARTICLE_IDS = Object.keys(ARTICLES) as readonly ArticleId[];

/** Most articles one search gives. */
const MOST_FOUND = 3;
/** Longest query looked at, characters. */
const MAX_QUERY = 300;

/** What is a code even among other words: three digits, or a word nobody uses in a sentence. */
const IS_CODE = /\d{3}|-|.{9}/;

const BY_CODE: ReadonlyMap<string, ArticleId> = new Map(
  (Object.entries(ARTICLES) as [ArticleId, readonly string[]][]).flatMap(([id, codes]) =>
    codes.map((code) => [code, id] as const),
  ),
);

/** The article about an outcome, a reason or a code as a program writes it; null: none is known. */
export function articleAbout(code: string): ArticleId | null {
  return BY_CODE.get(code.toLowerCase()) ?? null;
}

/**
 * Articles for a typed message, best first: a code in it decides, else the words in it. `words` holds beginnings of
 * words per article (locales), or of several words in a row; what few articles share weighs more.
 */
export function findArticles(query: string, words: Readonly<Record<string, readonly string[]>>): ArticleId[] {
  const tokens = tokensOf(query.slice(0, MAX_QUERY));
  // Short numbers and everyday words are codes only where they stand alone.
  const candidates =
    tokens.length === 1 ? tokens : [...tokens.filter((token) => IS_CODE.test(token)), ...pairOf(tokens)];
  const codes = [...new Set(candidates.flatMap((token) => BY_CODE.get(token) ?? []))];
  if (codes.length > 0) return codes.slice(0, MOST_FOUND);

  const weights = new Map<string, number>();
  for (const list of Object.values(words))
    for (const word of list) weights.set(word, (weights.get(word) ?? 0) + 1);
  const scored = ARTICLE_IDS.map((id) => ({ id, score: score(tokens, words[id] ?? [], weights) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  const best = scored[0]?.score ?? 0;
  return scored
    .filter(({ score }) => score >= best * 0.6)
    .map(({ id }) => id)
    .slice(0, MOST_FOUND);
}

function score(
  tokens: readonly string[],
  words: readonly string[],
  weights: ReadonlyMap<string, number>,
): number {
  return words.reduce((sum, phrase) => {
    const row = phrase.split(' ');
    const likenesses = tokens.map((_, at) =>
      Math.min(...row.map((word, step) => likeness(tokens[at + step], word))),
    );
    return sum + (Math.max(0, ...likenesses) * row.length) / (weights.get(phrase) ?? 1);
  }, 0);
}

/** Shortest beginning in which one slip is forgiven, characters: shorter ones turn into other words. */
const MIN_SLIP = 5;
/** What a word with a slip is worth beside one without. */
const SLIP = 0.6;

/** 1 when the token begins with the word, less when one letter is missing, too much, wrong or swapped with the next. */
function likeness(token: string | undefined, word: string): number {
  if (token === undefined) return 0;
  if (token.startsWith(word)) return 1;
  if (word.length < MIN_SLIP || token.length < word.length - 1) return 0;
  for (let at = 0; at < word.length; at++) {
    if (token[at] === word[at]) continue;
    const rest = word.slice(at + 1);
    const swapped = token[at] === word[at + 1] && token[at + 1] === word[at];
    const slipped =
      token.startsWith(rest, at) ||
      token.startsWith(word.slice(at), at + 1) ||
      token.startsWith(rest, at + 1) ||
      (swapped && token.startsWith(word.slice(at + 2), at + 2));
    return slipped ? SLIP : 0;
  }
  return 0;
}

function tokensOf(text: string): string[] {
  const plain = text
    .toLowerCase()
    .normalize('NFC')
    .replace(/\u0451/g, '\u0435');
  return plain.match(/[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*/gu) ?? [];
}

/** `Password Error` is `PasswordError` to the device; in a longer sentence two words are just words. */
function pairOf(tokens: readonly string[]): string[] {
  return tokens.length === 2 ? [tokens.join('')] : [];
}
