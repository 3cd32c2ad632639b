import { ok, type Result } from '../kernel/result.ts';
import type { Store, StoreFailure } from '../store/store.ts';
import { withClaim } from '../store/with-claim.ts';
import {
  type AuditFault,
  type AuditNote,
  beginningOf,
  CHAIN_START,
  type ChainPlace,
  createChainCheck,
  nextLine,
  readLine,
  type Seal,
} from './chain.ts';

/** Where the kept part of the trail begins and ends. */
interface Bounds {
  /** The entry before the first one kept. */
  readonly base: ChainPlace;
  readonly head: ChainPlace;
}

/** What a look over the whole trail found. */
export interface AuditCheck {
  readonly entries: number;
  /** Of the first entry kept. */
  readonly first: number;
  readonly head: ChainPlace;
  /** In order; empty when nothing was touched. */
  readonly faults: readonly AuditFault[];
}

/** The house's audit trail, append-only: verdicts, challenges, attempts, outcomes, access (docs/security.md). */
export interface Audit {
  /** Adds an entry; on disk when it resolves. Repeated after a crash it may stand there twice, never be missing. */
  append(note: AuditNote): Promise<Result<void, StoreFailure>>;
  /** Follows the chain from its first kept entry to its last. `known`: a place it must go through (chain.ts). */
  verify(known?: ChainPlace): Promise<Result<AuditCheck, StoreFailure>>;
  /** Hands every line to `each`, oldest first. */
  read(each: (line: string) => void): Promise<Result<void, StoreFailure>>;
  /** Forgets entries older than `before` (ms since 1970); the rest still hangs together. Says how many went. */
  prune(before: number): Promise<Result<number, StoreFailure>>;
  /** The operator vouches for where the trail begins, for instance after the bot got another token. */
  sealBeginning(): Promise<Result<void, StoreFailure>>;
  /** Where the trail ends now. */
  head(): Promise<Result<ChainPlace, StoreFailure>>;
}

const keyOf = (seq: number) => String(seq).padStart(12, '0');

/**
 * Opens the trail on a store. `clock` in milliseconds.
 * @param seal marks and checks where the trail begins once its oldest entries are forgotten; whoever only appends
 *   needs none
 */
export function createAudit(
  store: Pick<Store, 'values' | 'claims'>,
  clock: () => number,
  seal: Seal | null = null,
): Audit {
  const lines = store.values<string>('audit');
  const ends = store.values<Bounds>('audit-ends');
  /** One at a time in this process; the claim is for the others. */
  let turn: Promise<unknown> = Promise.resolve();

  /** An entry may be there that the bounds do not know yet: the process was killed between the two writes. */
  async function bounds(): Promise<Result<Bounds, StoreFailure>> {
    const found = await ends.get('ends');
    if (!found.ok) return found;
    const { base, head } = found.value ?? { base: CHAIN_START, head: CHAIN_START };
    const beyond = await lines.get(keyOf(head.seq + 1));
    if (!beyond.ok) return beyond;
    const entry = beyond.value === undefined ? null : readLine(beyond.value);
    return ok({ base, head: entry?.previous === head.hash ? { seq: entry.seq, hash: entry.hash } : head });
  }

  function alone<T>(task: () => Promise<Result<T, StoreFailure>>): Promise<Result<T, StoreFailure>> {
    const done = turn.then(() => withClaim(store.claims, 'audit', task));
    turn = done.catch(() => undefined);
    return done;
  }

  const write = async (note: AuditNote): Promise<Result<void, StoreFailure>> => {
    const found = await bounds();
    if (!found.ok) return found;
    const { base, head } = found.value;
    const { line, place } = nextLine(head, note, clock());
    const written = await lines.set(keyOf(place.seq), line);
    return written.ok ? ends.set('ends', { base, head: place }) : written;
  };

  async function walk(
    { base, head }: Bounds,
    each: (line: string | undefined) => void,
  ): Promise<Result<void, StoreFailure>> {
    for (let seq = base.seq + 1; seq <= head.seq; seq++) {
      const line = await lines.get(keyOf(seq));
      if (line.ok) each(line.value);
      else if (line.failure.reason === 'corrupt') each('');
      else return line;
    }
    return ok(undefined);
  }

  return {
    append: (note) => alone(() => write(note)),

    async verify(known) {
      const found = await bounds();
      if (!found.ok) return found;
      const { base, head } = found.value;
      const check = createChainCheck(base, known, seal);
      const walked = await walk(found.value, check.add);
      if (!walked.ok) return walked;
      check.end(head);
      return ok({ entries: head.seq - base.seq, first: base.seq + 1, head, faults: check.faults });
    },

    async read(each) {
      const found = await bounds();
      return found.ok ? walk(found.value, (line) => each(line ?? '')) : found;
    },

    prune: (before) =>
      alone(async () => {
        const found = await bounds();
        if (!found.ok) return found;
        const { base, head } = found.value;
        let kept = base;
        // A damaged entry is kept, and all after it: evidence does not go.
        for (let seq = base.seq + 1; seq < head.seq; seq++) {
          const line = await lines.get(keyOf(seq));
          const entry = line.ok && line.value !== undefined ? readLine(line.value) : null;
          if (!entry || entry.at >= before) break;
          kept = { seq, hash: entry.hash };
        }
        if (kept === base) return ok(0);
        const entries = kept.seq - base.seq;
        // First the entry that lets the trail begin there: a beginning without one is a trail that was cut.
        const detail = { entries, ...beginningOf(kept, seal) };
        const noted = await write({ what: 'audit.pruned', case: null, by: null, detail });
        if (!noted.ok) return noted;
        const after = await bounds();
        if (!after.ok) return after;
        const moved = await ends.set('ends', { base: kept, head: after.value.head });
        if (!moved.ok) return moved;
        for (let seq = base.seq + 1; seq <= kept.seq; seq++) {
          const gone = await lines.delete(keyOf(seq));
          if (!gone.ok) return gone;
        }
        return ok(entries);
      }),

    sealBeginning: () =>
      alone(async () => {
        const found = await bounds();
        if (!found.ok) return found;
        return write({
          what: 'audit.sealed',
          case: null,
          by: null,
          detail: beginningOf(found.value.base, seal),
        });
      }),

    async head() {
      const found = await bounds();
      return found.ok ? ok(found.value.head) : found;
    },
  };
}
