/** A lost phone and somebody who leaves: what an admin's one command does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import { type Fortress, heard, nextCommand, openFortress } from '../../security/fortress.ts';
import { offering, STEP } from '../../support/stage.ts';

let house: Fortress;
beforeAll(async () => {
  house = await openFortress();
});
afterAll(() => house.close());

async function withCase(person: SimUser, serial: string): Promise<void> {
  await person.send(serial);
  await person.waitFor(offering('no'), STEP);
}

async function lists(person: SimUser, serial: string): Promise<boolean> {
  await person.send(`/cases ${serial}`);
  return /Found/.test((await person.waitFor(/Found|No case of yours/, STEP)).text);
}

describe('a lost phone', () => {
  it('is locked out at once, what it had running is stopped, and nothing it had is lost', async () => {
    const ann = await house.technician('Ann');
    const laptop = await house.laptop(ann);
    await ann.send('J50000062');
    // The laptop looks for the device.
    await ann.waitFor(/Looking for J50000062/, STEP);
    const { jobId } = await nextCommand(laptop, 'discover');
    await house.admin.send(`/lock ${ann.id}`);
    await house.admin.waitFor(/Ann is locked out, at once/, STEP);
    expect(await nextCommand(laptop, 'cancel')).toMatchObject({ jobId });

    await ann.send('/agents');
    await ann.waitFor(/This access is locked/, STEP);
    await ann.send('J50000062');
    await house.idle();
    const { body } = await laptop.poll({ cursor: heard(laptop).at(-1)?.id ?? null });
    expect(body.commands).toEqual([]);

    await house.admin.send(`/unlock ${ann.id}`);
    await house.admin.waitFor(/Ann is in again/, STEP);
    await ann.waitFor(/You are in again/, STEP);
    expect(await lists(ann, 'J50000062')).toBe(true);
    await ann.send('/agents');
    await ann.waitFor(/Your laptops/, STEP);
  });

  it('does not come in by another invitation', async () => {
    const eve = await house.technician('Eve');
    await house.admin.send(`/lock ${eve.id}`);
    await house.admin.waitFor(/Eve is locked out/, STEP);
    await house.admin.send('/invite');
    const { text } = await house.admin.waitFor(/start=/, STEP);
    await eve.send(`/start ${/start=([\w-]+)/.exec(text)?.[1] ?? ''}`);
    await eve.waitFor(/This access is locked/, STEP);
  });

  it('is locked for an admin, too, by another one, and nobody locks himself', async () => {
    await house.admin.send(`/lock ${house.admin.id}`);
    await house.admin.waitFor(/cannot lock yourself/, STEP);
    await house.russianAdmin.send('/start');
    await house.admin.send(`/lock ${house.russianAdmin.id}`);
    await house.admin.waitFor(/is locked out/, STEP);
    await house.russianAdmin.send('/people');
    await house.russianAdmin.waitFor(/Этот доступ закрыт/, STEP);
    await house.admin.send(`/unlock ${house.russianAdmin.id}`);
    await house.russianAdmin.waitFor(/Вы снова в деле/, STEP);
  });

  it('is a matter of admins', async () => {
    const sam = await house.technician('Sam');
    for (const command of [`/lock ${house.admin.id}`, `/unlock ${sam.id}`, `/leave ${sam.id} ${sam.id}`]) {
      await sam.send(command);
      await sam.waitFor(/only.*admin|admin/i, { ...STEP, after: 'start' });
    }
  });
});

describe('a technician who leaves', () => {
  it('hands over open cases by one command of an admin, and is out with the laptop', async () => {
    const pat = await house.technician('Pat');
    const bob = await house.technician('Bob');
    await withCase(pat, 'J50000063');
    await pat.send('/new');
    await withCase(pat, 'J50000064');
    const laptop = await house.laptop(pat, '192.0.2.77');

    await house.admin.send(`/leave ${pat.id} 999`);
    await house.admin.waitFor(/second id is nobody/, STEP);
    await house.admin.send(`/leave ${pat.id} ${bob.id}`);
    await house.admin.waitFor(/Pat is out\. 2 open cases are with Bob now/, STEP);
    await bob.waitFor(/Pat has left\. 2 open cases are yours now/, STEP);
    await pat.waitFor(/Your access has been taken away/, STEP);
    for (const serial of ['J50000063', 'J50000064']) expect(await lists(bob, serial)).toBe(true);
    expect((await laptop.poll()).body).toMatchObject({ error: 'revoked' });
    await house.admin.send(`/leave ${pat.id} ${bob.id}`);
    await house.admin.waitFor(/no such technician/, STEP);
  });
});
