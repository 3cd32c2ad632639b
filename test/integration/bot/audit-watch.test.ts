import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { ChainPlace } from '../../../src/audit/chain.ts';
import { AUDIT_ENDS, AUDIT_LINES, type Audit, createAudit } from '../../../src/audit/trail.ts';
import { parsePlace } from '../../../src/bot/audit-command.ts';
import type { Notice } from '../../../src/bot/house/notice.ts';
import { type HeadKeeper, lookAtAudit } from '../../../src/bot/server/audit-watch.ts';
import { createRunMark } from '../../../src/bot/server/run-mark.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { openStore } from '../../../src/store/open.ts';
import type { Store } from '../../../src/store/store.ts';
import { eventually } from '../../support/eventually.ts';
import { NO_REDIS } from '../../support/redis.ts';
import { startPair } from '../../support/redis-pair.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';

const DAY = 24 * 60 * 60 * 1000;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let audit: Audit;
let now: number;
let raised: Notice[];
let logged: string[];

beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openTestStore(folder.path);
  now = Date.UTC(2026, 10, 28, 12);
  audit = createAudit(store, () => now);
  [raised, logged] = [[], []];
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

async function notes(count: number): Promise<void> {
  for (let n = 1; n <= count; n++)
    await audit.append({ what: 'case.stage', case: 'C1', by: 7, detail: { n } });
}
const look = (
  keepers: readonly HeadKeeper[],
  keepDays: number | null = null,
  last: ChainPlace | null = null,
) =>
  lookAtAudit(
    {
      audit,
      primary: store.primary,
      keepDays,
      everyMs: DAY,
      keepers,
      raise: async (notice) => void raised.push(notice),
      log: createLog('info', 'test', { write: (line: string) => void logged.push(line) }),
      clock: () => now,
    },
    last,
  );

describe('the watch over the audit trail', () => {
  it('adds a line to a file of its owner alone; what was written anew does not go through it', async () => {
    const path = join(folder.path, 'heads');
    await notes(3);
    await look([{ to: 'file', path }]);
    await notes(2);
    now += DAY;
    await look([{ to: 'file', path }]);
    const lines = (await readFile(path, 'utf8')).split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^2026-11-28T12:00:00\.000Z 3:[0-9a-f]{64}$/),
      expect.stringMatching(/^2026-11-29T12:00:00\.000Z 5:[0-9a-f]{64}$/),
      '',
    ]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const known = parsePlace(lines[1]?.split(' ')[1] ?? '') ?? undefined;
    expect(await audit.verify(known)).toMatchObject({ value: { faults: [] } });
    // Somebody who owns the store writes the whole trail anew.
    for (const space of [AUDIT_LINES, AUDIT_ENDS] as const) {
      const keys = await store.values<unknown>(space).keys();
      for (const key of keys.ok ? keys.value : []) await store.values<unknown>(space).delete(key);
    }
    await notes(6);
    expect(await audit.verify()).toMatchObject({ value: { faults: [] } });
    expect(await audit.verify(known)).toMatchObject({ value: { faults: [{ seq: 5, fault: 'rewritten' }] } });
  });

  it('tells a syslog server and the admins', async () => {
    const server: Socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    const arrived = once(server, 'message') as Promise<[Buffer]>;
    await notes(2);
    await look([{ to: 'syslog', host: '127.0.0.1', port }, { to: 'chat' }]);
    const [message] = await arrived;
    expect(message.toString()).toMatch(
      /^<85>1 2026-11-28T12:00:00\.000Z \S+ unbind-bot \d+ audit-head - 2:[0-9a-f]{64}$/,
    );
    expect(raised).toEqual([{ kind: 'audit.head', place: expect.stringMatching(/^2:[0-9a-f]{64}$/) }]);
    server.close();
  });

  it('says so when the place could not be handed on', async () => {
    await notes(1);
    await look([{ to: 'file', path: join(folder.path, 'no', 'folder') }]);
    expect(raised).toEqual([{ kind: 'audit.unkept', to: 'file' }]);
    expect(logged.join('')).toContain('ENOENT');
  });

  it('forgets what is too old', async () => {
    await notes(3);
    now += 10 * DAY;
    await notes(1);
    await look([], 5);
    expect(await audit.verify()).toMatchObject({ value: { first: 4, faults: [] } });
    expect(raised).toEqual([]);
  });

  it.each([
    ['cut off', 1],
    ['emptied', 0],
  ])(
    'finds a trail that was %s in the store while the bot runs, however whole the rest is',
    async (_, kept) => {
      await notes(3);
      const last = await look([]);
      expect(last).toMatchObject({ seq: 3 });
      for (const space of [AUDIT_LINES, AUDIT_ENDS] as const) {
        const keys = await store.values<unknown>(space).keys();
        for (const key of keys.ok ? keys.value : []) await store.values<unknown>(space).delete(key);
      }
      await notes(kept);
      expect(await audit.verify()).toMatchObject({ value: { faults: [] } });
      expect(await look([], null, last)).toEqual(last);
      expect(raised).toEqual([{ kind: 'audit.damaged', seq: 3, faults: 1 }]);
    },
  );

  it.skipIf(NO_REDIS !== null)(
    'hands on no place that a failover may take away, and does not miss it afterwards',
    async () => {
      const pair = await startPair();
      onTestFinished(() => pair.end());
      const opened = await openStore(pair.url);
      if (!opened.ok) throw new Error(opened.failure.reason);
      await store.close();
      [store, audit] = [opened.value, createAudit(opened.value, () => now)];
      await notes(1);
      const last = await look([{ to: 'chat' }]);
      expect(last).toMatchObject({ seq: 1 });
      await pair.cutOff();
      await notes(1);
      expect(await look([{ to: 'chat' }], null, last)).toEqual(last);
      expect(raised.map(({ kind }) => kind)).toEqual(['audit.head']);
      expect(logged.join('')).toContain('handed on at the next look');
      await pair.failOver();
      await eventually(async () =>
        expect(await audit.verify(last ?? undefined)).toMatchObject({ value: { entries: 1, faults: [] } }),
      );
      expect(await look([], null, last)).toEqual(last);
      expect(raised.map(({ kind }) => kind)).toEqual(['audit.head']);
    },
  );

  it('tells that the trail was changed, hands no place on and forgets nothing', async () => {
    const path = join(folder.path, 'heads');
    await notes(4);
    await store.values(AUDIT_LINES).set('000000000003', '{}');
    now += 10 * DAY;
    await look([{ to: 'chat' }, { to: 'file', path }], 5);
    expect(raised).toEqual([{ kind: 'audit.damaged', seq: 3, faults: 1 }]);
    expect(await audit.verify()).toMatchObject({ value: { first: 1 } });
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });
});

describe('the mark of a run', () => {
  it('tells a crash from a shutdown, and when it was last alive', async () => {
    expect(await createRunMark(store, () => now).begin()).toEqual({ ok: true, value: null });
    now += DAY;
    const second = createRunMark(store, () => now);
    expect(await second.begin()).toEqual({ ok: true, value: now - DAY });
    await second.end();
    const third = createRunMark(store, () => now);
    expect(await third.begin()).toEqual({ ok: true, value: null });
    await third.end();
  });
});
