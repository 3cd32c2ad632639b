import { reach } from '../kernel/fail-points.ts';
import { fail, ok } from '../kernel/result.ts';
import type { Mailboxes, Store, Stored, StoreFailure, Values } from './store.ts';

type Step = 'read' | 'write';
type Act = <T>(step: Step, subject: string, doing: () => Stored<T>) => Stored<T>;

/** A store, whatever it is made of, whose reads and writes a test may let die, stand still or fail. */
export function failingStore(store: Store): Store {
  const { claims, primary } = store;
  const commit = () => act('write', 'commit task', () => store.flush());
  return {
    ...store,
    primary: {
      term: () => act('read', 'term primary', primary.term),
      settled: () => act('read', 'settled primary', primary.settled),
    },
    async together(task) {
      let committed: Awaited<ReturnType<typeof commit>> = ok(undefined);
      const done = await store.together(async () => {
        const value = await task();
        committed = await commit();
        return value;
      });
      return committed.ok ? done : committed;
    },
    flush: commit,
    values: (kind) => failingValues(store.values(kind), kind.name),
    mailboxes: (kind) => failingMailboxes(store, store.mailboxes(kind), kind.name),
    claims: {
      ...claims,
      take: (...given) => act('write', 'take claims', () => claims.take(...given)),
      renew: (...given) => act('write', 'renew claims', () => claims.renew(...given)),
      release: (...given) => act('write', 'release claims', () => claims.release(...given)),
      once: (...given) => act('write', 'once claims', () => claims.once(...given)),
      wasSaid: (name) => act('read', 'said claims', () => claims.wasSaid(name)),
    },
  };
}

function failingValues<T>(values: Values<T>, name: string): Values<T> {
  return {
    ...values,
    get: (key) => act('read', `get ${name}`, () => values.get(key)),
    page: (range) => act('read', `page ${name}`, () => values.page(range)),
    keys: (prefix) => act('read', `keys ${name}`, () => values.keys(prefix)),
    set: (...given) => act('write', `set ${name}`, () => values.set(...given)),
    delete: (key) => act('write', `delete ${name}`, () => values.delete(key)),
    deleteMany: (keys) => act('write', `delete ${name}`, () => values.deleteMany(keys)),
    change: (...given) => act('write', `change ${name}`, () => values.change(...given)),
    amend: (...given) => act('write', `amend ${name}`, () => values.amend(...given)),
  };
}

function failingMailboxes<T>(store: Store, boxes: Mailboxes<T>, name: string): Mailboxes<T> {
  return {
    ...boxes,
    async append(...given) {
      // Where a message is not one commit with what its task has written, it comes after that: the point lies between the two.
      const before = store.isShared ? await store.flush() : ok(undefined);
      return before.ok ? act('write', `append ${name}`, () => boxes.append(...given)) : before;
    },
    read: (...given) => act('read', `read ${name}`, () => boxes.read(...given)),
    ack: (...given) => act('write', `ack ${name}`, () => boxes.ack(...given)),
    clear: (box) => act('write', `clear ${name}`, () => boxes.clear(box)),
  };
}

const act: Act = async (step, subject, doing) => {
  const before = await reach(step === 'read' ? 'store-read-before' : 'store-write-before', subject);
  if (before !== null) return fail(failure(before));
  const done = await doing();
  const after = await reach(step === 'read' ? 'store-read-after' : 'store-write-after', subject);
  return after === null ? done : fail(failure(after));
};

function failure(code: string): StoreFailure {
  return { reason: code === 'ENOSPC' ? 'full' : 'unavailable', detail: `${code}: fail point` };
}
