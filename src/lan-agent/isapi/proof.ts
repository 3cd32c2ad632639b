import { limit } from '../limit.ts';
import { checkPassword } from '../sadp/envelope.ts';
import type { Counters } from '../sadp/reply.ts';
import { PROOF_MS } from '../times.ts';
import { wholeMinutes } from './answer.ts';
import { askWithLogin, type Told } from './ask.ts';
import type { Login } from './digest.ts';
import { EZVIZ_PATH, readEzviz } from './documents.ts';
import type { HttpFailure } from './http.ts';
import type { Pins } from './pins.ts';
import type { Site } from './site.ts';

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
  | { readonly kind: 'locked'; readonly lockMinutes: number | null }
  | { readonly kind: 'not-activated' };

/**
 * Reads the binding with ONE digest login. Only for a password that the device has accepted already: then a failure
 * here cannot be a second attempt with a wrong one.
 * @param login the password is taken over and zeroed on every path, so the same login cannot be used twice
 */
export async function readProof(site: Site, pins: Pins, login: Login, signal: AbortSignal): Promise<Proof> {
  const over = limit(PROOF_MS, signal);
  try {
    // A zeroed password means that the login has been used.
    if (!checkPassword(login.password).ok) return unknown('no-password');
    return conclude(await askWithLogin(site, pins, login, over)(EZVIZ_PATH));
  } finally {
    over.end();
    login.password.fill(0);
  }
}

function conclude(told: Told): Proof {
  switch (told.kind) {
    case 'ok': {
      const bind = (told.root && readEzviz(told.root))?.bind ?? 'unknown';
      return bind === 'unknown' ? unknown('not-said') : { kind: bind };
    }
    case 'wrong-password':
      return { kind: 'wrong-password', attemptsLeft: told.attemptsLeft, lockMinutes: null };
    case 'locked':
      return { kind: 'locked', lockMinutes: wholeMinutes(told.lockSeconds) };
    case 'not-activated':
      return { kind: 'not-activated' };
    case 'no-answer':
      return unknown(told.why);
    case 'few-attempts':
    case 'no-digest':
      return unknown(told.kind);
    case 'refused':
    case 'not-permitted':
      return unknown('refused');
  }
}

function unknown(why: ProofGap): Proof {
  return { kind: 'unknown', why };
}
