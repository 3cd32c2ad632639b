/** A process that may be killed: after its death nothing it has begun is ever answered, and nothing more is done. */
import type { Store, Values } from '../../src/store/store.ts';

export interface Life {
  /** Dies right after the `after`th thing from now that is seen outside: a write, or a call to Telegram. */
  dieAfter(after: number): void;
  readonly isDead: boolean;
  /** Resolves when it is dead. */
  readonly died: Promise<void>;
  /** Does a thing that is seen outside. */
  act<T>(doing: () => Promise<T>): Promise<T>;
}

export function createLife(): Life {
  let left = Number.POSITIVE_INFINITY;
  let dead = false;
  let die: () => void = () => undefined;
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });
  const never = () => new Promise<never>(() => undefined);
  return {
    dieAfter: (after) => {
      left = after;
    },
    get isDead() {
      return dead;
    },
    died,
    async act(doing) {
      if (dead) return never();
      left -= 1;
      const isLast = left <= 0;
      // Whatever else is under way dies with it: only this one thing is still done.
      if (isLast) dead = true;
      const done = await doing();
      if (isLast) die();
      return dead ? never() : done;
    },
  };
}

/** The store as a process that may be killed has it. What it reads is not seen outside. */
export function storeOf(store: Store, life: Life): Store {
  const { claims } = store;
  const valuesOf = <T>(values: Values<T>): Values<T> => ({
    get: (key) => values.get(key),
    keys: (prefix) => values.keys(prefix),
    page: (range) => values.page(range),
    set: (...args) => life.act(() => values.set(...args)),
    delete: (key) => life.act(() => values.delete(key)),
    deleteMany: (keys) => life.act(() => values.deleteMany(keys)),
    change: (...args) => life.act(() => values.change(...args)),
    amend: (...args) => life.act(() => values.amend(...args)),
  });
  return {
    isShared: store.isShared,
    primary: store.primary,
    guarded: (held, task) => store.guarded(held, task),
    // What a task has gathered and not committed dies with it: a dead task never ends.
    together: (task) =>
      store.together(async () => {
        const done = await task();
        await life.act(() => store.flush());
        return done;
      }),
    behind: (written, task) => store.behind(written, task),
    begin: () => void life.act(async () => store.begin()),
    flush: () => life.act(() => store.flush()),
    values: (kind) => valuesOf(store.values(kind)),
    claims: {
      take: (...args) => life.act(() => claims.take(...args)),
      renew: (...args) => life.act(() => claims.renew(...args)),
      release: (...args) => life.act(() => claims.release(...args)),
      once: (...args) => life.act(() => claims.once(...args)),
      wasSaid: (name) => claims.wasSaid(name),
      wait: (...args) => claims.wait(...args),
    },
    mailboxes: (kind) => {
      const boxes = store.mailboxes(kind);
      return {
        append: (...args) => life.act(() => boxes.append(...args)),
        read: (...args) => boxes.read(...args),
        wait: (...args) => boxes.wait(...args),
        ack: (...args) => life.act(() => boxes.ack(...args)),
        clear: (box) => life.act(() => boxes.clear(box)),
      };
    },
    unreadable: store.unreadable,
    aside: store.aside,
    eraseAside: (copies) => life.act(() => store.eraseAside(copies)),
    close: () => store.close(),
  };
}
