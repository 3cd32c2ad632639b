/**
 * Which updates Telegram may forget. It forgets what lies below the offset of the next getUpdates, so the offset must
 * not pass an update that is still being handled: were the process killed then, the update would be lost. Updates
 * above the offset come again with the next answer and are told apart by id, as a set: ids do not promise an order.
 */
export class Unconfirmed {
  readonly #open = new Set<number>();
  /** Not handled and not being handled: they come again after the next start. */
  readonly #left = new Set<number>();
  /** Taken at some time and not yet known to be forgotten by Telegram; includes the open ones. */
  readonly #taken = new Set<number>();
  #next = 0;
  #settled: PromiseWithResolve | null = null;

  /** The offset to ask with: everything below it has been handled. */
  get offset(): number {
    return Math.min(this.#next, ...this.#open, ...this.#left);
  }

  /** Whether anything is still being handled. */
  get busy(): boolean {
    return this.#open.size > 0;
  }

  /** Takes the updates of an answer that were not taken before, in the order given. */
  take<U extends { update_id: number }>(updates: readonly U[]): U[] {
    const fresh = updates.filter(({ update_id: id }) => !this.#taken.has(id));
    for (const { update_id: id } of fresh) {
      this.#taken.add(id);
      this.#open.add(id);
      this.#next = id + 1;
    }
    return fresh;
  }

  /** An update has been handled. */
  done(id: number): void {
    this.#open.delete(id);
    if (this.busy) return;
    this.#settled?.resolve();
    this.#settled = null;
  }

  /** An update is given back: Telegram must not forget it, but nobody works on it any more. */
  leave(id: number): void {
    this.#left.add(id);
    this.done(id);
  }

  /** Telegram has answered a call with this offset: what lies below will not come again. */
  confirmed(offset: number): void {
    for (const id of this.#taken) if (id < offset) this.#taken.delete(id);
  }

  /** Resolves at the next moment nothing is being handled. */
  async settled(): Promise<void> {
    if (!this.busy) return;
    this.#settled ??= withResolve();
    await this.#settled.promise;
  }
}

interface PromiseWithResolve {
  promise: Promise<void>;
  resolve: () => void;
}

function withResolve(): PromiseWithResolve {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
