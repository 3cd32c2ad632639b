import { monotonicFactory } from 'ulid';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Store, StoreFailure, Values } from '../store/store.ts';
import { applyAction, type CaseAction, type CaseRecord, type CaseRefusal, newCase } from './case.ts';

/** One line of a case's audit trail. Holds words and numbers about what happened, never a secret. */
export interface AuditEntry {
  caseId: string;
  /** Milliseconds. */
  at: number;
  /** Revision of the case after the entry. */
  revision: number;
  action: CaseAction['type'] | 'opened';
  detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** What an action came to: the case as it is now, and why the action was refused if it was. */
export interface Applied {
  case: CaseRecord;
  refused: CaseRefusal | null;
}

/** Where cases are opened, changed and remembered. Callers keep one chat's calls in order. */
export interface CaseDesk {
  open(chatId: number): Promise<Result<CaseRecord, StoreFailure>>;
  get(id: string): Promise<Result<CaseRecord | null, StoreFailure>>;
  apply(id: string, action: CaseAction): Promise<Result<Applied, StoreFailure | { reason: 'no-such-case' }>>;
  /** The audit trail, oldest first. */
  audit(id: string): Promise<Result<AuditEntry[], StoreFailure>>;
}

/** Opens the desk on a store. `clock` in milliseconds. */
export function createCaseDesk(store: Store, clock: () => number): CaseDesk {
  const cases: Values<CaseRecord> = store.values('cases');
  const trail: Values<AuditEntry> = store.values('case-audit');
  const nextId = monotonicFactory();

  /**
   * Writes an entry before the case itself: after a crash in between the same change is made again and writes the same
   * entry, so the trail never misses a change.
   */
  function record(entry: AuditEntry): Promise<Result<void, StoreFailure>> {
    return trail.set(`${entry.caseId}:${String(entry.revision).padStart(6, '0')}`, entry);
  }

  return {
    async open(chatId) {
      const now = clock();
      const opened = newCase(nextId(now), chatId, now);
      const noted = await record({
        caseId: opened.id,
        at: now,
        revision: 0,
        action: 'opened',
        detail: { chat: chatId },
      });
      if (!noted.ok) return noted;
      const saved = await cases.set(opened.id, opened);
      return saved.ok ? ok(opened) : saved;
    },

    async get(id) {
      const found = await cases.get(id);
      return found.ok ? ok(found.value ?? null) : found;
    },

    async apply(id, action) {
      const found = await cases.get(id);
      if (!found.ok) return found;
      if (!found.value) return fail({ reason: 'no-such-case' });
      const now = clock();
      const applied = applyAction(found.value, action, now);
      if (!applied.ok) return ok({ case: found.value, refused: applied.failure });
      const { revision } = applied.value;
      const noted = await record({
        caseId: id,
        at: now,
        revision,
        action: action.type,
        detail: detailOf(action),
      });
      if (!noted.ok) return noted;
      const saved = await cases.set(id, applied.value);
      return saved.ok ? ok({ case: applied.value, refused: null }) : saved;
    },

    async audit(id) {
      const keys = await trail.keys(`${id}:`);
      if (!keys.ok) return keys;
      const entries: AuditEntry[] = [];
      for (const key of keys.value) {
        const entry = await trail.get(key);
        if (!entry.ok) return entry;
        if (entry.value) entries.push(entry.value);
      }
      return ok(entries);
    },
  };
}

/** What of an action belongs in the audit trail: chosen word by word, so that nothing secret slips in with a new field. */
function detailOf(action: CaseAction): AuditEntry['detail'] {
  switch (action.type) {
    case 'identified':
      return { serial: action.device.shortSerial, model: action.device.model };
    case 'answered':
      return { fact: action.fact, answer: action.given };
    case 'back':
    case 'no-laptop':
    case 'recheck':
    case 'report-read':
      return {};
    case 'job-started':
      return { job: action.job.id, kind: action.job.kind, agent: action.job.agentId };
    case 'job-ended':
      return { job: action.jobId };
    case 'seen':
      return { job: action.jobId, agent: action.agentId, seen: action.sighting !== null };
    case 'status-read':
      return { job: action.jobId, status: action.status };
    case 'challenged':
      return { job: action.challenge.jobId, challenge: action.challenge.id };
    case 'challenge-settled':
      return { job: action.jobId, challenge: action.challengeId, triesLeft: action.triesLeft };
    case 'reported':
      return {
        job: action.jobId,
        outcome: action.report.outcome,
        reason: action.report.reason ?? null,
        attemptsLeft: action.report.attemptsLeft ?? null,
        verified: action.report.verified,
      };
    case 'stage':
      return { stage: action.stage };
    case 'closed':
      return { outcome: action.outcome };
  }
}
