import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { reach } from '../../kernel/fail-points.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { MAX_BODY_BYTES } from '../../link/messages.ts';
import { ANSWER_SIGNATURE_HEADER, ANSWER_TIME_HEADER, readAnswerTime } from '../../link/signing.ts';
import { CONNECT_TIMEOUT_MS } from '../times.ts';

/** Why a request got no answer from our server; `agent:link.failure.<word>` says what to do about it. */
export type TransportFailure =
  /** The name does not exist. */
  | 'dns'
  /** Nobody answers questions about names. */
  | 'dns-silent'
  | 'refused'
  | 'unreachable'
  | 'reset'
  | 'timeout'
  /** No TLS at all, or none that both sides speak. */
  | 'tls'
  /** The certificate's time does not fit the laptop's clock. */
  | 'certificate-time'
  /** The certificate is somebody else's. */
  | 'certificate-name'
  /** Nobody we trust vouches for the certificate. */
  | 'certificate-untrusted'
  /** The proxy refuses to let us through. */
  | 'proxy'
  /** The proxy itself cannot be reached. */
  | 'proxy-unreachable'
  /** Somebody else answered: a captive portal, a router, another website. */
  | 'not-our-server'
  /** A gateway in front of the server answered that the server is away. */
  | 'gateway'
  | 'too-large'
  /** Our own signal. */
  | 'aborted';

/** `retryAfter`: seconds for which a gateway in front of the server asks to be left alone. */
export interface TransportRefusal {
  readonly reason: TransportFailure;
  readonly retryAfter?: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** As received: what a signature is over. */
  readonly raw: Buffer;
  /** Parsed JSON. */
  readonly body: unknown;
  /** The hub's signature as its header has it, not verified. */
  readonly signature: string | string[] | undefined;
  /** The hub's time as its header has it, ms since 1970: as good as the signature. Null when it sent none. */
  readonly time: number | null;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Begins with a slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** For the whole exchange, ms. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** One server, spoken to over connections that are kept. */
export interface Transport {
  send(what: HttpRequest): Promise<Result<HttpAnswer, TransportRefusal>>;
  close(): Promise<void>;
}

/**
 * Opens the way to a server. `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are followed, except to this machine itself.
 * Redirects are not: no server of ours sends one, captive portals do.
 */
export function openTransport(server: { url: string; loopback: boolean }): Transport {
  const connect = { timeout: CONNECT_TIMEOUT_MS };
  const dispatcher = server.loopback ? new Agent({ connect }) : new EnvHttpProxyAgent({ connect });
  return {
    send: async ({ method, path, headers, body, timeoutMs, signal }) => {
      FAIL_POINT: if (await reach('link-before', `${method} ${path}`)) return fail({ reason: 'refused' });
      const limit = AbortSignal.timeout(timeoutMs);
      try {
        const answer = await request(server.url + path, {
          dispatcher,
          method,
          headers: body === null ? headers : { ...headers, 'content-type': 'application/json' },
          body,
          // One limit for all: undici's own would end a held request early.
          headersTimeout: 0,
          bodyTimeout: 0,
          signal: AbortSignal.any([signal, limit]),
        });
        const read = await readAnswer(answer);
        FAIL_POINT: if (await reach('link-after', `${method} ${path}`)) return fail({ reason: 'reset' });
        return read;
      } catch (error) {
        if (signal.aborted) return fail({ reason: 'aborted' });
        return fail({ reason: limit.aborted ? 'timeout' : failureOf(error, new URL(server.url)) });
      }
    },
    close: () => dispatcher.destroy(),
  };
}

async function readAnswer({
  statusCode,
  headers,
  body,
}: Dispatcher.ResponseData): Promise<Result<HttpAnswer, TransportRefusal>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the body and with it the connection.
    if (size > MAX_BODY_BYTES) return fail({ reason: 'too-large' });
    chunks.push(chunk);
  }
  const stranger = strangerOf(statusCode, headers['retry-after']);
  if (!/^application\/json\b/i.test(String(headers['content-type']))) return fail(stranger);
  try {
    const raw = Buffer.concat(chunks);
    const parsed: unknown = JSON.parse(raw.toString());
    const signature = headers[ANSWER_SIGNATURE_HEADER];
    const time = readAnswerTime(headers[ANSWER_TIME_HEADER]);
    return ok({ status: statusCode, raw, body: parsed, signature, time });
  } catch {
    return fail(stranger);
  }
}

/** Who answers in the server's place: a gateway that has lost it or holds too many back, or somebody else. */
function strangerOf(status: number, retryAfter: unknown): TransportRefusal {
  if (status !== 429 && (status < 502 || status > 504)) return { reason: 'not-our-server' };
  const seconds = typeof retryAfter === 'string' && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : null;
  return { reason: 'gateway', ...(seconds === null ? {} : { retryAfter: seconds }) };
}

const BY_CODE: Readonly<Record<string, TransportFailure>> = {
  ENOTFOUND: 'dns',
  EAI_NODATA: 'dns',
  EAI_AGAIN: 'dns-silent',
  EAI_FAIL: 'dns-silent',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  CERT_HAS_EXPIRED: 'certificate-time',
  CERT_NOT_YET_VALID: 'certificate-time',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-name',
  EPROTO: 'tls',
};

/** Names the cause of an exception of undici, TLS or the system; their texts stay here. */
function failureOf(error: unknown, server: URL): TransportFailure {
  if (!(error instanceof Error)) return 'reset';
  // Several addresses were tried, each with an error of its own.
  if (error instanceof AggregateError && error.errors.length > 0) return failureOf(error.errors[0], server);
  if (isAboutAnother(error, server)) return 'proxy-unreachable';
  const code = 'code' in error ? String(error.code) : '';
  const known = BY_CODE[code];
  if (known) return known;
  if (/CERT|SIGNATURE|ISSUER/.test(code)) return 'certificate-untrusted';
  if (/SSL|TLS/.test(code)) return 'tls';
  if (/proxy/i.test(error.message)) return 'proxy';
  if (error.name === 'HTTPParserError') return 'not-our-server';
  return error.cause === undefined ? 'reset' : failureOf(error.cause, server);
}

/** The only other machine we look up or connect to is a proxy. */
function isAboutAnother(error: Error, { protocol, hostname, port }: URL): boolean {
  const { syscall, ...at } = error as NodeJS.ErrnoException & { hostname?: string; port?: number };
  if (syscall === 'getaddrinfo') return at.hostname !== hostname;
  return syscall === 'connect' && at.port !== Number(port || (protocol === 'https:' ? 443 : 80));
}
