import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { createAccess } from '../../../src/bot/door/access.ts';
import { createLimits, DAILY_UNBINDS } from '../../../src/bot/door/limits.ts';
import type { PinRule } from '../../../src/bot/door/pin-rule.ts';
import type { Notice } from '../../../src/bot/house/notice.ts';
import { createDrivers } from '../../../src/bot/jobs/drivers.ts';
import { createJobRules } from '../../../src/bot/jobs/may-start.ts';
import { keyFor } from '../../../src/bot/keys.ts';
import { type CaseRecord, newCase } from '../../../src/cases/case.ts';
import { createGroupDesk } from '../../../src/groups/desk.ts';
import { fail, ok } from '../../../src/kernel/result.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import type { Store } from '../../../src/store/store.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';

const ADMIN = 1;
const ANN = 7;
const SERIAL = 'J50000062';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let raised: Notice[];

/** Everything a rule asks, on a real store, with Ann let in. */
async function house() {
  const audit = createAudit(store, Date.now);
  const key = keyFor(new Secret('1:token'), 'invitations');
  const access = createAccess({ store, audit, adminIds: [ADMIN], key });
  const limits = createLimits(store, audit, Date.now);
  const drivers = createDrivers(store, audit, Date.now);
  const groups = createGroupDesk(store, audit, Date.now);
  const notices = { raise: async (notice: Notice) => void raised.push(notice) };
  const invited = await access.invite(ADMIN);
  if (invited.ok) await access.redeem(invited.value.token, { id: ANN, name: 'Ann' });
  return {
    access,
    limits,
    drivers,
    groups,
    notices,
    mayStart: createJobRules({ access, limits, drivers, groups, notices, pinOpen: async () => ok(true) }),
  };
}
const caseOf = (chatId: number, id = 'case'): CaseRecord => ({
  ...newCase(id, chatId, 1),
  device: { shortSerial: SERIAL, fullSerial: null, model: null, manufactured: null },
  order: { by: 'owner', statedAt: 1 },
});

beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openTestStore(folder.path);
  raised = [];
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

describe('an agent', () => {
  it('unbinds nothing before the PIN was typed for this case, and looks for devices without', async () => {
    const { access, limits, drivers, groups, notices } = await house();
    const open = new Set<string>();
    const pinOpen: PinRule = async ({ chatId, id }) => ok(open.has(`${chatId}:${id}`));
    const mayStart = createJobRules({ access, limits, drivers, groups, notices, pinOpen });
    expect(await mayStart(caseOf(ANN), 'discover', 'laptop')).toEqual(ok(null));
    expect(await mayStart(caseOf(ANN), 'unbind', 'laptop')).toEqual(ok('needs-pin'));
    open.add(`${ANN}:case`);
    expect(await mayStart(caseOf(ANN), 'unbind', 'laptop')).toEqual(ok(null));
    expect(await mayStart(caseOf(ANN, 'other'), 'unbind', 'laptop')).toEqual(ok('needs-pin'));
  });

  it('unbinds nothing before it was stated on whose order, whatever the conversation did', async () => {
    const { mayStart } = await house();
    const record = { ...caseOf(ANN), order: null };
    expect(await mayStart(record, 'discover', 'laptop')).toEqual(ok(null));
    expect(await mayStart(record, 'unbind', 'laptop')).toEqual(ok('needs-order'));
  });

  it('works for a technician who is in, and for nobody whose access was taken away a moment ago', async () => {
    const { access, mayStart } = await house();
    expect(await mayStart(caseOf(ANN), 'unbind', 'laptop')).toEqual(ok(null));
    await access.revoke(ADMIN, ANN);
    for (const kind of ['discover', 'status', 'unbind'] as const) {
      expect(await mayStart(caseOf(ANN), kind, 'laptop')).toEqual(ok('not-yours'));
    }
  });

  it('does nothing to a device reported stolen, for an admin neither', async () => {
    const { limits, mayStart } = await house();
    await limits.deny(ADMIN, SERIAL);
    expect(await mayStart(caseOf(ANN), 'discover', 'laptop')).toEqual(ok('case-closed'));
    expect(await mayStart(caseOf(ADMIN), 'unbind', 'laptop')).toEqual(ok('case-closed'));
  });

  it('works for one technician at a time', async () => {
    const { mayStart } = await house();
    expect(await mayStart(caseOf(ANN), 'discover', 'laptop')).toEqual(ok(null));
    expect(await mayStart(caseOf(ADMIN), 'discover', 'laptop')).toEqual(ok('driven'));
    expect(await mayStart(caseOf(ADMIN), 'discover', 'another laptop')).toEqual(ok(null));
  });

  it('unbinds so many devices a day for one technician, but looks at more', async () => {
    const { limits, mayStart } = await house();
    for (let n = 0; n < DAILY_UNBINDS; n++) {
      expect(await mayStart(caseOf(ANN, `case ${n}`), 'unbind', 'laptop')).toEqual(ok(null));
    }
    expect(await mayStart(caseOf(ANN, 'one more'), 'unbind', 'laptop')).toEqual(ok('daily-limit'));
    expect(await mayStart(caseOf(ANN, 'one more'), 'status', 'laptop')).toEqual(ok(null));
    await limits.lift(ADMIN, ANN);
    expect(await mayStart(caseOf(ANN, 'one more'), 'unbind', 'laptop')).toEqual(ok(null));
  });

  it('waits while nobody can say what is allowed', async () => {
    const { mayStart } = await house();
    await store.close();
    expect(await mayStart(caseOf(ANN), 'status', 'laptop')).toEqual(fail('store-unavailable'));
  });
});
