/**
 * The service said no. Thrown by whatever checks a call and caught in one place, which turns it into
 * `{ ok: false, error_code, description, parameters }`.
 */
export class Refusal extends Error {
  /** HTTP status and `error_code`. */
  readonly code: number;
  /** Seconds for `parameters.retry_after`, on 429. */
  readonly retryAfter: number | undefined;

  constructor(code: number, description: string, retryAfter?: number) {
    super(description);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** A 400 in Telegram's spelling, for instance `Bad Request: chat not found`. */
export function badRequest(why: string): Refusal {
  return new Refusal(400, `Bad Request: ${why}`);
}
