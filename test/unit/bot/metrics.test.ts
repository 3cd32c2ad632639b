import { setImmediate as behindTheTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { device } from '../../../src/audit/naming.ts';
import type { Audit, AuditNote } from '../../../src/audit/trail.ts';
import { tellingCases, watchedAudit } from '../../../src/bot/watch/case-watch.ts';
import { measuredStore } from '../../../src/bot/watch/measured.ts';
import { createMetrics, LOCK_REASONS } from '../../../src/bot/watch/metrics.ts';
import { countUpdates } from '../../../src/bot/watch/update-count.ts';
import { hasText } from '../../../src/kernel/all-texts.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { fail, ok } from '../../../src/kernel/result.ts';
import type { Store } from '../../../src/store/store.ts';

const CASE = '01J00000000000000000K7M2PQ';
const note = (what: AuditNote['what'], detail: AuditNote['detail']): AuditNote => ({
  what,
  case: CASE,
  by: 4711,
  detail,
});

/** A trail that takes everything, and what is told of it. */
function trail(append: Audit['append'] = async () => ok(undefined)) {
  const lines: string[] = [];
  const metrics = createMetrics('1.2.3');
  const log = createLog('info', 'test', { write: (line: string) => void lines.push(line) });
  return { audit: watchedAudit({ append } as Audit, metrics, log), metrics, lines, log };
}

describe('what happens in cases', () => {
  it('is counted, and has a line of the log that names the case and nobody else', async () => {
    const { audit, metrics, lines } = trail();
    await audit.append(note('case.opened', {}));
    await audit.append(note('case.identified', { serial: device('J50000062'), model: 'Canary-Model' }));
    await audit.append(note('case.attempt', { granted: true, job: CASE, serial: device('J50000062') }));
    await audit.append(note('case.reported', { outcome: 'refused', reason: 'few-attempts', job: CASE }));
    await audit.append(note('case.reported', { outcome: 'refused', reason: 'What a laptop writes: secret' }));
    await audit.append(note('case.closed', { outcome: 'unbound' }));
    const text = await metrics.text();
    for (const line of [
      'unbind_cases_total{became="opened"} 1',
      'unbind_cases_total{became="unbound"} 1',
      'unbind_attempts_total{granted="yes"} 1',
      'unbind_reports_total{outcome="refused"} 2',
      'unbind_locks_avoided_total{reason="few-attempts"} 1',
      'unbind_info{version="1.2.3"} 1',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).not.toContain('laptop writes');
    await behindTheTurn();
    const said = lines.map((line) => JSON.parse(line));
    expect(said.map(({ msg }) => msg)).toContain('case.identified');
    expect(new Set(said.map((line) => line.case))).toEqual(new Set([CASE]));
    for (const secret of ['J50000062', '4711', 'Canary-Model', 'secret'])
      expect(lines.join()).not.toContain(secret);
  });

  it('is neither counted nor told where it is not on disk', async () => {
    const { audit, metrics, lines } = trail(async () => fail({ reason: 'full', detail: '' }));
    await audit.append(note('case.opened', {}));
    expect(await metrics.text()).toContain('unbind_cases_total{became="opened"} 0');
    await behindTheTurn();
    expect(lines).toEqual([]);
  });

  it('knows every reason for which a password is kept back by its sentence', () => {
    expect(LOCK_REASONS.filter((reason) => !hasText(`agent:reason.${reason}`))).toEqual([]);
  });
});

describe('what is counted of updates and of the store', () => {
  it('is from the arrival to the answer, however often it was tried', async () => {
    let now = 0;
    const metrics = createMetrics('0');
    const counted = countUpdates(metrics, () => now);
    const update = { update_id: 1, callback_query: {} } as unknown as Parameters<typeof counted.arrived>[0];
    counted.admitted(update, 'in');
    counted.arrived(update);
    now = 3_000;
    await counted.handling(update, Promise.resolve(fail('store-unavailable')));
    now = 20_000;
    await counted.handling(update, Promise.resolve(ok(undefined)));
    await expect(counted.handling(update, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    counted.admitted(update, 'too-fast');
    const text = (await metrics.text()).split('\n');
    expect(text).toEqual(
      expect.arrayContaining([
        'unbind_updates_total{kind="button",became="store-unavailable"} 1',
        'unbind_updates_total{kind="button",became="handled"} 1',
        'unbind_updates_total{kind="button",became="broken"} 1',
        'unbind_refusals_total{by="door",reason="too-fast"} 1',
        'unbind_answer_seconds_sum{kind="button"} 20',
        'unbind_answer_seconds_count{kind="button"} 1',
      ]),
    );
  });

  it('says of a failure why, and changes no answer', async () => {
    const metrics = createMetrics('0');
    const failure = { reason: 'full', detail: 'ENOSPC' } as const;
    const values = { get: async () => fail(failure), keys: async () => ok(['a']) };
    const store = measuredStore(
      { values: () => values, mailboxes: () => ({}), claims: {} } as unknown as Store,
      metrics,
    );
    const kind = {} as Parameters<Store['values']>[0];
    expect(await store.values(kind).get('x')).toEqual(fail(failure));
    expect(await store.values(kind).keys()).toEqual(ok(['a']));
    const text = (await metrics.text()).split('\n');
    expect(text).toContain('unbind_store_failures_total{reason="full"} 1');
    expect(text).toContain('unbind_store_seconds_count{operation="keys"} 1');
  });
});

describe('the line that sums up a case', () => {
  it('is not written when the case was closed before', async () => {
    const { log, lines } = trail();
    let refused: string | null = null;
    const record = {
      id: CASE,
      tried: [],
      facts: {},
      answers: [],
      report: null,
      createdAt: 0,
      closedAt: 90_000,
    };
    const desk = tellingCases(
      { apply: async () => ok({ case: record, refused }) } as never,
      log,
    ) as never as {
      apply(id: string, action: object): Promise<unknown>;
    };
    await desk.apply(CASE, { type: 'stage', stage: 'close' });
    refused = 'closed';
    await desk.apply(CASE, { type: 'closed', outcome: 'unbound' });
    expect(lines).toEqual([]);
  });
});
