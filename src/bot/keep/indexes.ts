/**
 * What leads to records without a look at all of them, built once for a store that was made before it was kept: by the stamp
 * (stamp.ts), which knows that store by the kinds it lacks. Built over again after a crash; what is there already stays right.
 */
import { CASE_FINDS, writeFinds } from '../../cases/finds.ts';
import { CASES, type CaseRecord } from '../../cases/record.ts';
import { AGENTS, TECHNICIAN_AGENTS, technicianAgentKey } from '../../hub/agents.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { Kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store, StoreFailure } from '../../store/store.ts';
import { CHATS } from '../house/chats.ts';
import { CHAT_DRIVES, DRIVERS, LEASE_MS } from '../jobs/drivers.ts';
import { GROUP_UNBINDS, JOB_NOTES, keepNote, openJobRecords } from '../jobs/records.ts';
import { LIST_ENDS, LIST_MS, listEndKey } from '../jobs/surveys.ts';

type Parts = Pick<Store, 'values'>;
type Done = Promise<Result<void, StoreFailure>>;

/** Records that are read, and led to, at once. */
const PAGE = 1_000;

interface Index {
  /** What leads to records. */
  readonly kind: Kind<true>;
  build(store: Parts): Done;
}

/** Hands all records of a kind that can be read to `take`, page by page. */
async function eachPage<T>(
  store: Parts,
  kind: Kind<T>,
  take: (records: readonly (readonly [key: string, record: T])[]) => Done,
): Done {
  const values = store.values(kind);
  for (let after: string | undefined; ; ) {
    const keys = await values.page({ ...(after === undefined ? {} : { after }), most: PAGE });
    if (!keys.ok) return keys;
    const records: (readonly [string, T])[] = [];
    for (const key of keys.value) {
      const found = orNone(await values.get(key));
      if (!found.ok) return found;
      if (found.value !== undefined) records.push([key, found.value]);
    }
    const taken = await take(records);
    if (!taken.ok) return taken;
    after = keys.value.at(-1);
    if (keys.value.length < PAGE) return ok(undefined);
  }
}

/** Does a thing for each, side by side: what is written in one turn shares its commit. */
async function forEach<T>(all: readonly T[], write: (one: T) => Done): Done {
  const written = await Promise.all(all.map(write));
  return written.find((one) => !one.ok) ?? ok(undefined);
}

const INDEXES: readonly Index[] = [
  {
    kind: CASE_FINDS,
    build: (store) =>
      eachPage(store, CASES, (cases) =>
        writeFinds(
          store,
          cases.map(([, record]): CaseRecord => record),
        ),
      ),
  },
  {
    kind: GROUP_UNBINDS,
    build: (store) => {
      const records = openJobRecords(store);
      // Those of before are known for a day from now on, which no laptop is hurt by.
      const led = (notes: readonly (readonly [string, Parameters<typeof keepNote>[2]])[]) =>
        forEach(
          notes.filter(([, { group, kind }]) => group !== undefined && kind === 'unbind'),
          ([jobId, note]) => keepNote(records, jobId, note),
        );
      return eachPage(store, JOB_NOTES, led);
    },
  },
  {
    kind: TECHNICIAN_AGENTS,
    build: (store) => {
      const led = store.values(TECHNICIAN_AGENTS);
      return eachPage(store, AGENTS, (agents) =>
        forEach(
          agents.flatMap(([id, { technicians }]) => technicians.map((one) => technicianAgentKey(one, id))),
          (key) => led.set(key, true),
        ),
      );
    },
  },
  {
    kind: CHAT_DRIVES,
    build: (store) => {
      const led = store.values(CHAT_DRIVES);
      return eachPage(store, DRIVERS, (drivers) =>
        forEach(drivers, ([agentId, { chatId }]) => led.set(`${chatId}:${agentId}`, true, LEASE_MS)),
      );
    },
  },
  {
    kind: LIST_ENDS,
    build: (store) => {
      const led = store.values(LIST_ENDS);
      const now = Date.now();
      // By then every list that is kept now is kept no more.
      const shown = (chats: readonly (readonly [string, { conversation: { flow: string } | null }])[]) =>
        forEach(
          chats.filter(([, { conversation }]) => conversation?.flow === 'site'),
          ([chatId]) => led.set(listEndKey(now + LIST_MS, chatId), true),
        );
      return eachPage(store, CHATS, shown);
    },
  },
];

/**
 * Builds what a store lacks.
 * @param there versions of the kinds it was written with last, by their names
 */
export async function buildIndexes(store: Parts, there: Readonly<Record<string, number>>): Done {
  for (const { kind, build } of INDEXES) {
    if (there[kind.name] === kind.version) continue;
    const built = await build(store);
    if (!built.ok) return built;
  }
  return ok(undefined);
}
