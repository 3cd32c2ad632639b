import type { Result } from '../kernel/result.ts';
import { HUB_ERRORS, type HubErrorCode } from '../link/messages.ts';

/** Ends a request with one of `HUB_ERRORS`. Thrown inside the hub's routes, answered by their error handler. */
export class Refusal extends Error {
  readonly code: HubErrorCode;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined;

  constructor(code: HubErrorCode, retryAfter?: number) {
    super(code);
    this.code = code;
    this.retryAfter = retryAfter;
  }

  get status(): number {
    return HUB_ERRORS[this.code];
  }

  get body(): { error: HubErrorCode; retryAfter?: number } {
    return { error: this.code, ...(this.retryAfter === undefined ? {} : { retryAfter: this.retryAfter }) };
  }
}

/** Seconds after which a store out of order may be back. */
const STORE_RETRY_SECONDS = 5;

/** The value of a success; a failure ends the request. A failure without a word of ours is the store's. */
export function orRefuse<T>(result: Result<T, HubErrorCode | { reason: string }>): T {
  if (result.ok) return result.value;
  const code = typeof result.failure === 'string' ? result.failure : 'store-unavailable';
  throw new Refusal(code, code === 'store-unavailable' ? STORE_RETRY_SECONDS : undefined);
}
