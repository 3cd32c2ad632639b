import { type DestinationStream, type Logger, pino } from 'pino';
import { subjectNow } from './log-subject.ts';
import { HIDDEN, scrub } from './scrub.ts';

export type Log = Logger;

/** Levels of `LOG_LEVEL`, from silent to chatty. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Names whose values are secret wherever they stand in a logged object. A name is enough: nothing that is secret in
 * this product has a harmless namesake.
 */
const SECRET_NAMES = new Set([
  'token',
  'password',
  'verificationCode',
  'answer',
  'code',
  'codeKey',
  'privateKey',
  'signing',
  'secret',
  'authorization',
  'cookie',
  'signature',
  'permit',
  'proof',
  'nonce',
]);
/** Ends of longer names that are no harmless ones either: `adminPassword`, `BOT_TOKEN`, `set-cookie`. */
const SECRET_ENDS = /(?:password|token|secret|privatekey|nextkey|cookie|authorization)$/i;

/** How deep and how wide a logged object is looked at; what lies beyond is not written. */
const DEEPEST = 8;
const WIDEST = 200;

function isSecret(name: string): boolean {
  return SECRET_NAMES.has(name) || SECRET_ENDS.test(name);
}

/** A copy of a logged value without what has a secret's name, at any depth. */
function redacted(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return bareError(value);
  if (depth > DEEPEST || ArrayBuffer.isView(value)) return HIDDEN;
  if (Array.isArray(value)) return value.slice(0, WIDEST).map((item) => redacted(item, depth + 1));
  if ('toJSON' in value && typeof value.toJSON === 'function') return redacted(value.toJSON(), depth + 1);
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, WIDEST)
      .map(([name, inner]) => [name, isSecret(name) ? HIDDEN : redacted(inner, depth + 1)]),
  );
}

/** What systems and libraries call an error: `ENOSPC`, `ERR_TLS_CERT_ALTNAME_INVALID`, `UND_ERR_SOCKET`. */
const ERROR_CODE = /^[A-Z][A-Z0-9_]{2,63}$/;

/**
 * An error without its extra fields: libraries hang requests on their errors, and a request holds what people wrote. Its
 * code stays, and what it was caused by: an admin looks for ENOSPC, and finds it nowhere else.
 */
function bareError(error: Error, depth = 0): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  const isCode = typeof code === 'number' || (typeof code === 'string' && ERROR_CODE.test(code));
  return {
    type: name,
    message,
    ...(isCode ? { code } : {}),
    stack,
    ...(cause instanceof Error && depth < DEEPEST ? { cause: bareError(cause, depth + 1) } : {}),
  };
}

/**
 * Makes a logger that writes JSON lines to standard error: standard output belongs to results.
 * Redaction works twice: by name for structured fields, by shape for what libraries put in texts. What happens just now
 * (log-subject.ts) stands in every line.
 * @param clean the second one; the canary test replaces it to prove that it would notice
 */
export function createLog(
  level: LogLevel,
  name: string,
  destination: DestinationStream = pino.destination(2),
  clean: (line: string) => string = scrub,
): Log {
  return pino(
    {
      name,
      level,
      base: { name },
      mixin: subjectNow,
      // pino would take an error of ours for one of a library: every one of the type Object, without what it was caused by.
      serializers: { err: (error: unknown) => error },
      formatters: { log: (object) => redacted(object) as Record<string, unknown> },
    },
    { write: (line: string) => destination.write(clean(line)) },
  );
}
