/**
 * Writes of one task that come to disk together: what a turn writes is one commit, not one for each record. Known to the store
 * itself, as what a task writes under is (guarding.ts); docs/decisions/0075 says what may gather and what is committed when.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ok, type Result } from '../kernel/result.ts';
import type { Store, Stored, StoredRecord, StoreFailure } from './store.ts';
import { StoreError } from './store-error.ts';

/** Where a record lies. */
export type Place = StoredRecord['key'];

/** A record's text to be written; null: it goes. */
export interface Written {
  readonly place: Place;
  readonly text: string | null;
}

/** A record that is read when it is committed, and what is written for it then. */
export interface Amendment {
  readonly place: Place;
  /** @param current its live text */
  decide(current: string | undefined): readonly Written[];
}

/** What is written in one commit: all of it, or nothing. */
export interface Batch {
  readonly written: readonly Written[];
  /** In this order, each seeing what those before it have made of its record. */
  readonly amended: readonly Amendment[];
}

/** What a running task writes into. */
export interface Gathered {
  put(written: Written): void;
  amend(amendment: Amendment): void;
}

export interface Gathering extends Pick<Store, 'together' | 'flush' | 'begin' | 'behind'> {
  /** What the running task gathers in; null: whoever asks writes at once. @throws when a commit of its task has failed */
  current(): Gathered | null;
  /** The text the running task has put at a place; null: it has deleted it; undefined: neither. @throws as `current` */
  pending(place: Place): string | null | undefined;
  /** Commits what the running task has gathered so far: before anything is written at once. @throws as the commit does */
  settle(): Promise<void>;
  /** Commits a batch of nobody's task. @throws as the commit does */
  commit(batch: Batch): Promise<void>;
  /** Does a part of a task that writes at once: under a claim, whose end others wait for. */
  apart<T>(part: () => Promise<T>): Promise<T>;
}

/**
 * One for each store.
 * @param commit throws; then nothing of the batch is there
 * @param run makes a result of what an access throws
 */
export function createGathering(
  commit: (batch: Batch) => Promise<void>,
  run: <T>(access: () => Promise<T>) => Promise<Result<T, StoreFailure>>,
): Gathering {
  const scopes = new AsyncLocalStorage<{ readonly task: Task; readonly gathers: boolean }>();
  const running = () => {
    const scope = scopes.getStore();
    if (!scope || scope.task.hasEnded) return null;
    scope.task.check();
    return scope;
  };
  const settle = async () => running()?.task.flush();
  const flush = async () => (scopes.getStore()?.task.hasMore ? run(settle) : ok(undefined));
  return {
    current() {
      const scope = running();
      return scope?.gathers ? scope.task : null;
    },
    pending: (place) => running()?.task.pending(place),
    settle,
    flush,
    begin: () => scopes.getStore()?.task.begin(),
    commit,
    apart(part) {
      const scope = scopes.getStore();
      return scope ? scopes.run({ ...scope, gathers: false }, part) : part();
    },
    async behind(written, work) {
      const task = new Task(commit, written);
      try {
        return await scopes.run({ task, gathers: false }, work);
      } finally {
        await written;
        task.hasEnded = true;
      }
    },
    async together(work) {
      const behind = scopes.getStore()?.task.restsOn ?? null;
      if (behind === null) {
        // It reads what the task around it has written, and others may have to, too.
        const before = await flush();
        if (!before.ok) return before;
      }
      const task = new Task(commit, behind);
      const end = async () => {
        const ended = task.hasMore ? await run(() => task.flush()) : ok(undefined);
        task.hasEnded = true;
        return ended;
      };
      return scopes.run({ task, gathers: true }, async () => {
        const value = await work().catch(async (error: unknown) => {
          // As it would be there, had it been written at once.
          await end();
          throw error;
        });
        const ended = await end();
        return ended.ok ? ok(value) : ended;
      });
    },
  };
}

class Task implements Gathered {
  readonly #commit: (batch: Batch) => Promise<void>;
  /** By name, until it is committed. */
  readonly #written = new Map<string, Written>();
  #amended: Amendment[] = [];
  #committing: Promise<void> | null = null;
  #failed: { readonly error: unknown } | null = null;
  /** What it began before; null: it is on disk, or there was nothing. */
  #behind: Stored<unknown> | null;
  hasEnded = false;

  constructor(commit: (batch: Batch) => Promise<void>, behind: Stored<unknown> | null) {
    this.#commit = commit;
    this.#behind = behind;
  }

  /** Whether there is anything to commit, or to say of a commit. */
  get hasMore(): boolean {
    const isSettled = this.#isEmpty && this.#behind === null;
    return !this.hasEnded && (!isSettled || this.#committing !== null || this.#failed !== null);
  }

  /** What a task within it has to wait for, where it has written nothing of its own. */
  get restsOn(): Stored<unknown> | null {
    return this.#isEmpty && !this.hasEnded && this.#committing === null ? this.#behind : null;
  }

  get #isEmpty(): boolean {
    return this.#written.size === 0 && this.#amended.length === 0;
  }

  /** What was believed to be written is not: nothing more is done on it. */
  check(): void {
    if (this.#failed) throw this.#failed.error;
  }

  pending(place: Place): string | null | undefined {
    return this.#written.get(nameOf(place))?.text;
  }

  put(written: Written): void {
    this.#written.set(nameOf(written.place), written);
  }

  amend(amendment: Amendment): void {
    this.#amended.push(amendment);
  }

  /** Commits all there is, what comes meanwhile as well. */
  async flush(): Promise<void> {
    while (this.hasMore) {
      this.check();
      await this.#commitOnce();
    }
  }

  /** Begins to commit what there is. Whether that was taken whoever asks next is told. */
  begin(): void {
    if (this.hasMore && !this.#isEmpty) this.#commitOnce().catch(() => undefined);
  }

  /** Waits for the commit under way, or makes one. */
  #commitOnce(): Promise<void> {
    this.#committing ??= this.#commitAll().finally(() => {
      this.#committing = null;
    });
    return this.#committing;
  }

  async #commitAll(): Promise<void> {
    const [written, amended] = [[...this.#written.values()], this.#amended];
    const isEmpty = this.#isEmpty;
    this.#amended = [];
    try {
      // Side by side: the store writes in the order it was asked in, and a crash between the two is one like any other.
      const [before] = await Promise.all([
        this.#behind ?? ok(null),
        isEmpty ? null : this.#commit({ written, amended }),
      ]);
      if (!before.ok) throw new StoreError(before.failure.reason, before.failure.detail);
      this.#behind = null;
    } catch (error) {
      this.#failed = { error };
      throw error;
    }
    for (const one of written) {
      const name = nameOf(one.place);
      // Unless it was written again meanwhile.
      if (this.#written.get(name) === one) this.#written.delete(name);
    }
  }
}

/** No two places have one name: there is no line break in any of their words but the last. */
export function nameOf(place: Place): string {
  return place.join('\n');
}

/** Claims, or mailboxes, that come after what the running task has written: others act on them. */
export function behindWritten<K extends string, O extends Record<K, (...given: never[]) => Stored<unknown>>>(
  gathering: Pick<Gathering, 'flush'>,
  own: O,
  names: readonly K[],
): O {
  const wrapped = names.map((name) => {
    const act = own[name];
    const after = async (...given: Parameters<O[K]>) => {
      const before = await gathering.flush();
      return before.ok ? act(...given) : before;
    };
    return [name, after];
  });
  return { ...own, ...Object.fromEntries(wrapped) };
}

/** Where the records lie that batches amend, each once. */
export function amendedIn(batches: readonly Batch[]): Place[] {
  const places = batches.flatMap(({ amended }) => amended.map(({ place }) => place));
  return [...new Map(places.map((place) => [nameOf(place), place])).values()];
}

/**
 * What batches write, in their order, each record once: as it is in the end.
 * @param texts the live texts at the places of `amendedIn`, by their names (`nameOf`)
 * @throws what an amendment throws over it
 */
export function writtenBy(
  batches: readonly Batch[],
  texts: ReadonlyMap<string, string | undefined>,
): readonly Written[] {
  const all = new Map<string, Written>();
  for (const { written, amended } of batches) {
    for (const one of written) all.set(nameOf(one.place), one);
    for (const { place, decide } of amended) {
      const before = all.get(nameOf(place));
      for (const one of decide(before ? (before.text ?? undefined) : texts.get(nameOf(place))))
        all.set(nameOf(one.place), one);
    }
  }
  return [...all.values()];
}
