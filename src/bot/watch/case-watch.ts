/**
 * What happens in cases, as the audit trail is told of it: counted, and a line of the log each, by which an admin finds the
 * whole story of a case under the number that its chat shows.
 */
import type { Audit, AuditNote } from '../../audit/trail.ts';
import { type CaseRecord, verdictOf } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import type { Log } from '../../kernel/log.ts';
import { LOCK_REASONS, type Metrics } from './metrics.ts';

/** Words of a note that a line of the log takes over: what happened, never what somebody wrote or a device is called. */
const LOGGED = [
  'stage',
  'kind',
  'way',
  'word',
  'method',
  'rule',
  'status',
  'order',
  'outcome',
  'reason',
  'attemptsLeft',
  'triesLeft',
  'verified',
  'granted',
  'job',
  'agent',
] as const;

/** An audit trail whose entries are counted and told to the log once they are on disk. */
export function watchedAudit(audit: Audit, metrics: Metrics, log: Log): Audit {
  return {
    ...audit,
    async append(note) {
      const noted = await audit.append(note);
      if (noted.ok) {
        count(note, metrics);
        // The person waits for the turn around it, and nobody for the line: it is written while the disk is at work.
        if (note.case !== null) setImmediate(() => log.info(lineOf(note), note.what));
      }
      return noted;
    },
  };
}

function count({ what, detail }: AuditNote, metrics: Metrics): void {
  const word = (name: string) => String(detail[name] ?? 'none');
  if (what === 'case.opened') metrics.cases.inc({ became: 'opened' });
  if (what === 'case.closed') metrics.cases.inc({ became: word('outcome') });
  if (what === 'case.verdict') metrics.verdicts.inc({ method: word('method') });
  if (what === 'case.attempt') metrics.attempts.inc({ granted: detail.granted === true ? 'yes' : 'no' });
  if (what !== 'case.reported') return;
  metrics.reports.inc({ outcome: word('outcome') });
  const reason = LOCK_REASONS.find((known) => known === detail.reason);
  if (reason) metrics.locksAvoided.inc({ reason });
}

/** A word or an id; what a laptop of another version may call a reason is no sentence. */
const WORD = /^[\w:.-]{1,64}$/;

function lineOf({ case: id, detail }: AuditNote): Record<string, unknown> {
  const words = LOGGED.flatMap((word) => {
    const value = detail[word];
    if (value === undefined || value === null || typeof value === 'object') return [];
    return typeof value === 'string' && !WORD.test(value) ? [] : [[word, value]];
  });
  return { case: id, ...Object.fromEntries(words) };
}

/** Cases of which each says in one line, when it ends, what it was about. */
export function tellingCases<D extends Pick<CaseDesk, 'apply'>>(desk: D, log: Log): D {
  return {
    ...desk,
    async apply(id, action) {
      const applied = await desk.apply(id, action);
      if (applied.ok && applied.value.refused === null && action.type === 'closed')
        log.info(summaryOf(applied.value.case), 'case');
      return applied;
    },
  };
}

function summaryOf(record: CaseRecord): Record<string, unknown> {
  const { id, stage, group, report, attemptsLeft, createdAt, closedAt, outcome, tried, answers } = record;
  const { method, rule } = verdictOf(record);
  return {
    case: id,
    outcome,
    stage,
    method,
    rule,
    group,
    report: report === null ? null : { outcome: report.outcome, reason: report.reason ?? null },
    attemptsLeft,
    answers: answers.length,
    tried: tried.map(({ way, word }) => `${way}:${word}`),
    agent: record.lookedBy,
    seconds: closedAt === null ? null : Math.round((closedAt - createdAt) / 1000),
  };
}
