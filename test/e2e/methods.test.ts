import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { recorder3, unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import { labelOf } from '../../src/sandbox/samples.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import type { ChatMessage } from '../../src/sandbox/telegram/message.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { type House, offering, openHouse, openStage, pressId, STEP } from '../support/stage.ts';

/** Presses a button and waits for what must follow. */
async function press(technician: SimUser, id: string, expected: RegExp): Promise<ChatMessage> {
  await technician.waitFor(offering(id), { ...STEP, after: 'start' });
  await pressId(technician, id);
  return technician.waitFor(expected, STEP);
}

/** Types something and waits for what must follow. */
async function type(technician: SimUser, words: string, expected: RegExp): Promise<ChatMessage> {
  await technician.send(words);
  return technician.waitFor(expected, STEP);
}

describe('what every case has', () => {
  let stage: Stage;
  let technician: SimUser;

  beforeAll(async () => {
    stage = await openStage({ devices: [] });
    technician = stage.technician('en');
  }, 90_000);
  afterAll(() => stage.close(), 60_000);

  it('explains its verdict: facts with their sources, rules in order, the one that decided', async () => {
    await technician.sendPhoto(await labelOf(recorder3.profile));
    await technician.waitFor(/added to the EZVIZ app/, STEP);
    await press(technician, 'yes', /can the previous owner still delete/);
    await press(technician, 'no', /What to do: service centre/);
    const told = await type(technician, '/explain', /Why: case/);
    expect(told.text).toContain('Model: DS-7208HUHI-F2/N (the label)');
    expect(told.text).toContain('Was in EZVIZ: yes (you)');
    expect(told.text).toMatch(/▸ 2\. was in an EZVIZ account \[vendor’s note\]/);
    expect(told.text).toContain('So: service centre');
  }, 90_000);

  it('finds an article by code and by words, and keeps a photo of what it does not know', async () => {
    await type(technician, '/help 20013', /Added by another account/);
    await type(technician, '/help device locked', /The device is locked/);
    await type(technician, '/help xyzzy', /I do not know this/);
    await technician.sendPhoto(await labelOf(recorder3.profile));
    await technician.waitFor(/Kept with case/, STEP);
  }, 90_000);
});

describe('a laptop that can ask the device', () => {
  let house: House;

  beforeAll(async () => {
    house = await openHouse([unbindableCamera]);
  }, 90_000);
  afterAll(() => house.stage.close(), 60_000);
  afterEach(() => type(house.technician, '/cancel', /Case closed|Nothing is running/));

  it('tells when the device contradicts the technician, believes the device, and tells it once', async () => {
    const { technician } = house;
    await type(technician, '/new', /Send a photo of the device label/);
    await type(
      technician,
      'recorder on 3.4.98, no 4.x, never in ezviz',
      /can the previous owner still delete/,
    );
    await press(technician, 'no', /What to do: service centre/);
    await technician.send(unbindableCamera.profile.shortSerial);
    const told = await technician.waitFor(/⚠️/, STEP);
    expect(told.text).toMatch(/Firmware: the device itself says V5\.7\.18.*you said V3\.4\.98/);
    expect(told.text).toMatch(/Kind: the device itself says camera, you said recorder/);
    await technician.waitFor(/admin password/, { ...STEP, after: 'start' });
    await press(technician, 'yes', /What to do: unbind over the network/);
    expect(technician.transcript().match(/you said V3/g)).toHaveLength(1);
    const explained = await type(technician, '/explain', /Why: case/);
    expect(explained.text).toMatch(/⚠️ Firmware: the device itself says V5\.7\.18/);
  }, 120_000);
});
