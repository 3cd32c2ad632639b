/** The web server's logins: challenges as devices write them, and the check of what comes back (RFC 2617, RFC 7616). */
import { createHash, randomBytes } from 'node:crypto';
import type { DeviceProfile } from './device.ts';

type Algorithm = 'MD5' | 'SHA-256';

/** What a style of challenge offers (protocol/isapi.md 5.2; the texts follow captured shapes). */
interface Style {
  digest: readonly Algorithm[];
  basic: boolean;
  qop: boolean;
  realm: string;
}

const CAMERA = 'IP Camera(C0015)';
const STYLES: Readonly<Record<DeviceProfile['web']['challenge'], Style>> = {
  camera: { digest: ['MD5'], basic: false, qop: true, realm: CAMERA },
  'one-header': { digest: ['MD5'], basic: true, qop: true, realm: 'IP Camera(76001)' },
  'two-headers': { digest: ['MD5'], basic: true, qop: true, realm: 'DVRNVRDVS' },
  'no-qop': { digest: ['MD5'], basic: false, qop: false, realm: 'IP Camera(C2001)' },
  'sha-256': { digest: ['SHA-256'], basic: false, qop: true, realm: 'IP Camera(GH001)' },
  'md5-and-sha-256': { digest: ['MD5', 'SHA-256'], basic: false, qop: true, realm: CAMERA },
  'basic-only': { digest: [], basic: true, qop: false, realm: 'DS-2CD2132-I' },
};

/** Nonces remembered at once; the oldest goes first. */
const MAX_NONCES = 512;

/** What the device reads out of an `Authorization` header. `stale`: the nonce no longer counts, nothing was checked. */
type Login = 'none' | 'stale' | { matches: (user: string, password: string) => boolean };

interface Nonce {
  path: string;
  uses: number;
  lastCount: number;
}

export class LoginDesk {
  readonly #web: DeviceProfile['web'];
  readonly #style: Style;
  readonly #nonces = new Map<string, Nonce>();

  constructor(web: DeviceProfile['web']) {
    this.#web = web;
    this.#style = STYLES[web.challenge];
  }

  /** Values of `WWW-Authenticate` for a 401, with a new nonce: devices send one with every 401. */
  challenges(path: string, stale: boolean): string[] {
    const { digest, basic, realm } = this.#style;
    const nonce = this.#newNonce(path);
    const asDigest = digest.map((algorithm) => this.#digestChallenge(algorithm, nonce, stale));
    const asBasic = basic ? [`Basic realm="${realm}"`] : [];
    const all = [...asDigest, ...asBasic];
    return this.#web.challenge === 'one-header' ? [all.join(', ')] : all;
  }

  /** Reads the credentials of a request; `uri` is path and query exactly as on the request line. */
  read(header: string | undefined, method: string, uri: string): Login {
    if (header === undefined) return 'none';
    const [, scheme = '', rest = ''] = /^(\w+)\s+(.*)$/s.exec(header) ?? [];
    if (scheme.toLowerCase() === 'basic' && this.#style.basic) {
      const given = Buffer.from(rest, 'base64').toString('utf8');
      return { matches: (user, password) => given === `${user}:${password}` };
    }
    if (scheme.toLowerCase() !== 'digest') return { matches: () => false };
    return this.#readDigest(parameters(rest), method, uri);
  }

  #readDigest(given: ReadonlyMap<string, string>, method: string, uri: string): Login {
    const nonce = this.#nonces.get(given.get('nonce') ?? '');
    const count = Number.parseInt(given.get('nc') ?? '0', 16);
    if (nonce === undefined || (this.#web.nonceUses !== null && nonce.uses >= this.#web.nonceUses)) {
      return 'stale';
    }
    const replayed = this.#style.qop && !(count > nonce.lastCount);
    if (replayed) return 'stale';
    nonce.uses += 1;
    nonce.lastCount = count;
    const elsewhere = this.#web.nonceBoundToPath && nonce.path !== pathOf(uri);
    const algorithm = this.#algorithm(given.get('algorithm'));
    const { realm } = this.#style;
    const wellFormed =
      !elsewhere &&
      algorithm !== null &&
      given.get('realm') === realm &&
      given.get('uri') === uri &&
      given.get('qop') === (this.#style.qop ? 'auth' : undefined) &&
      given.get('opaque') === this.#opaque();
    if (!wellFormed) return { matches: () => false };
    return {
      matches: (user, password) => {
        const hash = (...parts: readonly string[]) => hex(algorithm, parts.join(':'));
        const a1 = hash(user, realm, password);
        const a2 = hash(method, uri);
        const middle = this.#style.qop ? [given.get('nc') ?? '', given.get('cnonce') ?? '', 'auth'] : [];
        const expected = hash(a1, given.get('nonce') ?? '', ...middle, a2);
        return given.get('username') === user && given.get('response') === expected;
      },
    };
  }

  /** MD5 where the header names none; null = not one the device offered. */
  #algorithm(named: string | undefined): Algorithm | null {
    const wanted = named ?? 'MD5';
    return this.#style.digest.find((offered) => offered === wanted) ?? null;
  }

  #opaque(): string | undefined {
    return this.#web.challenge === 'two-headers' ? '' : undefined;
  }

  #digestChallenge(algorithm: Algorithm, nonce: string, stale: boolean): string {
    const { qop, realm } = this.#style;
    const tail = `stale="${stale ? 'TRUE' : 'FALSE'}"`;
    if (this.#web.challenge === 'two-headers') {
      return `Digest realm="${realm}", domain="::", qop="auth", nonce="${nonce}", opaque="", algorithm="MD5", ${tail}`;
    }
    // Cameras name the algorithm only where it is not the one everybody assumes.
    const named = this.#style.digest.length > 1 || algorithm !== 'MD5' ? `, algorithm="${algorithm}"` : '';
    return `Digest ${qop ? 'qop="auth", ' : ''}realm="${realm}", nonce="${nonce}"${named}, ${tail}`;
  }

  #newNonce(path: string): string {
    const random = randomBytes(16).toString('hex');
    const nonce = this.#web.challenge === 'two-headers' ? `${random}:${Date.now()}` : random;
    const oldest = this.#nonces.keys().next().value;
    if (this.#nonces.size >= MAX_NONCES && oldest !== undefined) this.#nonces.delete(oldest);
    this.#nonces.set(nonce, { path: pathOf(path), uses: 0, lastCount: 0 });
    return nonce;
  }
}

/** Path of a request line without its query. */
export function pathOf(uri: string): string {
  return uri.split('?', 1)[0] ?? '';
}

function parameters(text: string): Map<string, string> {
  const found = text.matchAll(/(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g);
  return new Map(
    [...found].map(([, name = '', quoted, token]) => [
      name.toLowerCase(),
      quoted?.replace(/\\(.)/g, '$1') ?? token ?? '',
    ]),
  );
}

function hex(algorithm: Algorithm, text: string): string {
  return createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(text)
    .digest('hex');
}
