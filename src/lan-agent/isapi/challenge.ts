/** What `WWW-Authenticate` asks for (protocol/isapi.md 5.2, 5.3). Header texts are bytes, one character each (latin1). */
import { fail, ok, type Result } from '../../kernel/result.ts';

/** Most characters of all header values that are looked at; real ones have about two hundred each. */
const MAX_LENGTH = 8192;
/** Schemes that are named to a person. */
const MAX_OFFERED = 8;

export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  /** As the device wrote it; null = not named, which means MD5. */
  readonly algorithm: string | null;
  /** In lower case; empty = none offered, the style of RFC 2069. */
  readonly qop: readonly string[];
  /** An empty one is sent back as it is. */
  readonly opaque: string | null;
  readonly domain: string | null;
  /** The nonce was too old: the password has not been judged. */
  readonly stale: boolean;
}

export interface Challenges {
  readonly digest: readonly DigestChallenge[];
  /** Known so that it can be named, never answered: it would carry the password itself. */
  readonly basic: { readonly realm: string } | null;
  /** Names of all schemes, in lower case. */
  readonly schemes: readonly string[];
}

/** The digest challenge to answer, and how. */
export interface DigestChoice {
  readonly challenge: DigestChallenge;
  readonly hash: 'md5' | 'sha256';
  readonly qop: 'auth' | null;
}

/** Hashes by the name of the algorithm in lower case; `SHA256` is a spelling of devices. */
const HASHES: ReadonlyMap<string, DigestChoice['hash']> = new Map([
  ['md5', 'md5'],
  ['sha-256', 'sha256'],
  ['sha256', 'sha256'],
]);

/**
 * Reads all challenges of all headers: several in one header, quoted strings with commas and escapes, unquoted values,
 * scheme names in any case. What is none is skipped. Never throws, linear in the length.
 */
export function parseChallenges(headers: readonly string[]): Challenges {
  const found = headers.flatMap((header) => split(header.slice(0, MAX_LENGTH)));
  const basic = found.find(({ scheme }) => scheme === 'basic');
  return {
    digest: found.flatMap(({ scheme, values }) => (scheme === 'digest' ? digestOf(values) : [])),
    basic: basic ? { realm: basic.values.get('realm') ?? '' } : null,
    schemes: [...new Set(found.map(({ scheme }) => scheme))],
  };
}

/**
 * Chooses SHA-256 before MD5, `qop=auth` where a qop is offered.
 * @returns the schemes that were offered when none of them can be used: there is no fallback
 */
export function chooseDigest(
  challenges: Challenges,
): Result<DigestChoice, { readonly offered: readonly string[] }> {
  const usable = challenges.digest.flatMap((challenge): DigestChoice[] => {
    const hash = HASHES.get(challenge.algorithm?.toLowerCase() ?? 'md5');
    const qop = challenge.qop.includes('auth') ? 'auth' : null;
    return hash === undefined || (qop === null && challenge.qop.length > 0) ? [] : [{ challenge, hash, qop }];
  });
  const best = usable.find(({ hash }) => hash === 'sha256') ?? usable[0];
  return best ? ok(best) : fail({ offered: challenges.schemes.slice(0, MAX_OFFERED) });
}

interface RawChallenge {
  readonly scheme: string;
  readonly values: Map<string, string>;
}

const GAP = /[\s,]+/y;
const WORD = /[!#$%&'*+\-.^`|~\w]+/y;
const EQUALS = /[ \t]*=[ \t]*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;
/** Wider than a token: nonces with colons and slashes come without quotes too. */
const BARE = /[^\s,"]+/y;

/** A word before `=` is a parameter of the challenge before it, any other word begins a new one. */
function split(header: string): RawChallenge[] {
  const found: RawChallenge[] = [];
  let at = 0;
  const take = (shape: RegExp): RegExpExecArray | null => {
    shape.lastIndex = at;
    const match = shape.exec(header);
    if (match) at = shape.lastIndex;
    return match;
  };
  while (at < header.length) {
    if (take(GAP)) continue;
    const word = take(WORD)?.[0].toLowerCase();
    if (word === undefined) at += 1;
    else if (!take(EQUALS)) found.push({ scheme: word, values: new Map() });
    else {
      const quoted = take(QUOTED)?.[1]?.replace(/\\(.)/gs, '$1');
      const value = quoted ?? take(BARE)?.[0] ?? '';
      const values = found.at(-1)?.values;
      if (values && !values.has(word)) values.set(word, value);
    }
  }
  return found;
}

function digestOf(values: ReadonlyMap<string, string>): DigestChallenge[] {
  const realm = values.get('realm');
  const nonce = values.get('nonce');
  if (realm === undefined || !nonce) return [];
  const qop = (values.get('qop') ?? '').toLowerCase().split(/[\s,]+/);
  return [
    {
      realm,
      nonce,
      algorithm: values.get('algorithm') ?? null,
      qop: qop.filter((word) => word !== ''),
      opaque: values.get('opaque') ?? null,
      domain: values.get('domain') ?? null,
      stale: values.get('stale')?.toLowerCase() === 'true',
    },
  ];
}
