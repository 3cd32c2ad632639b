import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { offlineCamera, recorder3, recorder4, unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import { labelOf } from '../../src/sandbox/samples.ts';
import { createStage, type Stage } from '../../src/sandbox/stage.ts';
import type { ChatMessage } from '../../src/sandbox/telegram/message.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { type House, offering, openHouse, pressId, STEP } from '../support/stage.ts';

/** A message of the bot that is new: an answered question is edited and would fit again. */
const fresh = (expected: RegExp) => (message: ChatMessage) =>
  message.from === 'bot' && !message.edited && expected.test(message.text);

/** Presses a button and waits for what must follow. */
async function press(technician: SimUser, id: string, expected: RegExp): Promise<ChatMessage> {
  await technician.waitFor(offering(id), { ...STEP, after: 'start' });
  await pressId(technician, id);
  return technician.waitFor(fresh(expected), STEP);
}

/** Types something and waits for what must follow. */
async function type(technician: SimUser, words: string, expected: RegExp): Promise<ChatMessage> {
  await technician.send(words);
  return technician.waitFor(fresh(expected), STEP);
}

describe('ways walked without a laptop', () => {
  let stage: Stage;
  let technician: SimUser;

  /** Two people take turns: one alone would be faster than the bot lets anybody be. */
  const people: SimUser[] = [];
  let turn = 0;

  beforeAll(async () => {
    stage = await createStage({ devices: [] });
    await stage.bot.start();
    people.push(stage.technician('en'), stage.technician('ru'));
    const [, second] = people;
    await second?.send('/language');
    await second?.waitFor(/Язык/, STEP);
    await second?.press('English');
    await second?.waitFor(/English it is/, STEP);
  }, 90_000);
  afterAll(() => stage.close(), 60_000);
  beforeEach(async () => {
    technician = people[turn++ % people.length] ?? technician;
    await type(technician, '/new', /Send a photo of the device label/);
  });

  /** A 4.x recorder with everything in order, and `atHand` beside it. */
  async function recorderWith(atHand: string): Promise<void> {
    await technician.sendPhoto(await labelOf(recorder4.profile));
    await technician.waitFor(/added to the EZVIZ app/, STEP);
    await press(technician, 'no', /Which firmware/);
    await type(technician, 'V4.62.210', /admin password/);
    await press(technician, 'yes', /in the device’s network/);
    await press(technician, atHand, /Hik-Connect is online/);
    await press(technician, 'online', /What to do/);
  }

  it('sadp with the vendor’s tool: five drawn steps, then the exact words of success', async () => {
    await recorderWith('windows-pc');
    const first = await press(technician, 'vendor-tool', /step 1 of 5/);
    expect(first).toMatchObject({ kind: 'photo', file: { width: 960, height: 600 } });
    await press(technician, 'next', /step 2 of 5[\s\S]*your region/);
    // Wrong turn: it looks different here.
    await press(technician, 'differs', /tool is too old/);
    await press(technician, 'clear', /step 2 of 5/);
    await press(technician, 'next', /step 3 of 5[\s\S]*G70000102/);
    // Wrong turn: back to the step before.
    await press(technician, 'back', /step 2 of 5/);
    await press(technician, 'next', /step 3 of 5/);
    await press(technician, 'next', /step 4 of 5[\s\S]*admin password/);
    // Wrong turn: a password in the chat is neither taken nor kept.
    await type(technician, 'Canary-Pass-77', /Press one of the buttons/);
    await press(technician, 'next', /step 5 of 5/);
    await press(technician, 'next', /Success looks like this: a notice that the device is unbound/);
    // Wrong turn: the tool gave a number instead.
    await press(technician, 'says', /What does the screen say/);
    await type(technician, 'error 2024', /Wrong password/);
    await press(technician, 'helped', /Success looks like this/);
    await press(technician, 'success', /add it to your account now/);
  }, 90_000);

  it('app: scan, unbind, password and picture code; what went wrong leads to other ways', async () => {
    await recorderWith('phone');
    await press(technician, 'app', /step 1 of 5[\s\S]*Wi-Fi/);
    await press(technician, 'next', /step 2 of 5[\s\S]*Scan QR Code/);
    // Wrong turn: a photo of the screen where it looks different is kept with the case.
    await press(technician, 'differs', /manual adding/);
    await technician.sendPhoto(await labelOf(recorder3.profile));
    await technician.waitFor(/Kept with case/, STEP);
    await press(technician, 'next', /step 3 of 5[\s\S]*Unbind device/);
    // Wrong turn: an old button.
    const stale = technician.messages.find((message) => /Hik-Connect is online/.test(message.text));
    expect(stale?.buttons).toEqual([]);
    await press(technician, 'next', /step 4 of 5[\s\S]*not the verification code/);
    await press(technician, 'next', /step 5 of 5[\s\S]*Finish/);
    await press(technician, 'next', /Unbound successfully/);
    // Wrong turn: an unknown message asks for a photo of the screen.
    await press(technician, 'says', /What does the screen say/);
    await type(technician, 'zzz qqq', /I do not know this message/);
    await press(technician, 'back', /Success looks like this/);
    await press(technician, 'failed', /in the device’s network/);
  }, 90_000);

  it('recorder menu: four steps at the monitor', async () => {
    await recorderWith('monitor');
    await press(technician, 'recorder-menu', /step 1 of 4[\s\S]*Log in as admin/);
    // Wrong turns: Back out of the guide, a sticker, something else on the screen.
    await press(technician, 'back', /What to do/);
    await press(technician, 'recorder-menu', /step 1 of 4/);
    await technician.sendOther('sticker');
    await technician.waitFor(/Press one of the buttons/, STEP);
    await press(technician, 'next', /step 2 of 4[\s\S]*Platform Access/);
    await press(technician, 'differs', /Guarding Vision/);
    await press(technician, 'clear', /step 2 of 4/);
    await press(technician, 'next', /step 3 of 4[\s\S]*Unbind/);
    await press(technician, 'next', /step 4 of 4[\s\S]*no bound account/);
    await press(technician, 'next', /no account on the Platform Access page/);
    await press(technician, 'success', /add it to your account now/);
  }, 90_000);

  it('firmware first: backup, the right file, no power cut, and the device is assessed anew', async () => {
    await technician.sendPhoto(await labelOf(recorder3.profile));
    await technician.waitFor(/added to the EZVIZ app/, STEP);
    await press(technician, 'no', /Which firmware/);
    // Wrong turn: a line is no version.
    await type(technician, '3.x', /Type the firmware as the device shows it/);
    await type(technician, '3.4.88', /firmware 4\.x for exactly this model/);
    await press(technician, 'exists', /What to do: update the firmware/);
    await press(technician, 'firmware-first', /step 1 of 4[\s\S]*Export configuration/);
    await press(technician, 'next', /step 2 of 4[\s\S]*exactly this model/);
    // Wrong turn: only a similar model's file.
    await press(technician, 'differs', /a wrong file kills the recorder/);
    await press(technician, 'clear', /step 2 of 4/);
    await press(technician, 'next', /step 3 of 4[\s\S]*Do not cut the power/);
    await press(technician, 'next', /step 4 of 4/);
    // Wrong turn: Back, it is not finished yet.
    await press(technician, 'back', /step 3 of 4/);
    await press(technician, 'next', /step 4 of 4/);
    await press(technician, 'next', /begins with V4/);
    await press(technician, 'success', /Which firmware/);
    // Now it is a recorder on 4.x, and what decides then is asked.
    await type(technician, 'V4.30.085', /admin password/);
    await press(technician, 'yes', /in the device’s network/);
    await press(technician, 'windows-pc', /Hik-Connect is online/);
    await press(technician, 'online', /What to do: unbind with the SADP tool/);
  }, 90_000);

  it('service centre: serial as text, letter as text and file, the case open until the answer is attached', async () => {
    await technician.sendPhoto(await labelOf(recorder3.profile));
    await technician.waitFor(/added to the EZVIZ app/, STEP);
    await press(technician, 'yes', /What to do: service centre/);
    // Wrong turn: it was not in EZVIZ after all; the verdict follows the answer.
    await press(technician, 'change', /Which answer/);
    await press(technician, 'everInEzviz', /added to the EZVIZ app/);
    await press(technician, 'no', /Which firmware/);
    await type(technician, 'it was in EZVIZ', /What to do: service centre/);
    await press(technician, 'service-centre', /E-mail is sent|support\.ru@hikvision\.com/);
    await technician.waitFor(offering('sent'), { ...STEP, after: 'start' });
    const chat = technician.transcript();
    expect(chat).toContain('Serial number: 570000103');
    expect(chat).toContain('March 12, 2023');
    expect(chat).toContain('Our advice, not the vendor’s');
    expect(technician.messages.find((message) => message.kind === 'document')?.file?.name).toMatch(/\.eml$/);
    // Wrong turn: a question instead of the button.
    await type(technician, 'and now?', /Press one of the buttons/);
    await press(technician, 'sent', /stays open/);
    await type(technician, '/cases', /Your cases/);
    await technician.press(/^c:/);
    await technician.waitFor(/waiting for the service centre/, STEP);
    await press(technician, 'attach', /Send the answer/);
    // Wrong turn: a sticker is no answer.
    await technician.sendOther('sticker');
    await technician.waitFor(/Send a photo or a text/, STEP);
    await type(technician, 'RMA 4711, send it to the warehouse', /1 note kept/);
    await press(technician, 'show', /1 note kept/);
    expect(technician.messages.filter((message) => message.kind === 'document').at(-1)?.file?.name).toMatch(
      /\.txt$/,
    );
    await press(technician, 'close', /Case closed/);
  }, 90_000);

  it('password unknown: which one, whom to ask, no guessing, the official recovery', async () => {
    await technician.sendPhoto(await labelOf(unbindableCamera.profile));
    await technician.waitFor(/added to the EZVIZ app/, STEP);
    await type(technician, 'no', /admin password/);
    await type(technician, 'no password', /First this/);
    await press(technician, 'recover-password', /step 1 of 4[\s\S]*Not the verification code/);
    await press(technician, 'next', /step 2 of 4[\s\S]*owner/);
    await press(technician, 'differs', /nobody may unbind it/);
    await press(technician, 'clear', /step 2 of 4/);
    await press(technician, 'next', /step 3 of 4[\s\S]*Do not guess/);
    await press(technician, 'next', /step 4 of 4[\s\S]*will not reset/);
    await press(technician, 'next', /you log in to the device as admin/);
    await press(technician, 'success', /admin password/);
    await press(technician, 'yes', /in the device’s network/);
  }, 90_000);

  it('not in the network: cable, address, no VPN, then what is at hand is asked again', async () => {
    await technician.sendPhoto(await labelOf(unbindableCamera.profile));
    await technician.waitFor(/added to the EZVIZ app/, STEP);
    await press(technician, 'no', /admin password/);
    await press(technician, 'yes', /in the device’s network/);
    await press(technician, 'nothing', /First this|online/);
    if (technician.messages.at(-1)?.text.includes('is online'))
      await press(technician, 'online', /First this/);
    await press(technician, 'get-onto-lan', /step 1 of 3/);
    await press(technician, 'next', /step 2 of 3[\s\S]*first three numbers/);
    await press(technician, 'next', /step 3 of 3[\s\S]*VPN/);
    await press(technician, 'next', /answers from your laptop or phone/);
    await press(technician, 'success', /in the device’s network/);
    await press(technician, 'phone', /What to do: unbind with the Hik-Connect app|online/);
  }, 90_000);

  it('takes a device described in words: what was said is not asked again, the serial number may follow', async () => {
    await type(technician, 'старый регик на 3.4.92, раньше в EZVIZ', /What to do: service centre/);
    expect(technician.transcript()).toMatch(/I understood:[\s\S]*Firmware: V3\.4\.92 \(you\)/);
    // Wrong turns: the service centre needs a name for it; a password is not one; then the serial number comes.
    await press(technician, 'service-centre', /needs the serial number/);
    await type(technician, 'Canary-Pass-77', /I need the label or the serial number/);
    await type(technician, recorder3.profile.shortSerial, /What to do: service centre/);
  }, 90_000);

  it('explains its verdict: facts with their sources, rules in order, the one that decided', async () => {
    await technician.sendPhoto(await labelOf(recorder3.profile));
    await technician.waitFor(/added to the EZVIZ app/, STEP);
    await press(technician, 'yes', /What to do: service centre/);
    const told = await type(technician, '/explain', /Why: case/);
    expect(told.text).toContain('Model: DS-7208HUHI-F2/N (the label)');
    expect(told.text).toContain('Was in EZVIZ: yes (you)');
    expect(told.text).toMatch(/▸ 2\. was in an EZVIZ account \[vendor’s note\]/);
    expect(told.text).toContain('So: service centre');
  }, 90_000);

  it('finds an article by code and by words, and keeps a photo of what it does not know', async () => {
    await type(technician, '/help 20013', /Added by another account/);
    await type(technician, '/help device locked', /The device is locked/);
    await type(technician, '/help xyzzy', /I do not know this message/);
    await technician.sendPhoto(await labelOf(recorder3.profile));
    await technician.waitFor(/Kept with case/, STEP);
  }, 90_000);
});

describe('ways walked with a laptop that can ask the device', () => {
  let house: House;

  beforeAll(async () => {
    house = await openHouse([unbindableCamera, offlineCamera]);
  }, 90_000);
  afterAll(() => house.stage.close(), 60_000);
  afterEach(() => type(house.technician, '/cancel', /Case closed|Nothing is running/));

  it('offline: the laptop asks the device after every step until it is online', async () => {
    const { technician, stage } = house;
    const device = stage.lan.device(offlineCamera.profile.shortSerial);
    await technician.send(offlineCamera.profile.shortSerial);
    await technician.waitFor(/added to the EZVIZ app/, STEP);
    await press(technician, 'no', /admin password/);
    await press(technician, 'yes', /First this/);
    await press(technician, 'bring-online', /step 1 of 6[\s\S]*Enable/);
    // Wrong turn: said to be done, and is not.
    await press(technician, 'next', /enabled, but not online yet/);
    await press(technician, 'next', /step 2 of 6[\s\S]*address and mask/);
    // Wrong turn: while putting it right, the service was switched off.
    device.set({ cloud: 'disabled' });
    await press(technician, 'next', /Hik-Connect is switched off/);
    await technician.waitFor(/step 1 of 6/, { ...STEP, after: 'start' });
    // Wrong turn: Back out and in again.
    await press(technician, 'back', /First this/);
    await press(technician, 'bring-online', /step 1 of 6/);
    device.set({ cloud: 'online' });
    await press(technician, 'next', /The device is online/);
    await technician.waitFor(/What to do: unbind over the network/, { ...STEP, after: 'start' });
  }, 120_000);

  it('tells when the device contradicts the technician, believes the device, and tells it once', async () => {
    const { technician } = house;
    await type(technician, '/new', /Send a photo of the device label/);
    await type(technician, 'recorder on 3.4.98, no 4.x, never in ezviz', /What to do: service centre/);
    await technician.send(unbindableCamera.profile.shortSerial);
    const told = await technician.waitFor(/⚠️/, STEP);
    expect(told.text).toMatch(/Firmware: the device itself says V5\.7\.18.*you said V3\.4\.98/);
    expect(told.text).toMatch(/Kind: the device itself says camera, you said recorder/);
    await technician.waitFor(/admin password/, { ...STEP, after: 'start' });
    await press(technician, 'yes', /What to do: unbind over the network/);
    expect(technician.transcript().match(/you said V3/g)).toHaveLength(1);
  }, 120_000);

  it('app: success is believed only when the device itself says "not bound"', async () => {
    const { technician, stage } = house;
    const device = stage.lan.device(unbindableCamera.profile.shortSerial);
    await technician.send(unbindableCamera.profile.shortSerial);
    await technician.waitFor(/added to the EZVIZ app/, STEP);
    await press(technician, 'no', /admin password/);
    await press(technician, 'yes', /What to do: unbind over the network/);
    await type(technician, 'I have a phone', /Also possible: Hik-Connect app/);
    await press(technician, 'app', /step 1 of 5/);
    for (const step of [2, 3, 4, 5]) await press(technician, 'next', new RegExp(`step ${step} of 5`));
    // Wrong turn: the technician believes it is done.
    await press(technician, 'next', /still says: bound/);
    await press(technician, 'again', /still says: bound/);
    device.set({ bound: false });
    await press(technician, 'again', /Unbound, verified/);
  }, 120_000);
});
