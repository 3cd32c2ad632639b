/** A case that goes to a colleague: he accepts it, and until then it is the first one's. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { createAccess } from '../../../src/bot/door/access.ts';
import { createNotify } from '../../../src/bot/house/notify.ts';
import { createDrivers } from '../../../src/bot/jobs/drivers.ts';
import { createHandOvers, HAND_OVERS, OFFER_MS } from '../../../src/bot/jobs/hand-overs.ts';
import { keepingGroups } from '../../../src/bot/jobs/in-groups.ts';
import { createCaseDesk } from '../../../src/cases/desk.ts';
import { createGroupDesk } from '../../../src/groups/desk.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { ok } from '../../../src/kernel/result.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import type { Store } from '../../../src/store/store.ts';
import { type Fortress, openFortress } from '../../security/fortress.ts';
import { createLife, type Life, storeOf } from '../../support/mortal.ts';
import { offering, STEP } from '../../support/stage.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';
import { workingOn } from '../../support/working-on.ts';

describe('a case handed over in the chat', () => {
  let house: Fortress;
  let ann: SimUser;
  let bob: SimUser;
  beforeAll(async () => {
    house = await openFortress();
    ann = await house.technician('Ann');
    bob = await house.technician('Bob <b>');
  });
  afterAll(() => house.close());

  /** Ann opens the case of a device in her list and offers it to Bob. */
  async function offers(serial: string): Promise<void> {
    await ann.send(serial);
    await ann.waitFor(offering('no'), STEP);
    await ann.send(`/cases ${serial}`);
    await ann.waitFor(/Found/, STEP);
    await ann.press(/^c:/);
    await ann.waitFor(offering('hand-over'), STEP);
    await ann.press(/:hand-over$/);
    await ann.waitFor(/Who is to take/, STEP);
    await ann.press(/· Bob/);
    await ann.waitFor(/is asked\. Until they accept/, STEP);
  }
  async function lists(person: SimUser, serial: string): Promise<boolean> {
    await person.send(`/cases ${serial}`);
    return /Found/.test((await person.waitFor(/Found|No case of yours/, STEP)).text);
  }

  it('is his when he has accepted, both are told, and it is the first one’s no more', async () => {
    await offers('J50000062');
    const asked = await bob.waitFor(/Ann hands over to you: J50000062/, { ...STEP, after: 'start' });
    expect(await lists(bob, 'J50000062')).toBe(false);
    const card = ann.messages.findLast(offering('go-on'));
    await bob.press(/^hand:yes/);
    await bob.waitFor(/is yours now/, { ...STEP, after: 'start' });
    await ann.waitFor(/Bob <b> has taken case/, { ...STEP, after: 'start' });
    // Her card says so, and its buttons are gone.
    await ann.until(() =>
      ann.messages.some(
        ({ id, text, buttons }) => id === card?.id && /Handed over/.test(text) && buttons.length === 0,
      ),
    );
    expect(await lists(ann, 'J50000062')).toBe(false);
    expect(await lists(bob, 'J50000062')).toBe(true);
    await bob.press(/^c:/);
    await bob.waitFor(offering('go-on'), STEP);
    await bob.press(/:go-on$/);
    expect((await bob.waitFor(offering('no'), STEP)).text).toContain('J50000062');
    expect(asked.text).toContain('Open');
    // The buttons of the offer are good once, whoever makes them up again.
    const data = asked.buttons.flat()[0]?.data ?? '';
    await house.forge({
      callback_query: {
        id: bob.queryId(),
        from: bob.user,
        chat_instance: 'x',
        data,
        message: {
          message_id: asked.id,
          date: 1,
          chat: { id: bob.chatId, type: 'private', first_name: 'x' },
        },
      } as never,
    });
    await bob.waitFor(/not offered to you any more/, { ...STEP, after: 'start' });
  }, 60_000);

  it('stays where it is when he declines, and nobody else can accept it', async () => {
    await offers('J50000063');
    const asked = await bob.waitFor(/hands over to you: J50000063/, { ...STEP, after: 'start' });
    const data = asked.buttons.flat()[0]?.data ?? '';
    const mallory = await house.technician('Mallory');
    await house.forge({
      callback_query: {
        id: mallory.queryId(),
        from: mallory.user,
        chat_instance: 'x',
        data,
        message: { message_id: 1, date: 1, chat: { id: mallory.chatId, type: 'private', first_name: 'x' } },
      } as never,
    });
    await mallory.waitFor(/not offered to you any more/, { ...STEP, after: 'start' });
    await bob.press(/^hand:no/);
    await bob.waitFor(/Declined/, STEP);
    await ann.waitFor(/does not take case/, { ...STEP, after: 'start' });
    expect(await lists(ann, 'J50000063')).toBe(true);
  }, 60_000);
});

describe('a hand-over', () => {
  const ANN = 7;
  const BOB = 8;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: Store;
  let now: number;
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = await openTestStore(folder.path);
    now = 1_000_000;
  });
  afterEach(async () => {
    await store.close();
    await folder.remove();
  });

  /** The part of the bot that hands over, in a process that may be killed. */
  function openHouse(life: Life = createLife()) {
    const mortal = storeOf(store, life);
    const audit = createAudit(mortal, () => now);
    const log = createLog('silent', 'test');
    const said: string[] = [];
    const voice = {
      say: (person: number, text: string) =>
        life.act(async () => {
          said.push(`${person}: ${text}`);
          return 'told' as const;
        }),
    };
    const profiles = {
      language: async () => 'en' as const,
      name: async (id: number) => (id === ANN ? 'Ann' : 'Bob'),
    };
    const groups = createGroupDesk(mortal, audit, () => now);
    const cases = keepingGroups(
      createCaseDesk(mortal, audit, () => now),
      groups,
    );
    const key = new Secret(new Uint8Array(32));
    const handOvers = createHandOvers({
      ...workingOn(mortal),
      access: createAccess({ store: mortal, audit, adminIds: [ANN, BOB], key }),
      cases,
      groups,
      directory: { get: async () => ok(null) },
      drivers: createDrivers(mortal, audit, () => now),
      profiles,
      voice,
      notify: createNotify(voice, profiles),
      inTurn: async (_chatId, task) => ok(await task({ active: () => null, stop: () => undefined })),
      clock: () => now,
      log,
    });
    return { cases, groups, handOvers, said, audit };
  }
  const device = { shortSerial: 'J50000062', fullSerial: null, model: null, manufactured: null };

  async function offered(): Promise<string> {
    const { cases, handOvers } = openHouse();
    const opened = await cases.open(ANN);
    if (!opened.ok) throw new Error(opened.failure.reason);
    const { id } = opened.value;
    await cases.apply(id, { type: 'identified', device });
    expect(await handOvers.offer(id, BOB)).toEqual(ok('offered'));
    return id;
  }

  it('has one owner and is in one list, wherever the bot is killed in between, and the colleague is told', async () => {
    for (let writes = 1, survived = false; !survived; writes += 1) {
      const id = await offered();
      const life = createLife();
      const before = openHouse(life);
      life.dieAfter(writes);
      const accepted = before.handOvers.answer(id, BOB, true).then(() => before.handOvers.idle());
      await Promise.race([accepted, life.died]);
      survived = !life.isDead;

      const after = openHouse();
      await after.handOvers.start();
      await after.handOvers.idle();
      // The update comes again where it was not dealt with.
      await after.handOvers.answer(id, BOB, true);
      await after.handOvers.idle();
      const lists = await Promise.all([ANN, BOB].map((chat) => after.cases.listFor(chat, 9)));
      expect(lists.map((list) => list.ok && list.value.some((record) => record.id === id))).toEqual([
        false,
        true,
      ]);
      expect(
        [...before.said, ...after.said].filter((line) => /^8: .*is yours now/.test(line)).length,
      ).toBeGreaterThan(0);
      expect(
        [...before.said, ...after.said].filter((line) => /^7: .*has taken/.test(line)).length,
      ).toBeGreaterThan(0);
      expect(await store.values(HAND_OVERS).keys()).toEqual(ok([]));
      await after.handOvers.stop();
    }
  });

  it('expires after a day, and whoever offered it is told once', async () => {
    const id = await offered();
    const { handOvers, said, cases } = openHouse();
    now += OFFER_MS;
    expect(await handOvers.answer(id, BOB, true)).toEqual(ok('gone'));
    await handOvers.look();
    await handOvers.look();
    expect(said).toEqual([expect.stringMatching(/^7: Bob has not taken case/)]);
    expect(await cases.get(id)).toMatchObject({ value: { chatId: ANN } });
  });

  it('waits for the laptop that is at work, and is asked about again', async () => {
    const id = await offered();
    const { handOvers, said, cases } = openHouse();
    await cases.apply(id, {
      type: 'job-started',
      job: { id: 'J', kind: 'status', agentId: 'A', startedAt: now },
    });
    expect(await handOvers.offer(id, BOB)).toEqual(ok('at-work'));
    await handOvers.answer(id, BOB, true);
    await handOvers.idle();
    expect(said).toEqual([expect.stringMatching(/^8: The laptop of your colleague.*hands over to you/s)]);
    await cases.apply(id, { type: 'job-ended', jobId: 'J' });
    await handOvers.answer(id, BOB, true);
    await handOvers.idle();
    expect(await cases.get(id)).toMatchObject({ value: { chatId: BOB } });
  });

  it('is not offered while a group has it to do, and goes when that is done with it', async () => {
    const { cases, groups, handOvers } = openHouse();
    const member = { shortSerial: device.shortSerial, fullSerial: null, model: null, address: null };
    const group = await groups.open(ANN, { agentId: 'A1', members: [member] });
    const opened = await cases.open(ANN);
    if (!group.ok || !opened.ok) throw new Error('the store is closed');
    const [groupId, { id }] = [group.value.id, opened.value];
    await cases.apply(id, { type: 'identified', device });
    await cases.apply(id, { type: 'grouped', group: groupId });
    await groups.apply(groupId, {
      type: 'said',
      order: { by: 'owner', statedAt: now },
      ezviz: { said: 'none', serials: [] },
      samePassword: false,
    });
    await groups.apply(groupId, { type: 'started' });
    await groups.apply(groupId, { type: 'member-begun', shortSerial: device.shortSerial, caseId: id });
    expect(await handOvers.offer(id, BOB)).toEqual(ok('in-group'));
    await groups.apply(groupId, { type: 'ended' });
    expect(await handOvers.offer(id, BOB)).toEqual(ok('offered'));
    expect(await handOvers.answer(id, BOB, true)).toEqual(ok('accepted'));
    await handOvers.idle();
    expect(await cases.get(id)).toMatchObject({ value: { chatId: BOB, group: null } });
  });

  it('is in the trail, by whoever has taken it', async () => {
    const id = await offered();
    const { handOvers, audit } = openHouse();
    await handOvers.answer(id, BOB, true);
    await handOvers.idle();
    const words: unknown[] = [];
    await audit.readBack((entry) => {
      words.push([entry.what, entry.by, entry.case]);
      return true;
    });
    expect(JSON.stringify(words)).toContain('case.handed-over');
  });
});
