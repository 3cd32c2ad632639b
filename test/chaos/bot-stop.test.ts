import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import { drawLabel } from '../../src/sandbox/labels.ts';
import { createStage, type Stage } from '../../src/sandbox/stage.ts';
import { eventually } from '../support/eventually.ts';
import { outlasts } from '../support/outlasts.ts';
import { type House, openHouse, STEP, toThePicture } from '../support/stage.ts';

/** What may be armed when everything has stopped: the pipe the log goes through. */
const PIPE = 'PipeWrap';
/** What systems grant a program to end, ms. */
const GRANTED_MS = 5_000;
const ENDED_BY_SIGTERM = 143;

/** The last line a bot wrote about its end. */
function lastWords(lines: readonly string[]): { msg?: string; armed?: string[] } {
  const line = lines.findLast((one) => one.includes('"armed"'));
  return line === undefined ? {} : (JSON.parse(line) as { msg: string; armed: string[] });
}

/** Ends the bot by one signal; everything that is armed afterwards would be told. */
async function stopped(stage: Stage, lines: string[]): Promise<number | null> {
  lines.length = 0;
  let code: number | null = null;
  const isLate = await outlasts(GRANTED_MS, async () => {
    code = await stage.bot.stop();
  });
  expect(isLate).toBe(false);
  // What it said may come in after its end.
  await eventually(() => {
    const { msg, armed } = lastWords(lines);
    expect({ msg, armed: armed?.filter((name) => name !== PIPE) }).toEqual({ msg: 'stopped', armed: [] });
  });
  return code;
}

/** Waits for the next call of a method; null: of any but for updates. */
function called({ api }: Stage, method: string | null): Promise<void> {
  return new Promise((resolve) => {
    const end = api.onEvent((event) => {
      if (event.type !== 'call' || event.call.method === 'getUpdates') return;
      if (method !== null && event.call.method !== method) return;
      end();
      resolve();
    });
  });
}

describe('a bot that is told to end', () => {
  const lines: string[] = [];
  let stage: Stage;
  beforeAll(async () => {
    stage = await createStage({ devices: [], photoSeconds: 150, onBotLine: (line) => lines.push(line) });
  });
  afterAll(() => stage.close(), 60_000);

  /** Has the bot begin to read a photo that never arrives. @returns what lets it arrive */
  async function hangingPhoto(serial: string): Promise<() => void> {
    let arrive: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const release = stage.api.fault({ method: 'file', kind: 'delay', until, times: 1_000 });
    const fetched = called(stage, 'getFile');
    await stage.technician('en').sendPhoto(await labelOf(serial));
    await fetched;
    return () => {
      release();
      arrive();
    };
  }

  it('while Telegram does not say who it is, ends', async () => {
    const release = stage.api.fault({ method: 'getMe', kind: 'delay', delayMs: 600_000, times: 1_000 });
    const asked = called(stage, 'getMe');
    const starting = stage.bot.start().catch(() => undefined);
    try {
      await asked;
      expect(await stopped(stage, lines)).toBe(0);
      await starting;
    } finally {
      release();
    }
  }, 60_000);

  it('before it has read what laptops talk to, ends', async () => {
    const asked = called(stage, 'deleteWebhook');
    const starting = stage.bot.start().catch(() => undefined);
    await asked;
    expect(await stopped(stage, lines)).toBe(0);
    await starting;
  }, 60_000);

  it('in the middle of a photo and beside a chat that is held up, ends; both are answered after the start', async () => {
    const [alex, irina] = [stage.technician('en'), stage.technician('ru')];
    await stage.bot.start();
    for (const person of [alex, irina]) {
      await person.send('/start');
      await person.waitFor(({ from }) => from === 'bot', STEP);
    }
    const hold = { kind: '429', chat: irina.id, retryAfter: 120, times: 10_000 } as const;
    const release = stage.api.fault(hold);
    const refused = called(stage, 'sendMessage');
    await irina.send('J50000063');
    await refused;
    const arrive = await hangingPhoto('J50000062');
    expect(await stopped(stage, lines)).toBe(0);
    release();
    arrive();
    await stage.bot.start();
    await alex.waitFor(/Serial number.*J50000062/, STEP);
    await irina.waitFor(/J50000063/, STEP);
  }, 120_000);

  it('twice, ends at once; the photo it was at is read after the start', async () => {
    const alex = stage.technician('en');
    await alex.send('/new');
    await alex.waitFor(/Send a photo/, STEP);
    const arrive = await hangingPhoto('J50000064');
    lines.length = 0;
    expect(await stage.bot.stop(2)).toBe(ENDED_BY_SIGTERM);
    expect(lastWords(lines)).toEqual({});
    arrive();
    await stage.bot.start();
    await alex.waitFor(/Serial number.*J50000064/, STEP);
  }, 120_000);
});

function labelOf(shortSerial: string): Promise<Buffer> {
  return drawLabel({
    ...unbindableCamera.profile,
    shortSerial,
    verificationCode: 'QWERTZ',
    host: 'www.hik-connect.com',
    caption: 'x',
  });
}

describe('a bot that is told to end when a picture code was just typed', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse([unbindableCamera]);
  }, 90_000);
  afterAll(() => house.stage.close(), 60_000);

  it('ends, and the case goes on after the start', async () => {
    const { stage, technician, laptop } = house;
    await toThePicture(technician, unbindableCamera.profile.shortSerial);
    const handling = called(stage, null);
    await technician.send(laptop.lastPicture());
    await handling;
    expect(await stopped(stage, house.botLines)).toBe(0);
    await stage.bot.start();
    await technician.waitFor(/Now type the admin password/, STEP);
  }, 120_000);
});
