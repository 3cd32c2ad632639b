/** A word to everybody: claimed person by person, never said twice, and whoever was not told is named. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { createAnnouncements } from '../../../src/bot/house/announcements.ts';
import type { CallFailure } from '../../../src/flows/engine/bot-api.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { fail, ok } from '../../../src/kernel/result.ts';
import type { Store } from '../../../src/store/store.ts';
import { openFortress } from '../../security/fortress.ts';
import { createLife, type Life, storeOf } from '../../support/mortal.ts';
import { offering, STEP } from '../../support/stage.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';
import { workingOn } from '../../support/working-on.ts';

const ADMIN = 1;
const PEOPLE = [11, 12, 13];

describe('an announcement', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: Store;
  /** Everybody who was told, whichever run did it. */
  let told: number[];
  let reports: string[];
  let failures: Map<number, CallFailure>;
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = await openTestStore(folder.path);
    [told, reports, failures] = [[], [], new Map()];
  });
  afterEach(async () => {
    await store.close();
    await folder.remove();
  });

  /** The part of the bot that announces, in a process that may be killed. */
  function openHouse(
    life: Life = createLife(),
    onTold: (person: number) => Promise<void> = async () => undefined,
  ) {
    const mortal = storeOf(store, life);
    return createAnnouncements({
      ...workingOn(mortal),
      access: {
        admins: [ADMIN],
        list: async () => ok(PEOPLE.map((userId) => ({ userId }))),
        roleOf: async (person) => ok(person === ADMIN ? 'admin' : 'technician'),
      },
      audit: createAudit(mortal, Date.now),
      profiles: { language: async () => 'en', name: async (id) => `P${id}` },
      telegram: {
        tell: (person) =>
          life.act(async () => {
            const failure = failures.get(person);
            if (failure) return fail(failure);
            told.push(person);
            await onTold(person);
            return ok(1);
          }),
      },
      voice: {
        say: (_person, text) =>
          life.act(async () => {
            reports.push(text);
            return 'told' as const;
          }),
      },
      clock: Date.now,
      log: createLog('silent', 'test'),
    });
  }

  it('reaches everybody but its writer once, wherever the bot is killed, and names whom it may not have reached', async () => {
    for (let writes = 1, survived = false; !survived; writes += 1) {
      [told, reports] = [[], []];
      const life = createLife();
      const before = openHouse(life);
      life.dieAfter(writes);
      await Promise.race([before.begin(ADMIN, 'the text').then(() => before.idle()), life.died]);
      survived = !life.isDead;
      // Each next run may stop at somebody of whom nobody knows, as Telegram may be away.
      for (let run = 0; run < PEOPLE.length + 1; run += 1) {
        const after = openHouse();
        await after.start();
        await after.idle();
        await after.stop();
      }
      expect(new Set(told).size).toBe(told.length);
      if (told.length === 0) continue;
      const unsure = PEOPLE.filter((person) => !told.includes(person));
      for (const person of unsure)
        expect(reports.join('\n')).toMatch(new RegExp(`not said twice.*P${person}`));
      expect(reports.at(-1)).toMatch(/Sent to \d of 3/);
    }
    expect(told).toEqual(PEOPLE);
  });

  it('counts whom Telegram does not take it for, and asks again only where it has said so', async () => {
    failures.set(11, { kind: 'refused', code: 403, description: 'Forbidden: bot was blocked by the user' });
    failures.set(12, { kind: 'refused', code: 429, description: 'Too Many Requests' });
    const house = openHouse();
    await house.begin(ADMIN, 'the text');
    await house.idle();
    expect(told).toEqual([]);
    failures.delete(12);
    await house.stopOne('none');
    // As after a pause: the round of this admin begins again.
    await house.start();
    await house.idle();
    expect(told).toEqual([12, 13]);
    expect(reports).toEqual([expect.stringMatching(/Sent to 2 of 3\.\nNot reached.*1 \(P11\)/)]);
    await house.stop();
  });

  it('can be stopped in the middle, and says how many were left', async () => {
    let id: string | null = null;
    const house = openHouse(createLife(), async (person) => {
      if (person === 12 && id !== null) await house.stopOne(id);
    });
    failures.set(12, { kind: 'refused', code: 429, description: 'Too Many Requests' });
    const begun = await house.begin(ADMIN, 'the text');
    id = begun.ok ? begun.value : null;
    await house.idle();
    failures.clear();
    await house.start();
    await house.idle();
    expect(told).toEqual([11, 12]);
    expect(reports).toEqual([expect.stringMatching(/Sent to 2 of 3\.\nStopped before: 1/)]);
    expect(await house.stopOne(id ?? '')).toEqual(ok(false));
    await house.stop();
  });

  it('is an admin’s alone', async () => {
    expect(await openHouse().begin(11, 'the text')).toEqual(ok(null));
    expect(told).toEqual([]);
  });
});

describe('/announce', () => {
  it('shows what will come, sends it at a press alone, and comes to everybody but the admin who writes', async () => {
    const house = await openFortress();
    try {
      const { admin, russianAdmin } = house;
      await russianAdmin.send('/start');
      const [ann, bob] = [await house.technician('Ann'), await house.technician('Bob')];
      await ann.send('/announce');
      await ann.waitFor(/Only admins/, STEP);
      await admin.send('/announce');
      await admin.waitFor(/Write what everybody is to read \(3 people\)/, STEP);
      await admin.send('Tomorrow <no> work');
      const preview = await admin.waitFor(offering('send'), STEP);
      expect(preview.text).toContain('Tomorrow <no> work');
      await admin.send('Send to everybody');
      await admin.waitFor(/Press “Send to everybody” itself/, STEP);
      expect(ann.transcript()).not.toContain('Tomorrow');
      await admin.press(/:send$/);
      await admin.waitFor(/Sent to 3 of 3/, { ...STEP, after: 'start' });
      for (const person of [ann, bob])
        await person.waitFor(/From the administrator.*Tomorrow <no> work/s, { ...STEP, after: 'start' });
      await russianAdmin.waitFor(/От администратора.*Tomorrow <no> work/s, { ...STEP, after: 'start' });
    } finally {
      await house.close();
    }
  }, 60_000);
});
