import { limit } from '../limit.ts';
import { checkPassword } from '../sadp/envelope.ts';
import type { Counters } from '../sadp/reply.ts';
import { judge } from './answer.ts';
import { chooseDigest, type DigestChoice, parseChallenges } from './challenge.ts';
import { authorize, type Login } from './digest.ts';
import { readEzviz } from './documents.ts';
import { get, type HttpAnswer, type HttpFailure, type Origin } from './http.ts';
import type { Pins } from './pins.ts';
import { type IsapiElement, readDocument } from './read-document.ts';
import { PROOF_MS, type Site } from './site.ts';

const PATH = '/ISAPI/System/Network/EZVIZ';
/** With so few left, the login is not worth one (protocol/isapi.md 11). */
const FEW_ATTEMPTS = 2;

/** Why the device's web server did not settle whether it is bound. */
export type ProofGap =
  | HttpFailure
  | 'no-password'
  | 'few-attempts'
  /** Nothing was offered that may be used: Basic would carry the password itself. */
  | 'no-digest'
  | 'refused'
  /** Read, but without a word about the binding, as on most firmware. */
  | 'not-said';

/** What a look at the binding over HTTP brought. `wrong-password` and `locked` are the device's own words. */
export type Proof =
  | { readonly kind: 'not-bound' }
  | { readonly kind: 'bound' }
  | { readonly kind: 'unknown'; readonly why: ProofGap }
  | ({ readonly kind: 'wrong-password' } & Counters)
  | { readonly kind: 'locked'; readonly lockMinutes: number }
  | { readonly kind: 'not-activated' };

/**
 * Reads the binding with ONE digest login. Only for a password that the device has accepted already: then a failure
 * here cannot be a second attempt with a wrong one. The only repeat is the one that `stale=true` asks for; any other
 * 401 to a login ends it (protocol/isapi.md 5.3, rule 7).
 * @param login the password is taken over and zeroed on every path, so the same login cannot be used twice
 */
export async function readProof(site: Site, pins: Pins, login: Login, signal: AbortSignal): Promise<Proof> {
  const over = limit(PROOF_MS, signal);
  try {
    // A zeroed password means that the login has been used.
    if (!checkPassword(login.password).ok) return unknown('no-password');
    return await prove(site, pins, login, over.signal);
  } finally {
    over.end();
    login.password.fill(0);
  }
}

async function prove(site: Site, pins: Pins, login: Login, signal: AbortSignal): Promise<Proof> {
  const opened = await open(site, pins, signal);
  if ('kind' in opened) return opened;
  const { origin } = opened;
  const logIn = (choice: DigestChoice) => get(origin, PATH, authorize(choice, login, PATH), signal);

  const first = next(opened.answer);
  if ('kind' in first) return first;
  const answer = await logIn(first);
  if (!answer.ok) return unknown(answer.failure);
  if (!isStale(answer.value)) return conclude(answer.value, 'credentials');

  const again = next(answer.value);
  if ('kind' in again) return again;
  const last = await logIn(again);
  return last.ok ? conclude(last.value, 'credentials') : unknown(last.failure);
}

/**
 * Asks without credentials, over HTTPS where the device has it. Plain HTTP, with digest only, is the way out for
 * devices whose TLS is too old, but not for one that had HTTPS before: whoever blocks it would get to listen.
 */
async function open(
  site: Site,
  pins: Pins,
  signal: AbortSignal,
): Promise<{ readonly origin: Origin; readonly answer: HttpAnswer } | Proof> {
  const { address, from, httpPort, httpsPort, shortSerial, tap } = site;
  if (httpsPort !== null && shortSerial !== null) {
    const known = await pins.known(shortSerial);
    if (!known.ok) return unknown('certificates-unreadable');
    let pin = known.value;
    const trust = async (fingerprint: string): Promise<HttpFailure | null> => {
      if (pin !== null) return pin === fingerprint ? null : 'certificate-changed';
      pin = fingerprint;
      return (await pins.keep(shortSerial, fingerprint)).ok ? null : 'certificates-unreadable';
    };
    const origin = { address, from, port: httpsPort, trust, tap };
    const answer = await get(origin, PATH, null, signal);
    if (answer.ok) return { origin, answer: answer.value };
    if (pin !== null) return unknown(answer.failure);
  }
  const origin = { address, from, port: httpPort, trust: null, tap };
  const answer = await get(origin, PATH, null, signal);
  return answer.ok ? { origin, answer: answer.value } : unknown(answer.failure);
}

/** A challenge to answer, or what the answer says already: a lock is told without a login too. */
function next(answer: HttpAnswer): DigestChoice | Proof {
  const judged = judge(answer.status, rootOf(answer), 'nothing');
  if (judged.kind !== 'challenge') return conclude(answer, 'nothing');
  if (judged.attemptsLeft !== null && judged.attemptsLeft <= FEW_ATTEMPTS) return unknown('few-attempts');
  const choice = chooseDigest(parseChallenges(answer.challenges));
  return choice.ok ? choice.value : unknown('no-digest');
}

function isStale(answer: HttpAnswer): boolean {
  return answer.status === 401 && parseChallenges(answer.challenges).digest.some(({ stale }) => stale);
}

function conclude(answer: HttpAnswer, sent: 'credentials' | 'nothing'): Proof {
  const root = rootOf(answer);
  const judged = judge(answer.status, root, sent);
  switch (judged.kind) {
    case 'ok': {
      const bind = (root && readEzviz(root))?.bind ?? 'unknown';
      return bind === 'unknown' ? unknown('not-said') : { kind: bind };
    }
    case 'wrong-password':
      return { kind: 'wrong-password', attemptsLeft: judged.attemptsLeft, lockMinutes: null };
    case 'locked':
      return { kind: 'locked', lockMinutes: Math.ceil(judged.lockSeconds / 60) };
    case 'not-activated':
      return { kind: 'not-activated' };
    case 'challenge':
    case 'refused':
      return unknown('refused');
  }
}

function rootOf({ body }: HttpAnswer): IsapiElement | null {
  const root = readDocument(body);
  return root.ok ? root.value : null;
}

function unknown(why: ProofGap): Proof {
  return { kind: 'unknown', why };
}
