import { type IsapiAnswer, judge } from './answer.ts';
import { chooseDigest, type DigestChoice, parseChallenges } from './challenge.ts';
import { authorize, type Login } from './digest.ts';
import { get, type HttpAnswer, type HttpFailure, type Origin } from './http.ts';
import type { Pins } from './pins.ts';
import { type IsapiElement, readDocument } from './read-document.ts';
import type { Site } from './site.ts';

/** With so few left, a login is not worth one (protocol/isapi.md 11). */
const FEW_ATTEMPTS = 2;

/** What a device has told about one path. */
export type Told =
  /** Let in; the document is null where it cannot be read. */
  | { readonly kind: 'ok'; readonly root: IsapiElement | null }
  | Exclude<IsapiAnswer, { readonly kind: 'ok' | 'challenge' }>
  | { readonly kind: 'no-answer'; readonly why: HttpFailure }
  /** By its challenge the device has two attempts left or fewer; no login was sent. */
  | { readonly kind: 'few-attempts'; readonly attemptsLeft: number }
  /** None of these schemes may be used: Basic would carry the password itself. No login was sent. */
  | { readonly kind: 'no-digest'; readonly offered: readonly string[] }
  /** `beforeLogin` said no. */
  | { readonly kind: 'not-permitted' };

export interface AskOptions {
  readonly signal: AbortSignal;
  /** Called before the login to each path, last of all; false keeps it from being sent. */
  readonly beforeLogin?: () => Promise<boolean>;
}

/**
 * Asks one device for one path after another with the same login, which stays its caller's to zero. Each path gets a
 * fresh challenge and ONE login; the only repeat is the one that `stale=true` asks for (protocol/isapi.md 5.3, rules 6
 * and 7). Whoever hears `wrong-password` or `locked` asks no further: the next path would be a second attempt.
 */
export function askWithLogin(
  site: Site,
  pins: Pins,
  login: Login,
  { signal, beforeLogin }: AskOptions,
): (path: string) => Promise<Told> {
  let origin: Origin | null = null;
  return async (path) => {
    const opened = await open(site, pins, origin, path, signal);
    if ('kind' in opened) return opened;
    origin = opened.origin;
    const target = opened.origin;
    const logIn = (choice: DigestChoice) => get(target, path, authorize(choice, login, path), signal);

    const first = next(opened.answer);
    if ('kind' in first) return first;
    if (beforeLogin && !(await beforeLogin())) return { kind: 'not-permitted' };
    const answer = await logIn(first);
    if (!answer.ok) return noAnswer(answer.failure);
    if (!isStale(answer.value)) return conclude(answer.value);

    const again = next(answer.value);
    if ('kind' in again) return again;
    const last = await logIn(again);
    return last.ok ? conclude(last.value) : noAnswer(last.failure);
  };
}

/**
 * Asks without credentials, over HTTPS where the device has it. Plain HTTP, with digest only, is the way out for
 * devices whose TLS is too old, but not for one that had HTTPS before: whoever blocks it would get to listen.
 * @param before where the path before this one was answered: the others go there too
 */
async function open(
  site: Site,
  pins: Pins,
  before: Origin | null,
  path: string,
  signal: AbortSignal,
): Promise<{ readonly origin: Origin; readonly answer: HttpAnswer } | Told> {
  const { address, from, httpPort, httpsPort, shortSerial, tap } = site;
  if (before === null && httpsPort !== null && shortSerial !== null) {
    const known = await pins.known(shortSerial);
    if (!known.ok) return noAnswer('certificates-unreadable');
    let pin = known.value;
    const trust = async (fingerprint: string): Promise<HttpFailure | null> => {
      if (pin !== null) return pin === fingerprint ? null : 'certificate-changed';
      pin = fingerprint;
      return (await pins.keep(shortSerial, fingerprint)).ok ? null : 'certificates-unreadable';
    };
    const origin = { address, from, port: httpsPort, trust, tap };
    const answer = await get(origin, path, null, signal);
    if (answer.ok) return { origin, answer: answer.value };
    if (pin !== null) return noAnswer(answer.failure);
  }
  const origin = before ?? { address, from, port: httpPort, trust: null, tap };
  const answer = await get(origin, path, null, signal);
  return answer.ok ? { origin, answer: answer.value } : noAnswer(answer.failure);
}

/** A challenge to answer, or what the answer says already: a lock is told without a login too. */
function next(answer: HttpAnswer): DigestChoice | Told {
  const root = rootOf(answer);
  const judged = judge(answer.status, root, 'nothing');
  if (judged.kind === 'ok') return { kind: 'ok', root };
  if (judged.kind !== 'challenge') return judged;
  const { attemptsLeft } = judged;
  if (attemptsLeft !== null && attemptsLeft <= FEW_ATTEMPTS) return { kind: 'few-attempts', attemptsLeft };
  const choice = chooseDigest(parseChallenges(answer.challenges));
  return choice.ok ? choice.value : { kind: 'no-digest', offered: choice.failure.offered };
}

function isStale(answer: HttpAnswer): boolean {
  return answer.status === 401 && parseChallenges(answer.challenges).digest.some(({ stale }) => stale);
}

/** What the answer to a login says; with credentials sent, a 401 is a wrong password and no challenge. */
function conclude(answer: HttpAnswer): Told {
  const root = rootOf(answer);
  const judged = judge(answer.status, root, 'credentials');
  if (judged.kind === 'ok') return { kind: 'ok', root };
  return judged.kind === 'challenge' ? { ...judged, kind: 'wrong-password' } : judged;
}

function rootOf({ body }: HttpAnswer): IsapiElement | null {
  const root = readDocument(body);
  return root.ok ? root.value : null;
}

function noAnswer(why: HttpFailure): Told {
  return { kind: 'no-answer', why };
}
