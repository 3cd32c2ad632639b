/** Stores as versions of the program left them open for ever: every record is read, and none is set aside. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { KINDS } from '../../../src/bot/kinds.ts';
import { DEMO_PASSWORD } from '../../../src/sandbox/device/profiles.ts';
import { openStore } from '../../../src/store/open.ts';
import type { Unreadable } from '../../../src/store/store.ts';
import { temporaryFolder } from '../../support/store.ts';
import {
  aboutFixture,
  fixtureStores,
  readFixture,
  versionsInFixtures,
  writeFixture,
} from '../../support/store-fixture.ts';
import { value } from './contract.ts';

afterEach(() => vi.useRealTimers());

describe.each(await fixtureStores())('the store of %s', (name) => {
  it('opens, and every record in it is read as what its kind is today', async () => {
    const { now } = await aboutFixture(name);
    vi.useFakeTimers({ toFake: ['Date'], now });
    const folder = await temporaryFolder();
    await writeFixture(name, folder.path);
    const aside: Unreadable[] = [];
    const store = await value(
      openStore(`lmdb:${folder.path}`, { onSetAside: (record) => aside.push(record) }),
    );
    expect(await value(store.unreadable(KINDS))).toEqual([]);
    const records = await readFixture(name);
    const wanted = records.filter(({ key: [sort] }) => sort === 'value');
    let read = 0;
    for (const { key } of wanted) {
      const [, namespace = '', id = ''] = key;
      const kind = KINDS.find((one) => one.name === namespace);
      if (!kind) throw new Error(`nobody knows ${namespace}`);
      // What had run out when the bot was killed is not there any more.
      if ((await value(store.values(kind).get(id))) !== undefined) read += 1;
    }
    expect(read).toBeGreaterThan(wanted.length * 0.9);
    expect(aside).toEqual([]);
    await store.close();
    await folder.remove();
  });
});

it('keeps stores that hold records of most kinds', async () => {
  const held = new Set([...(await versionsInFixtures())].map((one) => one.slice(0, one.lastIndexOf('@'))));
  expect(KINDS.filter(({ name }) => held.has(name)).length).toBeGreaterThan(30);
});

it('keeps no secret in them: no password, no PIN, no verification code', async () => {
  for (const name of await fixtureStores()) {
    const texts = JSON.stringify(await readFixture(name));
    for (const secret of [DEMO_PASSWORD, '284917', 'QWERTZ']) expect(texts).not.toContain(secret);
  }
});
