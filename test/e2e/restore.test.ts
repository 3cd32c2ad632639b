import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
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

/** What lies between a laptop and the hub, and lets no outcome through before it is told to. */
interface Way {
  readonly url: string;
  /** An outcome has come this far. */
  readonly stopped: Promise<void>;
  open(): void;
}

async function wayTo(hubUrl: string): Promise<Way> {
  const hub = new URL(hubUrl);
  let isOpen = false;
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const proxy = createServer(async (request, reply) => {
    const body = Buffer.concat(await request.toArray());
    if (!isOpen && body.includes('"type":"outcome"')) {
      stop();
      reply.destroy();
      return;
    }
    const { method, headers } = request;
    const to = { host: hub.hostname, port: hub.port, path: request.url, method, headers };
    const passed = forward(to, (answer) => {
      reply.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(reply);
    });
    passed.on('error', () => reply.destroy());
    reply.on('close', () => passed.destroy());
    passed.end(body);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    stopped,
    open: () => {
      isOpen = true;
    },
  };
}

/** Sam's laptop in the device's network, and Sam before the offer to unbind. */
async function openSam(): Promise<{ sam: SimUser; laptop: Laptop; way: Way }> {
  stage = await openStage({ devices: [unbindableCamera] });
  const sam = await invited(stage);
  const laptop = await stage.laptop('laptop', 'en', () => undefined);
  const way = await wayTo(stage.hubUrl);
  await pairLaptop({ hubUrl: way.url }, laptop, sam);
  laptop.start();
  await online(sam);
  await sam.send(SERIAL);
  await toTheOffer(sam);
  return { sam, laptop, way };
}

async function answerAndType(sam: SimUser, laptop: Laptop): Promise<void> {
  await sam.waitFor((message) => message.kind === 'photo', STEP);
  await sam.send(laptop.lastPicture());
  await laptop.typePassword(DEMO_PASSWORD);
}

async function unbind(sam: SimUser, laptop: Laptop, way: Way): Promise<void> {
  way.open();
  await answerAndType(sam, laptop);
  await sam.waitFor(/Unbound, verified/, STEP);
}

const counters = () => {
  const { bound, unbindsExecuted, passwordsWrong } = stage.lan.device(SERIAL).snapshot();
  return { bound, unbindsExecuted, passwordsWrong };
};
const ONCE = { bound: false, unbindsExecuted: 1, passwordsWrong: 0 };

describe('a store from a backup of before a device was unbound', () => {
  it('has the same job done again, which unbinds nothing again', async () => {
    const { sam, laptop, way } = await openSam();
    await backup();
    await unbindNow(sam);
    await unbind(sam, laptop, way);
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
    const { sam, laptop, way } = await openSam();
    way.open();
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

  it('hears of an unbind that was under way when its laptop tells it after the restore', async () => {
    const { sam, laptop, way } = await openSam();
    await unbindNow(sam);
    await sam.waitFor((message) => message.kind === 'photo', STEP);
    await backup();
    await answerAndType(sam, laptop);
    await way.stopped;
    expect(counters()).toEqual(ONCE);

    await restore(sam);
    way.open();
    await sam.waitFor(/Unbound, verified/, STEP);
    expect(sam.transcript()).not.toContain('cannot be so');
    expect(counters()).toEqual(ONCE);
  }, 180_000);

  it('says of an unbind that began after it that its laptop reports one nobody knows', async () => {
    const { sam, laptop, way } = await openSam();
    await backup();
    await unbindNow(sam);
    await answerAndType(sam, laptop);
    await way.stopped;
    expect(counters()).toEqual(ONCE);

    await restore(sam);
    way.open();
    const unknown = new RegExp(`reports the end of a job with ${SERIAL} that I know nothing of`);
    await sam.waitFor(unknown, STEP);
    await stage.technician('en').waitFor(unknown, STEP);
    await sam.send(SERIAL);
    await sam.waitFor(offeringUnbind, STEP);
    await unbindNow(sam);
    await sam.waitFor(/not bound/i, STEP);
    expect(counters()).toEqual(ONCE);
  }, 180_000);
});
