/**
 * The end of an unbind that comes while the chat asks about another device (docs/decisions/0032): whatever the bot has died of in
 * between, the technician is left with the question that is open now, below the word.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { createCaseDesk } from '../../../src/cases/desk.ts';
import { createGroupDesk } from '../../../src/groups/desk.ts';
import type { Store } from '../../../src/store/store.ts';
import { folderInMemory, openTestStore } from '../../support/store.ts';
import { value } from '../hub/house.ts';
import { LawHouse, markOf, SERIALS } from './law-house.ts';

const [FIRST, SECOND] = SERIALS;
/** What the laptop chooses: the device is unbound; it says that the password is wrong. */
const UNBOUND = 7;
const WRONG_PASSWORD = 2;
const ASKED = /Is this another device\?/;
/** Deaths after which an end is taken, of which none may be left out. */
const LATEST_DEATH = 60;

let folder: Awaited<ReturnType<typeof folderInMemory>>;
let store: Store;
beforeAll(async () => {
  folder = await folderInMemory();
  store = await openTestStore(folder.path);
});
afterAll(async () => {
  await store.close();
  await folder.remove();
});

/** Begins a group of both devices, in which the first has its turn. */
async function inGroup(house: LawHouse): Promise<void> {
  const audit = createAudit(store, Date.now);
  const groups = createGroupDesk(store, audit, Date.now);
  const members = SERIALS.map((shortSerial) => ({
    shortSerial,
    fullSerial: null,
    model: null,
    address: null,
  }));
  const { id } = await value(groups.open(house.chatId, { agentId: house.laptops[0]?.id ?? '', members }));
  const [first] = await house.cases();
  const caseId = first?.id ?? '';
  for (const action of [
    {
      type: 'said',
      order: { by: 'owner', statedAt: 1 },
      ezviz: { said: 'none', serials: [] },
      samePassword: true,
    },
    { type: 'started' },
    { type: 'member-begun', shortSerial: FIRST, caseId },
  ] as const)
    expect((await value(groups.apply(id, action))).refused).toBeNull();
  await value(createCaseDesk(store, audit, Date.now).apply(caseId, { type: 'grouped', group: id }));
}

/** A house at whose laptop an unbind has ended, and nobody has heard of it yet. */
async function ended(choice: number, begin = async (_: LawHouse) => {}): Promise<LawHouse> {
  const house = new LawHouse(store);
  const caseId = await house.open(null);
  await begin(house);
  await house.begin('lan-unbind', caseId);
  const outbox = () => house.laptops[0]?.outbox ?? [];
  for (let step = 0; outbox()[0]?.type !== 'outcome'; step++) {
    if (step > 20) throw new Error('the unbind does not end');
    const isArmed = (house.laptops[0]?.asked.length ?? 0) > 0;
    await house.work(0, isArmed ? choice : UNBOUND);
    while (outbox().length > 0 && outbox()[0]?.type !== 'outcome') await house.bring(0, null);
    if (house.said.at(-1)?.text.includes('characters')) await house.type('ABCDE');
  }
  return house;
}

/** What stands in the chat, the newest last. */
const standing = (house: LawHouse) => house.said.filter(({ isDeleted }) => !isDeleted);

/** The device the conversation is about. */
async function atHand(house: LawHouse): Promise<string | undefined> {
  const caseId = (await house.chat())?.conversation?.args.caseId;
  return (await house.cases()).find(({ id }) => id === caseId)?.device?.shortSerial;
}

/** Lets the process die in every place in which it may while it takes the end; `then` goes on from there. */
async function atEachDeath(
  begin: () => Promise<LawHouse>,
  then: (house: LawHouse, why: string) => Promise<void>,
): Promise<void> {
  let deaths = 0;
  for (let acts = 1; acts <= LATEST_DEATH; acts++) {
    const house = await begin();
    try {
      house.dieAfter(acts);
      await house.bring(0, null);
      house.dieAfter(Number.POSITIVE_INFINITY);
      const isDead = house.deaths > 0;
      await then(house, `died after ${acts}`);
      deaths += house.deaths;
      if (!isDead) break;
    } finally {
      await house.close();
    }
  }
  expect(deaths).toBeGreaterThan(5);
}

describe('another device that is named before the end of an unbind was told', () => {
  it('has its case as soon as the first is over, wherever the process has died', async () => {
    await atEachDeath(
      () => ended(UNBOUND),
      async (house, why) => {
        await house.type(SECOND);
        await house.settle();
        expect(await atHand(house), why).toBe(SECOND);
        const last = standing(house).at(-1);
        expect(last?.text, why).toMatch(/Which laptop/);
        expect(last?.buttons, why).not.toEqual([]);
        const asking = standing(house).filter(({ text, buttons }) => ASKED.test(text) && buttons.length > 0);
        expect(asking, why).toEqual([]);
        expect(
          house.said.some(({ text }) => text.includes('Unbound, verified') && markOf(text) !== null),
          why,
        ).toBe(true);
        const first = (await house.cases()).find(({ device }) => device?.shortSerial === FIRST);
        expect(first?.outcome, why).toBe('unbound');
      },
    );
  }, 120_000);

  it('has its case without a press when the word comes below the question', async () => {
    const house = await ended(UNBOUND);
    try {
      await house.type(SECOND);
      expect(standing(house).at(-1)?.text).toMatch(ASKED);
      await house.settle();
      expect(await atHand(house)).toBe(SECOND);
      const word = standing(house).find(({ text }) => markOf(text) !== null);
      expect(word?.text).toMatch(/^Word from the laptop about <code>J50000062/);
      expect(word?.buttons).toEqual([expect.objectContaining({ data: expect.stringMatching(/^report:/) })]);
      expect(standing(house).at(-1)?.text).toMatch(/Which laptop/);
    } finally {
      await house.close();
    }
  });

  it('leads back to the group, and there to its next device, wherever the process has died', async () => {
    await atEachDeath(
      () => ended(UNBOUND, inGroup),
      async (house, why) => {
        await house.type('AC7000101');
        await house.settle();
        await house.pressOn(/:stay$/);
        expect(await atHand(house), why).toBe(SECOND);
      },
    );
  }, 120_000);

  it('is asked about below the word where that leaves something to do', async () => {
    const house = await ended(WRONG_PASSWORD);
    try {
      await house.type(SECOND);
      const asked = standing(house).at(-1);
      expect(asked?.text).toMatch(ASKED);
      await house.settle();
      const [word, again] = standing(house).slice(-2);
      expect(word && markOf(word.text)).not.toBeNull();
      expect(again?.text).toMatch(ASKED);
      expect(again?.buttons).toEqual(asked?.buttons);
      // The key of the question that stands is good.
      await house.pressOn(/:stay$/);
      expect(await atHand(house)).toBe(FIRST);
      expect((await house.chat())?.conversation?.flow).toBe('close');
    } finally {
      await house.close();
    }
  });
});
