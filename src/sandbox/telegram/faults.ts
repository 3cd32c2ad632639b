/**
 * What to break. `times` defaults to 1; without `method` and `chat` every call counts (`file` is a download, of no chat).
 */
export interface Fault {
  readonly method?: string;
  /** Only calls about this chat (`chat_id`). */
  readonly chat?: number;
  readonly kind: FaultKind;
  readonly times?: number;
  /** For `status` and `done-status`: HTTP status and `error_code`, default 500. */
  readonly status?: number;
  /** For `status` and `done-status`: what Telegram says. */
  readonly description?: string;
  /** For `429`: seconds, default 1. */
  readonly retryAfter?: number;
  /** For `delay`: milliseconds, default 500. */
  readonly delayMs?: number;
  /** For `delay`: what is waited for instead of a time. */
  readonly until?: Promise<unknown>;
}

/**
 * - `status`, `429`, `html-502`: an answer instead of doing it; the last is a proxy's page, not JSON
 * - `disconnect`: the connection dies and nothing was done
 * - `answer-lost`: it was done, but the connection dies before the answer
 * - `done-status`: it was done, and the answer is a status: an outage between the two
 * - `delay`: it is done later
 * - `half-open`: nothing is done, and nothing is heard until the caller gives up
 */
export const FAULT_KINDS = [
  'status',
  '429',
  'disconnect',
  'answer-lost',
  'done-status',
  'delay',
  'half-open',
  'html-502',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Faults that wait for their calls, in the order they were asked for. */
export class Faults {
  readonly #queue: { fault: Fault; left: number }[] = [];

  /** @returns what takes the fault back; false: it was used up */
  add(fault: Fault): () => boolean {
    const entry = { fault, left: fault.times ?? 1 };
    this.#queue.push(entry);
    return () => {
      const index = this.#queue.indexOf(entry);
      if (index >= 0) this.#queue.splice(index, 1);
      return index >= 0;
    };
  }

  /** The fault for this call, used up by asking. */
  take(method: string, chat: number | null): Fault | undefined {
    const index = this.#queue.findIndex(
      ({ fault }) =>
        (fault.method === undefined || fault.method.toLowerCase() === method.toLowerCase()) &&
        (fault.chat === undefined || fault.chat === chat),
    );
    const entry = this.#queue[index];
    if (!entry) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#queue.splice(index, 1);
    return entry.fault;
  }
}
