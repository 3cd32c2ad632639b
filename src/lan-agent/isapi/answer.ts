/** What an HTTP answer means for us: login state and errors (protocol/isapi.md 6.1, 7). Pure. */
import { digits } from '../sadp/message.ts';
import { flagAt } from './documents.ts';
import { type IsapiElement, textAt } from './read-document.ts';

/** A number no device means is as good as none. */
const MOST_ATTEMPTS = 1000;
const MOST_LOCK_SECONDS = 7 * 24 * 3600;
/** Password attempts used up; this one has a number, but no name (7). */
const ATTEMPTS_USED_UP = String(0x40002090);

/** Why the device does not do what was asked, apart from the login. */
export type IsapiRefusal =
  | 'busy'
  | 'not-supported'
  | 'no-permission'
  | 'bad-request'
  | 'verification-code-refused'
  | 'restart-needed'
  | 'other';

export type IsapiAnswer =
  | { readonly kind: 'ok' }
  /** No credentials were sent, so nothing is said about them. */
  | { readonly kind: 'challenge'; readonly attemptsLeft: number | null }
  | { readonly kind: 'wrong-password'; readonly attemptsLeft: number | null }
  /** `lockSeconds`: null where the device does not say them readably. */
  | { readonly kind: 'locked'; readonly lockSeconds: number | null; readonly attemptsLeft: number | null }
  | { readonly kind: 'not-activated' }
  | { readonly kind: 'refused'; readonly why: IsapiRefusal };

const LOCKED = ['usernamelocked', 'userlocked'];
const NOT_ACTIVATED = ['notactivated', 'theaccountisnotactivated'];
const WRONG_PASSWORD = ['badauthorization', 'loginpassworderror'];
/** By sub code, in lower case: numbers disagree with names on real devices (7). */
const REFUSALS: ReadonlyMap<string, IsapiRefusal> = new Map([
  ['devicebusy', 'busy'],
  ['serviceunavailable', 'busy'],
  ['maxsessionuserlink', 'busy'],
  ['notsupport', 'not-supported'],
  ['lowprivilege', 'no-permission'],
  ['methodnotallowed', 'bad-request'],
  ['badxmlformat', 'bad-request'],
  ['badparameters', 'bad-request'],
  ['badxmlcontent', 'bad-request'],
  ['illegalverificationcode', 'verification-code-refused'],
  ['invalidezvizsecretkey', 'verification-code-refused'],
  ['rebootrequired', 'restart-needed'],
]);

/**
 * Judges an answer by its status and body. The body counts even with 200: an error can arrive inside (7).
 * @param root the body, null when it could not be read
 * @param sent `credentials` with a nonce that was fetched for the request: then a 401 is a wrong password
 */
export function judge(
  status: number,
  root: IsapiElement | null,
  sent: 'credentials' | 'nothing',
): IsapiAnswer {
  if (!root) return bare(status, sent, null);
  const subCode = textAt(root, 'subStatusCode')?.toLowerCase() ?? '';
  const attemptsLeft = count(root, ['retryLoginTime', 'retryTimes'], MOST_ATTEMPTS);
  // userCheck repeats the status inside, where an error counts even with 200.
  const inner = status === 200 ? (digits(textAt(root, 'statusValue')) ?? status) : status;
  if (inner === 200 && isFine(root, subCode)) return { kind: 'ok' };
  if (flagAt(root, 'isActivated') === false || NOT_ACTIVATED.includes(subCode)) {
    return { kind: 'not-activated' };
  }
  // `lock` in captures, `locked` in the vendor's guide.
  const lockWord = textAt(root, 'lockStatus')?.toLowerCase() ?? '';
  const usedUp = textAt(root, 'errorCode') === ATTEMPTS_USED_UP;
  if (['lock', 'locked'].includes(lockWord) || LOCKED.includes(subCode) || usedUp) {
    const told = count(root, ['unlockTime', 'resLockTime'], MOST_LOCK_SECONDS);
    return { kind: 'locked', lockSeconds: told || null, attemptsLeft };
  }
  const refusal = REFUSALS.get(subCode);
  const isLogin = inner === 401 || WRONG_PASSWORD.includes(subCode);
  return isLogin ? bare(401, sent, attemptsLeft) : { kind: 'refused', why: refusal ?? unnamed(inner) };
}

/** Neither 0 nor 1 is an error, and `riskPassword` only remarks on the password (7). */
function isFine(root: IsapiElement, subCode: string): boolean {
  const code = textAt(root, 'statusCode');
  return (
    (code === null || ['0', '1'].includes(code)) &&
    (subCode === '' || ['ok', 'riskpassword'].includes(subCode))
  );
}

function bare(status: number, sent: 'credentials' | 'nothing', attemptsLeft: number | null): IsapiAnswer {
  if (status === 200) return { kind: 'ok' };
  if (status !== 401) return { kind: 'refused', why: unnamed(status) };
  return { kind: sent === 'credentials' ? 'wrong-password' : 'challenge', attemptsLeft };
}

/** A path that the firmware does not know is 404, whether or not a body says so. */
function unnamed(status: number): IsapiRefusal {
  return status === 404 ? 'not-supported' : 'other';
}

function count(root: IsapiElement, names: readonly string[], most: number): number | null {
  const numbers = names.map((name) => digits(textAt(root, name)));
  return numbers.find((number) => number !== null && number <= most) ?? null;
}

/** A time in seconds as SADP counts it; null stays unknown. */
export function wholeMinutes(seconds: number | null): number | null {
  return seconds === null ? null : Math.ceil(seconds / 60);
}
