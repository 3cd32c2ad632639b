import { TelegramError } from 'telegraf';

/** Why no answer of Telegram arrived. */
export type UnreachableReason =
  /** No answer in time. */
  | 'timeout'
  /** Refused, reset or closed connection, or no route. */
  | 'connection'
  /** The name could not be resolved. */
  | 'dns'
  /** The certificate or the handshake was refused. */
  | 'tls'
  /** The proxy of HTTPS_PROXY did not open a tunnel. */
  | 'proxy'
  /** What answered is not the Bot API: a gateway's error page, a captive portal, an endless body. */
  | 'bad-reply'
  /** The stored bytes of an upload could not be read. */
  | 'store'
  /** The client was closed. */
  | 'closed';

/** What the Bot API says when it refuses (https://core.telegram.org/bots/api#making-requests). */
export interface RefusalBody {
  error_code: number;
  description: string;
  parameters?: { retry_after?: number; migrate_to_chat_id?: number };
}

/**
 * The service said no. Extends telegraf's error, because its polling decides by that class whether to go on. The
 * payload of the call is not kept: it is what people wrote.
 */
export class TelegramRefusal extends TelegramError {
  override readonly name = 'TelegramRefusal';
  readonly kind = 'refused';
  readonly method: string;
  /** Seconds after which the call may be repeated, when Telegram names them (429). */
  readonly retryAfter?: number;

  constructor(method: string, body: RefusalBody) {
    super(body, { method });
    this.method = method;
    const seconds = body.parameters?.retry_after;
    if (seconds !== undefined) this.retryAfter = seconds;
  }
}

/**
 * The network failed. Carries closed words and an error code of the system, never an address: the token is a part of
 * it. The name is the one telegraf's polling repeats on; another name would end the polling.
 */
export class TelegramUnreachable extends Error {
  override readonly name = 'FetchError';
  readonly kind = 'unreachable';
  readonly method: string;
  readonly reason: UnreachableReason;
  /** False when the request certainly never reached Telegram, so that repeating it cannot act twice. */
  readonly maybeReceived: boolean;

  constructor(method: string, reason: UnreachableReason, detail = '', maybeReceived = true) {
    super(`${method}: no answer from Telegram (${detail ? `${reason}, ${detail}` : reason})`);
    this.method = method;
    this.reason = reason;
    this.maybeReceived = maybeReceived;
  }

  get description(): string {
    return this.message;
  }
}

export type TelegramFailure = TelegramRefusal | TelegramUnreachable;

/** Whether Telegram does not know the token (any more): it answers 401, and 404 to what cannot be one. */
export function isTokenRefused(error: unknown): boolean {
  return error instanceof TelegramRefusal && (error.code === 401 || error.code === 404);
}

/** Codes of errors before a connection stood. */
const BEFORE_SENDING: Readonly<Record<string, UnreachableReason>> = {
  ECONNREFUSED: 'connection',
  EHOSTUNREACH: 'connection',
  ENETUNREACH: 'connection',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  // undici reports a proxy that does not open the tunnel as an aborted request.
  UND_ERR_ABORTED: 'proxy',
};
const AFTER_SENDING: Readonly<Record<string, UnreachableReason>> = {
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'bad-reply',
  UND_ERR_HEADERS_OVERFLOW: 'bad-reply',
  UND_ERR_DESTROYED: 'closed',
  UND_ERR_CLOSED: 'closed',
};
/** Codes of node's TLS layer and of OpenSSL's certificate checks. */
const TLS = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|EPROTO)/;
const CODE_SHAPE = /^[A-Z][A-Z0-9_]{1,60}$/;

/** Turns what the HTTP layer threw into a failure. Only its code is read: messages may carry the address. */
export function unreachable(method: string, error: unknown): TelegramUnreachable {
  const raw = error instanceof Error && 'code' in error ? error.code : undefined;
  const code = typeof raw === 'string' && CODE_SHAPE.test(raw) ? raw : '';
  const before = TLS.test(code) ? 'tls' : BEFORE_SENDING[code];
  if (before) return new TelegramUnreachable(method, before, code, false);
  if (code === '' || code.startsWith('HPE_')) return new TelegramUnreachable(method, 'bad-reply', code);
  return new TelegramUnreachable(method, AFTER_SENDING[code] ?? 'connection', code);
}
