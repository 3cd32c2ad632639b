import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TECHNICIANS } from '../../src/bot/door/access.ts';
import { openStore } from '../../src/store/open.ts';
import { gate } from '../integration/bot/support.ts';
import { eventually } from '../support/eventually.ts';
import { type Fortress, nextCommand, openFortress, Tally } from './fortress.ts';
import { event, SERIAL, unbindingBy } from './walk.ts';

describe('an admin’s measure', () => {
  let fortress: Fortress;
  const tally = new Tally();
  beforeAll(async () => {
    fortress = await openFortress();
  });
  afterAll(async () => {
    tally.print('measures');
    await fortress.close();
  });

  async function atWork(name: string, address: string) {
    const person = await fortress.technician(name);
    const laptop = await fortress.laptop(person, address);
    return { person, laptop, unbind: await unbindingBy(person, laptop) };
  }
  /**
   * Puts into a chat's queue all that its technician and the laptop can, behind a call to Telegram that gets no answer
   * before `clear`. Resolves when no more is let in.
   */
  async function clog({ person, laptop, unbind }: Awaited<ReturnType<typeof atWork>>) {
    const { jobId } = unbind;
    const chat = { id: person.id, type: 'private', first_name: 'x' };
    const message = { message_id: 1, date: 1, chat, from: person.user, text: 'clog' };
    const { passed: until, open: release } = gate();
    const held = new Promise<void>((resolve) => {
      const stop = fortress.api.onEvent((happened) => {
        if (happened.type !== 'call' || happened.call.method !== 'editMessageText') return;
        stop();
        resolve();
      });
    });
    fortress.api.fault({ kind: 'delay', method: 'editMessageText', until });
    const first = fortress.forge({ message } as never);
    await held;
    const texts = Array.from({ length: 120 }, () => fortress.forge({ message } as never));
    const events = Array.from({ length: 39 }, () =>
      laptop.sendEvents([event('prompt', { jobId, state: 'shown', attemptsLeft: null })]),
    );
    // Of events that are still on their way the hub keeps the newest alone.
    const all = Promise.allSettled([first, ...texts, ...events]);
    // Nothing ends behind the call that is held up: what comes back was turned away.
    await Promise.any(texts);
    return {
      async clear() {
        release();
        await all;
      },
    };
  }

  it('stops the unbind of a device reported stolen at once, tells its technician and the admins', async () => {
    const { person, laptop, unbind } = await atWork('Ann', '192.0.2.21');
    await fortress.admin.send(`/deny ${SERIAL}`);
    await fortress.admin.waitFor(/list of stolen devices/, { after: 'start' });
    await person.waitFor(/reported as stolen/);
    expect((await fortress.admin.waitFor(/tried to work on/, { after: 'start' })).text).toContain(SERIAL);
    expect((await nextCommand(laptop, 'cancel')).jobId).toBe(unbind.jobId);
    const permit = await laptop.permit(unbind.permit, unbind.jobId, SERIAL);
    expect(tally.count(permit.body.granted === false)).toBe(true);
    await person.send('/cases');
    await person.waitFor(/Stopped: reported stolen/);

    await fortress.admin.send(`/allow ${SERIAL}`);
    await fortress.admin.waitFor(/off the list/);
  });

  it('voids a permit at once when access is taken away, however much its technician has put in the way', async () => {
    const work = await atWork('Carl', '192.0.2.22');
    const { person, laptop, unbind } = work;
    const clogged = await clog(work);
    await fortress.admin.send(`/revoke ${person.id}`);
    await eventually(async () => expect((await laptop.poll()).status).toBe(410));
    expect(tally.count((await laptop.permit(unbind.permit, unbind.jobId, SERIAL)).status === 410)).toBe(true);
    await clogged.clear();
    await fortress.admin.waitFor(/is out/);
    await person.waitFor(/access has been taken away/);
    expect(tally.count((await laptop.poll()).status === 410)).toBe(true);
  }, 120_000);

  it('is finished when it is asked for again after the bot was killed in the middle of it', async () => {
    const { person, laptop, unbind } = await atWork('Eve', '192.0.2.24');
    const store = await openStore(fortress.storeUrl);
    if (!store.ok) throw new Error(store.failure.reason);
    // So far the bot had come: a stranger, whose laptop and job were still to be stopped.
    await store.value.values(TECHNICIANS).delete(String(person.id));
    await store.value.close();
    await fortress.admin.send(`/revoke ${person.id}`);
    await fortress.admin.waitFor(/is out/);
    expect(tally.count((await laptop.permit(unbind.permit, unbind.jobId, SERIAL)).status === 410)).toBe(true);
    await person.waitFor(/access has been taken away/);
    await fortress.admin.send(`/revoke ${person.id}`);
    await fortress.admin.waitFor(/no such technician/);
    // The case was closed for no fault of its device.
    await fortress.letIn(person);
    await person.send('/cases');
    await person.waitFor(new RegExp(`${SERIAL}.*\\nClosed`));
  });

  it('voids the permit for a stolen device at once, too', async () => {
    const work = await atWork('Dora', '192.0.2.23');
    const { person, laptop, unbind } = work;
    const clogged = await clog(work);
    await fortress.admin.send(`/deny ${SERIAL}`);
    await nextCommand(laptop, 'cancel');
    const permit = await laptop.permit(unbind.permit, unbind.jobId, SERIAL);
    expect(tally.count(permit.body.granted === false)).toBe(true);
    await clogged.clear();
    await person.waitFor(/reported as stolen/);
    await fortress.admin.waitFor(/tried to work on/, { after: 'start' });
  }, 120_000);

  it('is one nobody gets around: everything was refused', () => {
    expect(tally.refused).toBe(tally.tried);
  });
});
