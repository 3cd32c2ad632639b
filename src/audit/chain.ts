/**
 * The form of the audit trail: one entry a line, each holding the hash of the one before and its own. Whoever changes
 * a byte breaks the entry it stands in; whoever makes that entry good again breaks the next one. Pure.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

/** What an entry says happened, `area.word`. Words and numbers only: no entry ever holds a secret. */
export interface AuditContent {
  readonly what: `${'case' | 'group' | 'access' | 'agent' | 'limit' | 'serial' | 'audit'}.${string}`;
  /** The case it belongs to. */
  readonly case: string | null;
  /**
   * The commitment to the person who did it (naming.ts); null: an agent, or the house itself. A number, the person's
   * Telegram id, in entries of before there were commitments.
   */
  readonly by: string | number | null;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** One link of the chain. */
export interface AuditEntry extends AuditContent {
  /** 1 and up, without gaps. */
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Hash of the entry before; zeros before the first. */
  readonly previous: string;
  /** SHA-256, hex, of the entry's line without this field. */
  readonly hash: string;
}

/** A place in the chain. */
export interface ChainPlace {
  readonly seq: number;
  readonly hash: string;
}

/** Proves who wrote something: a keyed hash of a text, hex, whose key does not lie beside the trail. */
export type Seal = (text: string) => string;

/** Before the first entry. */
export const CHAIN_START: ChainPlace = { seq: 0, hash: '0'.repeat(64) };

/** Longest text kept of a detail, characters. */
const LONGEST_DETAIL = 128;

/** The entry that follows `last`, as its line. */
export function nextLine(
  last: ChainPlace,
  content: AuditContent,
  at: number,
): { line: string; place: ChainPlace } {
  const seq = last.seq + 1;
  const { what, case: caseId, by } = content;
  const detail = Object.fromEntries(
    Object.entries(content.detail).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replace(/\p{C}/gu, '').slice(0, LONGEST_DETAIL) : value,
    ]),
  );
  const linked = { seq, at, what, case: caseId, by, detail, previous: last.hash };
  const hash = createHash('sha256').update(JSON.stringify(linked)).digest('hex');
  return { line: JSON.stringify({ ...linked, hash }), place: { seq, hash } };
}

/**
 * Reads a line; null unless it is, to the byte, what `nextLine` writes: white space, escapes or fields that mean the
 * same would otherwise be bytes nobody vouches for.
 */
export function readLine(line: string): AuditEntry | null {
  try {
    const entry = JSON.parse(line) as AuditEntry;
    const { hash, ...content } = entry;
    const { seq, at, what, case: caseId, by, detail, previous } = content;
    const canonical = JSON.stringify({ seq, at, what, case: caseId, by, detail, previous, hash });
    const own = createHash('sha256').update(JSON.stringify(content)).digest('hex');
    return canonical === line && own === hash ? entry : null;
  } catch {
    return null;
  }
}

/**
 * What an entry says of the place it lets the trail begin behind. Whoever owns the trail can take its oldest entries
 * away and move the note of where it begins; an entry that allows it he can only make up without the seal.
 * @param seal null: nobody can tell later who let it begin there
 */
export function beginningOf({ seq, hash }: ChainPlace, seal: Seal | null): AuditContent['detail'] {
  return { upTo: seq, hash, seal: seal ? seal(`${seq}:${hash}`) : null };
}

/** Entries that let the trail begin behind a place: forgotten by age, or vouched for by the operator. */
const BEGINNINGS: readonly AuditContent['what'][] = ['audit.pruned', 'audit.sealed'];

function lets(entry: AuditEntry, start: ChainPlace): boolean {
  return (
    BEGINNINGS.includes(entry.what) && entry.detail.upTo === start.seq && entry.detail.hash === start.hash
  );
}

function isSealed({ detail }: AuditEntry, start: ChainPlace, seal: Seal): boolean {
  const [given, right] = [Buffer.from(String(detail.seal)), Buffer.from(seal(`${start.seq}:${start.hash}`))];
  return given.length === right.length && timingSafeEqual(given, right);
}

/**
 * What is wrong at an entry. `missing`: it is not there. `altered`: it is not what was written. `unlinked`: it is
 * whole, but follows another entry than the one before it. `cut`: it is not the entry the trail says it ends with.
 * `rewritten`: it is not the entry that is known to have stood here, or the trail does not reach it any more.
 * `beheaded`: the trail begins with it, and no entry says that those before were forgotten. `unsealed`: one says so, but
 * not under this house's seal.
 */
export interface AuditFault {
  readonly seq: number;
  readonly fault: 'missing' | 'altered' | 'unlinked' | 'cut' | 'rewritten' | 'beheaded' | 'unsealed';
}

/**
 * Follows a chain line by line from the entry after `start`.
 * @param known a place that was read off the trail earlier and kept elsewhere: whoever owns the trail can write it anew
 *   as a whole, but not so that it still goes through this place
 * @param seal null: that an entry lets the trail begin where it does is enough, whoever wrote it
 */
export function createChainCheck(
  start: ChainPlace,
  known: ChainPlace | null = null,
  seal: Seal | null = null,
) {
  const faults: AuditFault[] = [];
  let last = start;
  /** What vouches for the beginning; the very first entry needs nothing. */
  let beginning: 'sealed' | 'unsealed' | 'none' = start.seq === 0 ? 'sealed' : 'none';
  /** False after a fault: what the next entry points to is then known from itself alone. */
  let sure = true;
  return {
    faults: faults as readonly AuditFault[],
    /** The last place reached. */
    last: () => last,
    /** The next line; undefined when there is none. */
    add(line: string | undefined): void {
      const seq = last.seq + 1;
      const entry = line === undefined ? null : readLine(line);
      if (!entry || entry.seq !== seq) {
        faults.push({ seq, fault: line === undefined ? 'missing' : 'altered' });
        last = { seq, hash: '' };
        sure = false;
        return;
      }
      if (sure && entry.previous !== last.hash) faults.push({ seq, fault: 'unlinked' });
      if (seq === known?.seq && entry.hash !== known.hash) faults.push({ seq, fault: 'rewritten' });
      if (beginning !== 'sealed' && lets(entry, start))
        beginning = seal === null || isSealed(entry, start, seal) ? 'sealed' : 'unsealed';
      last = { seq, hash: entry.hash };
      sure = true;
    },
    /** The end, where the trail says it ends. */
    end(head: ChainPlace): void {
      if (sure && (last.seq !== head.seq || last.hash !== head.hash)) {
        faults.push({ seq: last.seq, fault: 'cut' });
      }
      if (beginning !== 'sealed') {
        faults.unshift({ seq: start.seq + 1, fault: beginning === 'none' ? 'beheaded' : 'unsealed' });
      }
      if (known && known.seq > last.seq) faults.push({ seq: known.seq, fault: 'rewritten' });
    },
  };
}
