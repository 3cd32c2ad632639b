/**
 * kill -9 of the bot when the laptop has the answer to its picture and the chat has not been written: the answer is handed in again, when
 * the bot is there again or by another one, and by then the laptop may have gone on.
 */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArmedPoint } from '../../src/kernel/fail-points.ts';
import { DEMO_PASSWORD, manyCameras } from '../../src/sandbox/device/profiles.ts';
import { eventually } from '../support/eventually.ts';
import { type FailPoints, openFailPoints } from '../support/fail-points.ts';
import { type HouseOfMany, openHouseOfMany } from '../support/many-bots.ts';
import { botWithFailPoints } from '../support/programs.ts';
import { NO_REDIS, type RedisServer, startRedis } from '../support/redis.ts';
import { type House, online, openHouse, STEP, toThePicture } from '../support/stage.ts';

const CAMERAS = manyCameras(1);
const SERIAL = CAMERAS[0]?.profile.shortSerial ?? '';
/** Handed out to the laptop, and its word in the chat is on its way. */
const KILL: ArmedPoint = { id: 'kill', point: 'telegram-before', subject: 'sendMessage', act: 'kill' };

/** Noted for the picture, and the laptop's command is about to be written. */
const UNTOLD: ArmedPoint = {
  id: 'untold',
  point: 'store-write-before',
  subject: 'append hub:commands',
  act: 'kill',
};

let points: FailPoints;
beforeEach(async () => {
  points = await openFailPoints();
});
afterEach(() => points.remove());

describe('a bot alone', () => {
  /** The answer, as it is read from the shelf to be handed in again; before that its deaths are counted. */
  const LATE: ArmedPoint = {
    id: 'late',
    point: 'store-read-before',
    subject: 'get waiting-updates',
    nth: 2,
    act: 'hang',
  };
  let house: House;
  beforeEach(async () => {
    house = await openHouse(CAMERAS, 'en', {
      program: [await botWithFailPoints()],
      environment: points.env,
    });
  }, 120_000);
  afterEach(() => house.stage.close(), 60_000);

  it('takes a right answer for what it was, though the laptop goes on before it is handed in again', async () => {
    const { technician, laptop, stage } = house;
    await toThePicture(technician, SERIAL);
    points.arm([KILL, LATE]);
    const died = new Promise<void>((resolve) => stage.bot.onDeath(resolve));
    await technician.send(laptop.lastPicture());
    await died;
    await stage.bot.start();
    await technician.waitFor(/type the admin password/, STEP);
    expect(points.hasFired('late')).toBe(true);
    points.release('late');
    // In the chat's order: it has been handed in by then.
    await online(technician);
    expect(technician.transcript()).not.toMatch(/looked like a password/);
    await laptop.typePassword(DEMO_PASSWORD);
    await technician.waitFor(/Unbound, verified/, STEP);
    expect(stage.lan.device(SERIAL).snapshot()).toMatchObject({ bound: false, unbindsExecuted: 1 });
  }, 120_000);
});

describe.skipIf(NO_REDIS !== null)(`one of two bots on a Redis (${NO_REDIS ?? 'redis-server'})`, () => {
  /** The other bot, as it looks for what one that is gone has left: nobody hands in the answer before. */
  const LATE: ArmedPoint = {
    id: 'late',
    point: 'store-read-before',
    subject: 'page waiting-updates',
    act: 'hang',
  };
  let redis: RedisServer;
  let house: HouseOfMany;
  beforeEach(async () => {
    redis = await startRedis();
    const program = await botWithFailPoints();
    house = await openHouseOfMany(2, redis.url, CAMERAS, { program, environment: points.env });
  }, 180_000);
  afterEach(async () => {
    await house.close();
    await redis.end();
  }, 60_000);

  it('has its answer handed in by the other, where the case is over by then, and that is told once', async () => {
    const { technician, laptop, stage, front } = house;
    await toThePicture(technician, SERIAL);
    points.arm([KILL]);
    const death = Promise.race(front.bots.map((bot) => once(bot.child, 'exit').then(() => bot)));
    await technician.send(laptop.picture);
    const dead = await death;
    // What it has left is looked for in three seconds, and its turn is its own for as long.
    points.arm([LATE]);
    front.bots.splice(front.bots.indexOf(dead), 1);
    await dead.end();
    await technician.waitFor(/Unbound, verified/, STEP);
    await eventually(() => expect(points.hasFired('late')).toBe(true));
    const before = technician.messages.length;
    points.release('late');
    await online(technician);
    const since = technician.messages.slice(before).map(({ text }) => text);
    expect(since.join('\n')).not.toMatch(/Send me a photo|understand|password/);
    const typed = technician.messages.filter(({ from }) => from !== 'bot').map(({ text }) => text);
    expect(typed).toContain(laptop.picture);
    expect(stage.lan.device(SERIAL).snapshot()).toMatchObject({ bound: false, unbindsExecuted: 1 });
  }, 180_000);

  it('has its answer handed on by the other, where that was noted for the picture and the laptop has not been told', async () => {
    const { technician, laptop, stage, front } = house;
    await toThePicture(technician, SERIAL);
    points.arm([UNTOLD]);
    const death = Promise.race(front.bots.map((bot) => once(bot.child, 'exit').then(() => bot)));
    await technician.send(laptop.picture);
    const dead = await death;
    const written = String(await redis.command('HKEYS', '{unbind}:records'));
    expect(written).toContain('picture-answers');
    front.bots.splice(front.bots.indexOf(dead), 1);
    await dead.end();
    await technician.waitFor(/Unbound, verified/, STEP);
    await online(technician);
    expect(technician.transcript()).not.toMatch(/looked like a password|understand/);
    expect(stage.lan.device(SERIAL).snapshot()).toMatchObject({ bound: false, unbindsExecuted: 1 });
  }, 180_000);
});
