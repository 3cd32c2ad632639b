import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, describe, expect, it } from 'vitest';
import { childEnv } from '../../src/kernel/child-env.ts';
import { DEMO_PASSWORD, unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import type { Laptop } from '../../src/sandbox/laptop.ts';
import { pairLaptop } from '../../src/sandbox/pairing.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { releasedBot } from '../support/programs.ts';
import { invited, offeringUnbind, online, openStage, STEP, toTheOffer, unbindNow } from '../support/stage.ts';

const SERIAL = unbindableCamera.profile.shortSerial;

let stage: Stage;
afterEach(() => stage.close(), 60_000);

const file = () => join(stage.storeFolder, '..', 'backup');
const keyFile = () => join(stage.storeFolder, '..', 'key.txt');

/** The released program, beside the bot or without it. @returns what it printed */
async function program(...words: string[]): Promise<string> {
  const env = {
    ...childEnv(),
    BOT_TOKEN: stage.api.token,
    ADMIN_IDS: String(stage.technician('en').id),
    STORE_URL: `lmdb:${stage.storeFolder}`,
    LANG: 'en_US.UTF-8',
  };
  const ran = await promisify(execFile)(process.execPath, [await releasedBot(), ...words], {
    env,
    cwd: join(stage.storeFolder, '..'),
  });
  return ran.stdout;
}

async function backup(): Promise<void> {
  const key = await generateX25519Identity();
  await writeFile(keyFile(), `# created\n${key}\n`, { mode: 0o600 });
  const said = await program('backup', file(), '--recipient', await identityToRecipient(key));
  expect(said).toMatch(/1 cases\..*is whole/);
  expect(said).not.toContain('NOT encrypted');
}

/** The backup takes the place of the store while the bot is down; an admin lets everybody in again. */
async function restore(sam: SimUser): Promise<string> {
  const admin = stage.technician('en');
  await stage.bot.stop();
  const said = await program('restore', file(), '--identity', keyFile());
  expect(said).toMatch(
    /The audit trail goes on behind \d+:[0-9a-f]{64}; what was lost ended at \d+:[0-9a-f]{64}\./,
  );
  await stage.bot.start();
  const asked = await admin.waitFor(/restored from a backup.*paused/s, STEP);
  expect(asked.text).toContain('Sam');
  expect(asked.text).toContain('1 laptop');
  await sam.send('/cases');
  await sam.waitFor(/An admin has to confirm you first/, STEP);
  await admin.press(/^back:in:/);
  await sam.waitFor(/You are in again/, STEP);
  expect(await program('audit', 'verify')).toContain('Nothing was changed');
  return said;
}

/** Sam's laptop in the device's network, and Sam before the offer to unbind. */
async function openSam(): Promise<{ sam: SimUser; laptop: Laptop }> {
  stage = await openStage({ devices: [unbindableCamera] });
  const sam = await invited(stage);
  const laptop = await stage.laptop('laptop', 'en', () => undefined);
  await pairLaptop(stage, laptop, sam);
  laptop.start();
  await online(sam);
  await sam.send(SERIAL);
  await toTheOffer(sam);
  return { sam, laptop };
}

async function unbind(sam: SimUser, laptop: Laptop): Promise<void> {
  await sam.waitFor((message) => message.kind === 'photo', STEP);
  await sam.send(laptop.lastPicture());
  await laptop.typePassword(DEMO_PASSWORD);
  await sam.waitFor(/Unbound, verified/, STEP);
}

const counters = () => {
  const { bound, unbindsExecuted, passwordsWrong } = stage.lan.device(SERIAL).snapshot();
  return { bound, unbindsExecuted, passwordsWrong };
};
const ONCE = { bound: false, unbindsExecuted: 1, passwordsWrong: 0 };

describe('a store from a backup of before a device was unbound', () => {
  it('has the same job done again, which unbinds nothing again', async () => {
    const { sam, laptop } = await openSam();
    await backup();
    await unbindNow(sam);
    await unbind(sam, laptop);
    expect(counters()).toEqual(ONCE);

    await restore(sam);
    await online(sam);
    await sam.send(SERIAL);
    await sam.waitFor(offeringUnbind, STEP);
    await unbindNow(sam);
    await sam.waitFor(/not bound/i, STEP);
    expect(counters()).toEqual(ONCE);
  }, 180_000);

  it('knows of an unbind that was under way only what its laptop says', async () => {
    const { sam, laptop } = await openSam();
    await unbindNow(sam);
    await sam.waitFor((message) => message.kind === 'photo', STEP);
    await backup();
    await sam.send(laptop.lastPicture());
    await laptop.typePassword(DEMO_PASSWORD);
    await sam.waitFor(/Unbound, verified/, STEP);
    expect(counters()).toEqual(ONCE);

    expect(await restore(sam)).toContain('Unbinds under way when the backup was made: 1.');
    await online(sam);
    await sam.send('/cancel');
    await sam.send(SERIAL);
    await sam.waitFor(/No account is bound/, STEP);
    expect(counters()).toEqual(ONCE);
  }, 180_000);
});
