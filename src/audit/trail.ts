/**
 * The house's audit trail, append-only: verdicts, challenges, attempts, outcomes, access (docs/security.md). Where it is
 * kept and how it is written; its form is chain.ts, whom it names is naming.ts.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import * as z from 'zod';
import { fail, ok, type Result } from '../kernel/result.ts';
import { kind, readAs } from '../store/kind.ts';
import { isReadable, parseRecord } from '../store/record-text.ts';
import type { Store, StoredRecord, StoreFailure } from '../store/store.ts';
import {
  type AuditContent,
  type AuditEntry,
  type AuditFault,
  beginningOf,
  CHAIN_START,
  type ChainPlace,
  createChainCheck,
  nextLine,
  readLine,
  type Seal,
} from './chain.ts';
import { AUDIT_NAMES, type AuditName, createNames, isCommitment, type OpenedName, person } from './naming.ts';

/** What is to be noted. People and devices are given by name; the entry holds a commitment to it. */
export interface AuditNote extends Omit<AuditContent, 'by' | 'detail'> {
  /** Telegram id of who did it; null: an agent, or the house itself. */
  readonly by: number | null;
  /** A person or a device in it is given as one (`person`, `device` of naming.ts), never as a number or a text. */
  readonly detail: Readonly<Record<string, string | number | boolean | null | AuditName>>;
}

/** Entries as lines, by number, and under `ends` the bounds: what stands in a line, the chain itself vouches for. */
export const AUDIT_LINES = kind({ name: 'audit', version: 1, schema: z.string() });

const place = z.object({ seq: z.number(), hash: z.string() });
/** Where the kept part of the trail begins and ends; `base`: the entry before the first one kept. */
const boundsSchema = z.object({ base: place, head: place });
type Bounds = Readonly<z.infer<typeof boundsSchema>>;
/** The bounds as they were kept when entry and bounds were two writes. */
export const AUDIT_ENDS = kind({ name: 'audit-ends', version: 1, schema: boundsSchema });

/** What a look over the whole trail found. */
export interface AuditCheck {
  readonly entries: number;
  /** Of the first entry kept. */
  readonly first: number;
  readonly head: ChainPlace;
  /** In order; empty when nothing was touched. */
  readonly faults: readonly AuditFault[];
}

export interface Audit {
  /**
   * Adds an entry, together with the note where the trail ends now: on disk when it resolves, or, within a task
   * (`Store.together`), as one with what else the task writes. One durable write more where a name is met for the first time.
   * Repeated after a crash it may stand there twice, never be missing.
   */
  append(note: AuditNote): Promise<Result<void, StoreFailure>>;
  /** Follows the chain from its first kept entry to its last. `known`: a place it must go through (chain.ts). */
  verify(known?: ChainPlace): Promise<Result<AuditCheck, StoreFailure>>;
  /** Hands every line to `each`, oldest first. */
  read(each: (line: string) => void): Promise<Result<void, StoreFailure>>;
  /** Hands entries to `each`, newest first, until it has seen enough and answers false. Damaged ones are passed over. */
  readBack(each: (entry: AuditEntry) => boolean): Promise<Result<void, StoreFailure>>;
  /**
   * Forgets entries older than `before` (ms since 1970), and names only they held; the rest still hangs together. Says
   * how many entries went. Whoever appends meanwhile does not wait for it.
   */
  prune(before: number): Promise<Result<number, StoreFailure>>;
  /** The operator vouches for where the trail begins, for instance after the bot got another token. */
  sealBeginning(): Promise<Result<void, StoreFailure>>;
  /** Where the trail ends now. */
  head(): Promise<Result<ChainPlace, StoreFailure>>;
  /** The names entries can still be opened to. */
  names(): Promise<Result<OpenedName[], StoreFailure>>;
  /** Erases a name: the entries stay, and say of nobody any more that it was them. False: no entry names it. */
  erase(name: AuditName): Promise<Result<boolean, StoreFailure>>;
}

const ENDS = 'ends';
const keyOf = (seq: number) => String(seq).padStart(12, '0');
/** What a turn appends is written by its end (`Store.together`), and no turn lasts so long, ms. */
const WRITTEN_WITHIN_MS = 600_000;
/** Entries read, or deleted in one commit, before others get their turn. */
const BATCH = 50;

/**
 * Opens the trail on a store. `clock` in milliseconds.
 * @param seal marks and checks where the trail begins once its oldest entries are forgotten; whoever only appends
 *   needs none
 */
export function createAudit(
  store: Pick<Store, 'values'>,
  clock: () => number,
  seal: Seal | null = null,
): Audit {
  /** Lines by number, and under `ends` the bounds: in one place, so that one commit writes both. */
  const records = store.values(AUDIT_LINES);
  const names = createNames(store.values(AUDIT_NAMES));
  const before = boundsOfBefore(store);
  /** Commitments of names in entries of late, ms: those may not be written yet, and hold their names already. */
  const lately = new Map<string, number>();
  /** What looks over the whole trail, one at a time in this process; of those who append the store decides who was first. */
  let turn: Promise<unknown> = Promise.resolve();

  function inTurn<T>(task: () => Promise<Result<T, StoreFailure>>): Promise<Result<T, StoreFailure>> {
    const done = turn.then(task);
    turn = done.catch(() => undefined);
    return done;
  }

  async function bounds(): Promise<Result<Bounds, StoreFailure>> {
    const found = await records.get(ENDS);
    if (!found.ok) return found;
    if (found.value === undefined) return before();
    const read = readBounds(found.value);
    return read
      ? ok(read)
      : fail({ reason: 'unreadable', detail: 'where the audit trail ends is not readable' });
  }

  async function commitTo(name: AuditName): Promise<Result<string, StoreFailure>> {
    const commitment = await names.commit(name);
    if (!commitment.ok) return commitment;
    // The newest last, so that the oldest are found at once.
    lately.delete(commitment.value);
    lately.set(commitment.value, clock());
    for (const one of lately.keys()) {
      if (mayBeUnwritten(one)) break;
      lately.delete(one);
    }
    return commitment;
  }

  function mayBeUnwritten(commitment: string): boolean {
    return (lately.get(commitment) ?? Number.NEGATIVE_INFINITY) > clock() - WRITTEN_WITHIN_MS;
  }

  /** The note as its entry holds it. */
  async function contentOf({ by, detail, ...rest }: AuditNote): Promise<Result<AuditContent, StoreFailure>> {
    const who = by === null ? ok(null) : await commitTo(person(by));
    if (!who.ok) return who;
    const values: Record<string, AuditContent['detail'][string]> = {};
    for (const [word, value] of Object.entries(detail)) {
      const shown = typeof value === 'object' && value !== null ? await commitTo(value) : ok(value);
      if (!shown.ok) return shown;
      values[word] = shown.value;
    }
    return ok({ ...rest, by: who.value, detail: values });
  }

  /** Adds the entry. `base`: the trail begins behind that place from now on. */
  async function write(note: AuditNote, base?: ChainPlace): Promise<Result<void, StoreFailure>> {
    const content = await contentOf(note);
    if (!content.ok) return content;
    const at = clock();
    // Only asked where there is no note of the ends yet; whoever writes it first is right for all.
    const start = await bounds();
    if (!start.ok) return start;
    return records.amend(ENDS, (current) => {
      const last = (current === undefined ? null : readBounds(current)) ?? start.value;
      const { line, place } = nextLine(last.head, content.value, at);
      const next: Bounds = { base: base ?? last.base, head: place };
      return { value: JSON.stringify(next), also: { [keyOf(place.seq)]: line } };
    });
  }

  /** Hands over the lines from `first` to `last`, and lets others have their turn in between. `each` false: enough. */
  async function walk(
    first: number,
    last: number,
    each: (line: string | undefined, seq: number) => boolean,
  ): Promise<Result<void, StoreFailure>> {
    for (let seq = first; seq <= last; seq++) {
      if ((seq - first) % BATCH === BATCH - 1) await breathe();
      const line = await records.get(keyOf(seq));
      if (!line.ok && line.failure.reason !== 'unreadable') return line;
      if (!each(line.ok ? line.value : '', seq)) break;
    }
    return ok(undefined);
  }

  /**
   * Deletes the lines up to `last`, which nothing leads to any more. The oldest go first: what a crash leaves hangs
   * together with `last`, where the next prune finds it.
   */
  async function sweep(last: number): Promise<Result<void, StoreFailure>> {
    let first = last + 1;
    for (; first > 1; first--) {
      if ((last - first) % BATCH === BATCH - 1) await breathe();
      const line = await records.get(keyOf(first - 1));
      if (line.ok && line.value === undefined) break;
    }
    for (; first <= last; first += BATCH) {
      const count = Math.min(BATCH, last - first + 1);
      const gone = await records.deleteMany(Array.from({ length: count }, (_, n) => keyOf(first + n)));
      if (!gone.ok) return gone;
      await breathe();
    }
    return ok(undefined);
  }

  /** Erases names that only forgotten entries held. */
  async function eraseUnheld(held: Set<string>, { head }: Bounds): Promise<Result<void, StoreFailure>> {
    const now = await bounds();
    if (!now.ok) return now;
    const walked = await walk(head.seq + 1, now.value.head.seq, (line) => {
      for (const name of namesIn(line)) held.add(name);
      return true;
    });
    if (!walked.ok) return walked;
    const all = await names.all();
    if (!all.ok) return all;
    for (const name of all.value) {
      if (held.has(name.commitment) || mayBeUnwritten(name.commitment)) continue;
      const erased = await names.erase(name);
      if (!erased.ok) return erased;
    }
    return ok(undefined);
  }

  return {
    append: (note) => write(note),

    async verify(known) {
      for (;;) {
        const found = await bounds();
        if (!found.ok) return found;
        const { base, head } = found.value;
        const check = createChainCheck(base, known, seal);
        const walked = await walk(base.seq + 1, head.seq, (line) => {
          check.add(line);
          return true;
        });
        if (!walked.ok) return walked;
        const after = await bounds();
        if (!after.ok) return after;
        // Forgotten while we looked: what is missing then was not taken away.
        if (after.value.base.seq !== base.seq) continue;
        check.end(head);
        return ok({ entries: head.seq - base.seq, first: base.seq + 1, head, faults: check.faults });
      }
    },

    async read(each) {
      const found = await bounds();
      if (!found.ok) return found;
      return walk(found.value.base.seq + 1, found.value.head.seq, (line) => {
        each(line ?? '');
        return true;
      });
    },

    async readBack(each) {
      const found = await bounds();
      if (!found.ok) return found;
      const { base, head } = found.value;
      for (let seq = head.seq; seq > base.seq; seq--) {
        if ((head.seq - seq) % BATCH === BATCH - 1) await breathe();
        const line = await records.get(keyOf(seq));
        if (!line.ok && line.failure.reason !== 'unreadable') return line;
        const entry = line.ok && line.value !== undefined ? readLine(line.value) : null;
        if (entry && !each(entry)) break;
      }
      return ok(undefined);
    },

    async prune(olderThan) {
      const found = await bounds();
      if (!found.ok) return found;
      const { base, head } = found.value;
      const left = await sweep(base.seq);
      if (!left.ok) return left;
      let kept = base;
      // A damaged entry is kept, and all after it: evidence does not go.
      const walked = await walk(base.seq + 1, head.seq - 1, (line, seq) => {
        const entry = line === undefined ? null : readLine(line);
        if (!entry || entry.at >= olderThan) return false;
        kept = { seq, hash: entry.hash };
        return true;
      });
      if (!walked.ok) return walked;
      if (kept === base) return ok(0);
      const entries = kept.seq - base.seq;
      // With the entry that lets the trail begin there, in one commit: a beginning without one is a trail that was cut.
      const detail = { entries, ...beginningOf(kept, seal) };
      const noted = await inTurn(() => write({ what: 'audit.pruned', case: null, by: null, detail }, kept));
      if (!noted.ok) return noted;
      const swept = await sweep(kept.seq);
      if (!swept.ok) return swept;
      const held = new Set<string>();
      const looked = await walk(kept.seq + 1, head.seq, (line) => {
        for (const name of namesIn(line)) held.add(name);
        return true;
      });
      if (!looked.ok) return looked;
      const erased = await inTurn(() => eraseUnheld(held, found.value));
      return erased.ok ? ok(entries) : erased;
    },

    sealBeginning: () =>
      inTurn(async () => {
        const found = await bounds();
        if (!found.ok) return found;
        const detail = beginningOf(found.value.base, seal);
        return write({ what: 'audit.sealed', case: null, by: null, detail });
      }),

    async head() {
      const found = await bounds();
      return found.ok ? ok(found.value.head) : found;
    },

    names: () => names.all(),

    erase: (name) =>
      inTurn(async () => {
        const known = await names.find(name);
        if (!known.ok) return known;
        if (known.value === null) return ok(false);
        const detail = { name: known.value };
        const noted = await write({ what: 'audit.erased', case: null, by: null, detail });
        if (!noted.ok) return noted;
        const erased = await names.erase(name);
        return erased.ok ? ok(true) : erased;
      }),
  };
}

function readBounds(text: string): Bounds | null {
  try {
    return boundsSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The commitments an entry holds. */
function namesIn(line: string | undefined): string[] {
  const entry = line === undefined ? null : readLine(line);
  return entry ? [entry.by, ...Object.values(entry.detail)].filter(isCommitment) : [];
}

/**
 * The bounds as they were kept when entry and bounds were two writes: beside the lines, so that an entry may be there
 * which they do not know yet.
 */
function boundsOfBefore(store: Pick<Store, 'values'>) {
  const lines = store.values(AUDIT_LINES);
  const ends = store.values(AUDIT_ENDS);
  return async (): Promise<Result<Bounds, StoreFailure>> => {
    const found = await ends.get(ENDS);
    if (!found.ok) return found;
    const { base, head } = found.value ?? { base: CHAIN_START, head: CHAIN_START };
    const beyond = await lines.get(keyOf(head.seq + 1));
    if (!beyond.ok) return beyond;
    const entry = beyond.value === undefined ? null : readLine(beyond.value);
    return ok({ base, head: entry?.previous === head.hash ? { seq: entry.seq, hash: entry.hash } : head });
  };
}

/**
 * Checks a trail by its records, as they lie in a store: in a backup, where no store is.
 * @param seal null: who let the trail begin where it does is not asked
 */
export function createTrailCheck(seal: Seal | null) {
  const lines = new Map<number, string>();
  let bounds: Bounds | null = null;
  let ends: Bounds | null = null;
  return {
    /** Takes a record of the store; those of others are passed over. */
    record({ key: [sort, namespace, name = ''], text }: StoredRecord): void {
      if (sort !== 'value' || !isReadable(text)) return;
      if (namespace === AUDIT_LINES.name) {
        const line = readAs(AUDIT_LINES, parseRecord(text));
        const value = line.ok ? line.value : '';
        if (name === ENDS) bounds = readBounds(value);
        else lines.set(Number(name), value);
      }
      const before = namespace === AUDIT_ENDS.name ? readAs(AUDIT_ENDS, parseRecord(text)) : null;
      if (before?.ok) ends = before.value;
    },
    end(): AuditCheck {
      const { base, head } = bounds ?? ends ?? { base: CHAIN_START, head: CHAIN_START };
      const check = createChainCheck(base, null, seal);
      for (let seq = base.seq + 1; seq <= head.seq; seq++) check.add(lines.get(seq));
      check.end(head);
      return { entries: head.seq - base.seq, first: base.seq + 1, head, faults: check.faults };
    },
  };
}
