import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** Levels of `LOG_LEVEL`, from silent to chatty. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Names whose values are secret wherever they stand in a logged object. A name is enough: nothing that is secret in
 * this product has a harmless namesake.
 */
const SECRET_NAMES = [
  'token',
  'password',
  'verificationCode',
  'answer',
  'code',
  'privateKey',
  'secret',
  'authorization',
  'cookie',
  'signature',
];

/** Shapes of secrets inside free text (error messages of libraries carry addresses with the bot token in them). */
const SECRET_SHAPES: readonly [RegExp, string][] = [
  // Bot API tokens: digits, colon, 35 characters; longer ones are cut too.
  [/\b\d{6,}:[A-Za-z0-9_-]{30,}/g, '[token]'],
  // PEM keys, should one ever be part of an error.
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, '[key]'],
];

/** Takes secrets out of free text by their shape. Applied to every line the logger writes. */
export function scrub(text: string): string {
  return SECRET_SHAPES.reduce((line, [shape, word]) => line.replace(shape, word), text);
}

/**
 * An error without its extra fields: libraries hang requests on their errors, and a request holds what people wrote.
 */
function bareError(error: unknown): unknown {
  return error instanceof Error
    ? { type: error.name, message: error.message, stack: error.stack }
    : String(error);
}

/**
 * Makes a logger that writes JSON lines to standard error: standard output belongs to results.
 * Redaction works twice: by name for structured fields (two levels deep), by shape for what libraries put in texts.
 */
export function createLog(
  level: LogLevel,
  name: string,
  destination: DestinationStream = pino.destination(2),
): Log {
  const paths = SECRET_NAMES.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  return pino(
    { name, level, redact: { paths, censor: '[secret]' }, base: { name }, serializers: { err: bareError } },
    { write: (line: string) => destination.write(scrub(line)) },
  );
}
