/**
 * What a device said in a case: told by the audit trail, entry by entry, and where the trail has forgotten it by what the
 * case itself keeps. Nothing is concluded: what nobody asked stays unasked. Pure.
 */
import type { AuditEntry, ChainPlace } from '../audit/chain.ts';
import type { CaseRecord } from '../cases/case.ts';
import { hasText } from '../kernel/all-texts.ts';
import type { WordAfter } from '../kernel/texts.ts';

/** A word of the device itself; its sentence is `report:said.<word>`. */
export type DeviceWord = WordAfter<'report:said.'>;

/** One time the device said something: asked for its status, or at the end of an unbind. */
interface Saying {
  readonly by: 'status' | 'unbind';
  readonly word: DeviceWord;
  /** Something that unbinds had been begun. */
  readonly afterwards: boolean;
}

/** Ways by which somebody's hand unbinds, as guides are named. */
const BY_HAND: readonly unknown[] = [
  'vendor-tool',
  'app',
  'recorder-menu',
  'previous-owner',
  'installer-account',
];

/** What is known of a case besides what it keeps. */
export interface History {
  /** What it said last before its last word, or before anything was begun; null: nobody had asked. */
  readonly before: DeviceWord | null;
  /** Its last word, where it had been asked before or something had been begun; null: nobody asked again. */
  readonly after: DeviceWord | null;
  /** What its last word came of; null: it never said anything. */
  readonly lastBy: Saying['by'] | null;
  /** The last entry of the case in the trail; null: none is kept. */
  readonly place: ChainPlace | null;
}

/** @param entries those of the case, oldest first */
export function historyOf(record: CaseRecord, entries: readonly AuditEntry[]): History {
  const last = entries.at(-1);
  const place = last ? { seq: last.seq, hash: last.hash } : null;
  const told = sayingsIn(entries);
  const sayings = told.length > 0 ? told : sayingsKept(record);
  const final = sayings.at(-1) ?? null;
  const earlier = sayings.slice(0, -1).findLast(({ by }) => by === 'status') ?? null;
  const isFirst = final !== null && earlier === null && !final.afterwards;
  return {
    before: isFirst ? final.word : (earlier?.word ?? announced(record)),
    after: isFirst ? null : (final?.word ?? null),
    lastBy: final?.by ?? null,
    place,
  };
}

/** What the device said, in order; what was said of another device, before the case was about this one, is left out. */
function sayingsIn(entries: readonly AuditEntry[]): Saying[] {
  let sayings: Saying[] = [];
  let serial: unknown = null;
  let before: AuditEntry | null = null;
  let afterwards = false;
  for (const entry of entries) {
    // After a crash the same change may stand there twice (cases/desk.ts).
    const isRepeated = before?.what === entry.what && before.detail.revision === entry.detail.revision;
    before = entry;
    if (isRepeated) continue;
    const { what, detail } = entry;
    if (what === 'case.identified' && detail.serial !== serial) {
      serial = detail.serial;
      sayings = [];
      afterwards = false;
    }
    afterwards ||=
      (what === 'case.job-started' && detail.kind === 'unbind') ||
      (what === 'case.guide' && BY_HAND.includes(detail.guide));
    const word =
      what === 'case.status-read'
        ? knownWord(detail.status)
        : what === 'case.reported'
          ? wordOfReport(detail.outcome, detail.verified)
          : null;
    if (word !== null) sayings.push({ by: what === 'case.reported' ? 'unbind' : 'status', word, afterwards });
  }
  return sayings;
}

/** The same by what the case keeps: the latest of each. */
function sayingsKept({ status, report, guide }: CaseRecord): Saying[] {
  const asked = knownWord(status);
  const ended = report === null ? null : wordOfReport(report.outcome, report.verified);
  const byHand = report === null && BY_HAND.includes(guide?.way);
  return [
    ...(asked === null ? [] : [{ by: 'status', word: asked, afterwards: byHand } as const]),
    ...(ended === null ? [] : [{ by: 'unbind', word: ended, afterwards: true } as const]),
  ];
}

/** What the device announces by itself, where nobody asked. */
function announced({ facts }: CaseRecord): DeviceWord | null {
  const { bindStatus } = facts;
  return bindStatus.state === 'known' && bindStatus.source === 'lan' ? bindStatus.value : null;
}

/** Ends of an unbind that are the laptop's own word, or were not believed: of the device they say nothing. */
const NOT_ITS_WORD: readonly unknown[] = ['refused', 'not-found', 'unproven'];

function wordOfReport(outcome: unknown, verified: unknown): DeviceWord | null {
  if (NOT_ITS_WORD.includes(outcome)) return null;
  if (outcome === 'unbound') return verified === true ? 'not-bound' : 'accepted-unconfirmed';
  return knownWord(outcome);
}

/** A word of a newer laptop has no sentence here. */
function knownWord(word: unknown): DeviceWord | null {
  if (typeof word !== 'string') return null;
  return hasText(`report:said.${word}`) ? (word as DeviceWord) : 'unexpected';
}
