/** What the rooms do, measured from outside: each of these is what it was given, and says how long it took. */

import type { Result } from '../../kernel/result.ts';
import type { LabelReader } from '../../label/reader.ts';
import type { Claims, Mailboxes, Store, StoreFailure, Values } from '../../store/store.ts';
import type { Metrics } from './metrics.ts';

type Meter = <T>(
  operation: string,
  doing: Promise<Result<T, StoreFailure>>,
) => Promise<Result<T, StoreFailure>>;

/** A store whose reads and writes are measured; waits are none. */
export function measuredStore(store: Store, { store: times, storeFailures }: Metrics): Store {
  const measured: Meter = (operation, doing) => {
    const began = performance.now();
    // Beside whoever waits for it; a promise that rejects is theirs.
    doing.then(
      (done) => {
        times.observe({ operation }, (performance.now() - began) / 1000);
        if (!done.ok) storeFailures.inc({ reason: done.failure.reason });
      },
      () => undefined,
    );
    return doing;
  };
  const { claims } = store;
  return {
    ...store,
    values: (kind) => measuredValues(store.values(kind), measured),
    mailboxes: (kind) => measuredMailboxes(store.mailboxes(kind), measured),
    claims: {
      take: (...given) => measured('claim', claims.take(...given)),
      renew: (...given) => measured('claim', claims.renew(...given)),
      release: (...given) => measured('claim', claims.release(...given)),
      once: (...given) => measured('claim', claims.once(...given)),
      wasSaid: (name) => measured('claim', claims.wasSaid(name)),
      wait: (...given) => claims.wait(...given),
    } satisfies Claims,
  };
}

function measuredValues<T>(values: Values<T>, measured: Meter): Values<T> {
  return {
    get: (key) => measured('get', values.get(key)),
    set: (...given) => measured('set', values.set(...given)),
    delete: (key) => measured('delete', values.delete(key)),
    deleteMany: (keys) => measured('delete', values.deleteMany(keys)),
    change: (...given) => measured('change', values.change(...given)),
    amend: (...given) => measured('change', values.amend(...given)),
    keys: (prefix) => measured('keys', values.keys(prefix)),
    page: (range) => measured('page', values.page(range)),
  };
}

function measuredMailboxes<T>(boxes: Mailboxes<T>, measured: Meter): Mailboxes<T> {
  return {
    append: (...given) => measured('append', boxes.append(...given)),
    read: (...given) => measured('read', boxes.read(...given)),
    wait: (...given) => boxes.wait(...given),
    ack: (...given) => measured('ack', boxes.ack(...given)),
    clear: (box) => measured('clear', boxes.clear(box)),
  };
}

/** A reader whose photos are measured, and how many of them are in it. */
export function measuredReader(
  reader: LabelReader,
  { photos }: Metrics,
): { reader: LabelReader; waiting(): number } {
  let waiting = 0;
  return {
    waiting: () => waiting,
    reader: {
      ...reader,
      async read(...given) {
        const end = photos.startTimer();
        waiting += 1;
        try {
          const reading = await reader.read(...given);
          end({ reading: reading.kind });
          return reading;
        } finally {
          waiting -= 1;
        }
      },
    },
  };
}
