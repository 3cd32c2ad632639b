import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAudit } from '../../src/audit/trail.ts';
import { DEMO_PASSWORD, intercom, recorder3, unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import { labelOf } from '../../src/sandbox/samples.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import {
  type House,
  invited,
  offering,
  online,
  openHouse,
  pressId,
  STEP,
  toTheOffer,
  toThePicture,
  unbindNow,
} from '../support/stage.ts';
import { openTestStore } from '../support/store.ts';

const CAMERA = unbindableCamera.profile.shortSerial;

/** A photo with nothing on it. */
const blankPhoto = () =>
  sharp({ create: { width: 800, height: 600, channels: 3, background: '#888' } })
    .jpeg()
    .toBuffer();

let house: House;

describe('a case with a laptop on the LAN', () => {
  beforeEach(async () => {
    house = await openHouse([unbindableCamera, recorder3]);
  }, 90_000);
  afterEach(async () => {
    await house.stage.close();
  }, 60_000);

  it('goes from the label photo to "unbound, verified", and the device was told once', async () => {
    const { technician, laptop, stage } = house;
    await technician.sendPhoto(await labelOf(unbindableCamera.profile));
    await toTheOffer(technician);
    await unbindNow(technician);
    await technician.waitFor((message) => message.kind === 'photo', STEP);
    await technician.send(laptop.lastPicture());
    await laptop.typePassword(DEMO_PASSWORD);
    await technician.waitFor(/Unbound, verified/, STEP);
    expect(stage.lan.device(CAMERA).snapshot()).toMatchObject({
      bound: false,
      unbindsReceived: 1,
      unbindsExecuted: 1,
      passwordsTried: 1,
    });
  }, 90_000);

  it('asks once a visit on whose order, says it in the report, and keeps the word in the audit', async () => {
    const { technician, laptop, stage } = house;
    await technician.send(CAMERA);
    await technician.waitFor(offering('no'), STEP);
    await pressId(technician, 'no');
    await technician.waitFor(offering('yes'), STEP);
    await pressId(technician, 'yes');
    await technician.waitFor(/On whose order do you unbind/, STEP);
    await technician.send('my neighbour');
    await technician.waitFor(/I can use.*The owner asked me/s, STEP);
    // Its own words state nothing either: this is pressed.
    await technician.send('Service contract');
    await technician.waitFor(/Press “Service contract” itself/, STEP);
    // A button nobody was shown states nothing.
    expect(stage.lan.device(CAMERA).snapshot().unbindsReceived).toBe(0);
    await pressId(technician, 'contract');
    await technician.waitFor((message) => message.kind === 'photo', STEP);
    await technician.send('/new');
    await technician.waitFor(/Send a photo/, STEP);
    await technician.send(CAMERA);
    await technician.waitFor(/You have a case for/, STEP);
    await pressId(technician, 'new');
    await toTheOffer(technician);
    expect(technician.messages.at(-1)?.text).toContain('On whose order: Service contract');
    await pressId(technician, 'change');
    await technician.waitFor(offering('order'), STEP);
    await pressId(technician, 'order');
    await technician.waitFor(/On whose order do you unbind/, STEP);
    await pressId(technician, 'own');
    await technician.waitFor(offering('sadp'), STEP);
    await pressId(technician, 'sadp');
    await technician.waitFor((message) => message.kind === 'photo', STEP);
    await technician.send(laptop.lastPicture());
    await laptop.typePassword(DEMO_PASSWORD);
    const report = await technician.waitFor(/Unbound, verified/, STEP);
    expect(report.text).toContain('On whose order: It is my own device');
    await stage.bot.stop();
    const store = await openTestStore(stage.storeFolder);
    const lines: string[] = [];
    await createAudit(store, Date.now).read((line) => lines.push(line));
    await store.close();
    const stated = lines
      .map((line) => JSON.parse(line) as { what: string; detail: object })
      .filter(({ what }) => what === 'case.ordered');
    expect(stated.map(({ detail }) => detail)).toEqual([
      expect.objectContaining({ order: 'contract', asBefore: false }),
      expect.objectContaining({ order: 'own', asBefore: false }),
    ]);
    expect(lines.join()).not.toContain('neighbour');
    // Who it was and which device can be erased without touching the trail.
    for (const named of [CAMERA, String(technician.id)]) expect(lines.join()).not.toContain(named);
  }, 120_000);

  it('survives kill -9 of the bot while a picture waits for its answer', async () => {
    const { technician, laptop, stage } = house;
    await toThePicture(technician, CAMERA);
    await stage.bot.kill();
    await technician.send(laptop.lastPicture());
    await stage.bot.start();
    await laptop.typePassword(DEMO_PASSWORD);
    await technician.waitFor(/Unbound, verified/, STEP);
    expect(stage.lan.device(CAMERA).snapshot()).toMatchObject({ bound: false, unbindsExecuted: 1 });
  }, 120_000);

  it('takes an answer once, though Telegram is out when the chat is to hear of it', async () => {
    const { technician, laptop, stage } = house;
    await toThePicture(technician, CAMERA);
    stage.api.fault({ method: 'sendMessage', chat: technician.id, kind: 'status', status: 502 });
    await technician.send('wrong');
    await technician.waitFor(/1 try left/, STEP);
    stage.api.fault({ method: 'sendMessage', chat: technician.id, kind: 'status', status: 502 });
    await technician.send(laptop.lastPicture());
    await laptop.typePassword(DEMO_PASSWORD);
    await technician.waitFor(/Unbound, verified/, STEP);
    expect(technician.transcript()).not.toMatch(/0 tries left|looked like a password/);
  }, 90_000);

  it('draws one picture more for one press, though Telegram is out when the chat is to hear of it', async () => {
    const { technician, laptop, stage } = house;
    await toThePicture(technician, CAMERA);
    stage.api.fault({ method: 'sendMessage', chat: technician.id, kind: 'status', status: 502 });
    await pressId(technician, 'refresh');
    await technician.waitFor(({ kind }) => kind === 'photo', STEP);
    await technician.send(laptop.lastPicture());
    await laptop.typePassword(DEMO_PASSWORD);
    await technician.waitFor(/Unbound, verified/, STEP);
  }, 90_000);

  it('uses one attempt on a wrong password, says how many are left and repeats nothing', async () => {
    const { technician, laptop, stage } = house;
    await toThePicture(technician, CAMERA);
    await technician.send(laptop.lastPicture());
    await laptop.typePassword('Wrong-Pass1');
    const told = await technician.waitFor(/wrong password/, STEP);
    expect(told.text).toContain('5 attempts left');
    expect(stage.lan.device(CAMERA).snapshot()).toMatchObject({
      bound: true,
      passwordsTried: 1,
      unbindsReceived: 1,
      triesLeft: 5,
    });
  }, 90_000);

  it('tells how it ended also to whoever has pressed Back while the device was being told', async () => {
    const { technician, laptop, stage } = house;
    await toThePicture(technician, CAMERA);
    await technician.send(laptop.lastPicture());
    await laptop.typePassword(DEMO_PASSWORD);
    await expect.poll(() => stage.lan.device(CAMERA).snapshot().unbindsReceived).toBe(1);
    await pressId(technician, 'back');
    await technician.waitFor(/Unbound, verified|does not yet say|outcome is not known/, STEP);
    expect(stage.lan.device(CAMERA).snapshot()).toMatchObject({ bound: false, unbindsReceived: 1 });
  }, 90_000);

  it('says what to do when the laptop is closed in the middle, and goes on once it is open again', async () => {
    const { technician, laptop, stage } = house;
    await toThePicture(technician, CAMERA);
    await laptop.stop();
    await technician.waitFor(/interrupted before anything was sent/, STEP);
    laptop.start();
    await technician.waitFor(/is connected now/, STEP);
    await pressId(technician, 'again');
    await technician.waitFor((message) => message.kind === 'photo', STEP);
    await technician.send(laptop.lastPicture());
    await laptop.typePassword(DEMO_PASSWORD);
    await technician.waitFor(/Unbound, verified/, STEP);
    expect(stage.lan.device(CAMERA).snapshot()).toMatchObject({ unbindsReceived: 1, unbindsExecuted: 1 });
  }, 90_000);
});

describe('a conversation', () => {
  let technician: SimUser;

  beforeAll(async () => {
    house = await openHouse([unbindableCamera, recorder3]);
  }, 90_000);
  afterAll(() => house.stage.close(), 60_000);
  beforeEach(async () => {
    technician = await invited(house.stage);
  });

  it('answers a stranger with one sentence, and does nothing else for him', async () => {
    const { stage } = house;
    const stranger = stage.api.user({ firstName: 'Mallory' });
    await stranger.send('/start');
    await stranger.waitFor(/only for people its operator has invited/, STEP);
    await stranger.send(CAMERA);
    await stranger.send('/pair');
    // A command of an admitted person that comes later is answered: so the stranger's were dealt with.
    await online(house.technician);
    expect(stranger.messages.filter((message) => message.from === 'bot')).toHaveLength(1);
  }, 90_000);

  it('lets an invited technician in, once per invitation', async () => {
    const { stage } = house;
    const admin = stage.technician('en');
    await admin.send('/invite');
    const link = (await admin.waitFor(/start=/, STEP)).text;
    const token = /start=([\w-]+)/.exec(link)?.[1] ?? '';
    const [first, second] = [stage.api.user({ firstName: 'Ann' }), stage.api.user({ firstName: 'Bob' })];
    await first.send(`/start ${token}`);
    await first.waitFor(/Welcome/, STEP);
    await second.send(`/start ${token}`);
    await second.waitFor(/used up or too old/, STEP);
    await first.send(CAMERA);
    await first.waitFor(/Serial number AC7000101/, STEP);
  }, 90_000);

  it('speaks Russian to a Russian phone, with the right plurals, and changes on demand', async () => {
    const russian = house.stage.technician('ru');
    await russian.send(recorder3.profile.shortSerial);
    await russian.waitFor(/EZVIZ/, STEP);
    expect(russian.transcript()).toContain('Серийный номер');
    await russian.send('/language');
    await russian.waitFor(/Язык/, STEP);
    await russian.press('English');
    await russian.waitFor(/Was this device ever added/, STEP);
  }, 90_000);

  it('reads an album of one label once, and helps with a wrong file', async () => {
    const label = await labelOf(unbindableCamera.profile);
    await technician.sendPhoto(label, { mediaGroupId: 'album' });
    await technician.sendPhoto(label, { mediaGroupId: 'album' });
    await technician.waitFor(offering('no'), { ...STEP, after: 'start' });
    await technician.sendDocument(Buffer.from('%PDF-1.4'), 'label.pdf', 'application/pdf');
    await technician.waitFor(/I read only photos/, STEP);
    expect(technician.said.filter(({ text }) => /Reading the photo/.test(text))).toHaveLength(1);
  }, 90_000);

  it('keeps the others of a list and of an album', async () => {
    const other = recorder3.profile.shortSerial;
    const listed = 'J50000099';
    await technician.send(`${listed}\n${other}\nJ5000`);
    await technician.waitFor(/no serial number: 1/, STEP);
    await pressId(technician, 'pick.0');
    const taken = await technician.waitFor(/1 more device is kept/, STEP);
    expect(taken.text).toContain(listed);

    await technician.waitFor(offering('no'), STEP);
    await technician.send('/new');
    await technician.waitFor(/Send a photo/, STEP);
    const label = await labelOf(unbindableCamera.profile);
    const second = await labelOf(recorder3.profile);
    for (const photo of [label, second, label, second])
      await technician.sendPhoto(photo, { mediaGroupId: 'two devices' });
    const offered = await technician.waitFor(/Next one/, { ...STEP, after: 'start' });
    expect(offered.buttons.flat().map(({ text }) => text)).toEqual([expect.stringContaining(other)]);
    await technician.waitFor(offering('no'), { ...STEP, after: 'start' });
    await technician.send('/help 20013');
    await technician.waitFor(/20013|another account/i, STEP);
    expect(technician.messages.filter(({ text }) => /Next one/.test(text))).toHaveLength(1);
  }, 90_000);

  it('takes the next photo of an album when the first shows no label', async () => {
    await technician.sendPhoto(await blankPhoto(), { mediaGroupId: 'second is it' });
    await technician.sendPhoto(await labelOf(unbindableCamera.profile), { mediaGroupId: 'second is it' });
    await technician.waitFor(offering('no'), { ...STEP, after: 'start' });
  }, 90_000);

  it('asks whether another label in the middle of a case is another device', async () => {
    await technician.send(CAMERA);
    await technician.waitFor(offering('no'), STEP);
    await technician.send(recorder3.profile.shortSerial);
    await technician.waitFor(/another device/, STEP);
    await pressId(technician, 'stay');
    await technician.waitFor(/Was this device ever added/, STEP);
    await technician.send(recorder3.profile.shortSerial);
    await technician.waitFor(/another device/, STEP);
    await pressId(technician, 'new');
    await technician.waitFor(/570000103/, STEP);
  }, 90_000);

  it('asks once about a photo of a label in the middle of a case, and not at all about its own', async () => {
    const label = await labelOf(intercom.profile);
    const { shortSerial } = intercom.profile;
    await technician.send(CAMERA);
    await technician.waitFor(offering('no'), STEP);
    await technician.sendPhoto(label);
    expect((await technician.waitFor(offering('new'), STEP)).text).toContain(`On the photo: ${shortSerial}`);
    await pressId(technician, 'new');
    await technician.waitFor(/verification code was not kept/, STEP);
    await technician.sendPhoto(label);
    await technician.waitFor(/is the device of this case/, STEP);

    // In the middle of a third one its open case is part of the same question.
    await technician.send('/new');
    await technician.waitFor(/Send a photo/, STEP);
    await technician.send('K50000011');
    await technician.waitFor(offering('no'), STEP);
    await technician.sendPhoto(label);
    const question = await technician.waitFor(offering('known'), STEP);
    expect(question.text).toMatch(
      new RegExp(`On the photo: ${shortSerial}.*another device.*a case already`, 's'),
    );
    await pressId(technician, 'new');
    await technician.waitFor(({ text }) => text.includes(shortSerial), STEP);
    // What is no label leaves the case where it was.
    await technician.sendPhoto(await blankPhoto());
    await technician.waitFor(/type the serial number/, STEP);
    expect(technician.said.filter(offering('go-on'))).toEqual([]);
    expect(technician.said.filter(offering('stay')).length).toBe(2);
  }, 90_000);

  it('comes back to its step from a question in between, whatever is typed during that one', async () => {
    await technician.send(CAMERA);
    await technician.waitFor(offering('no'), STEP);
    await technician.send(recorder3.profile.shortSerial);
    await technician.waitFor(/another device/, STEP);
    await technician.send('/language');
    await technician.waitFor(/Language/, STEP);
    await technician.press('Русский');
    await technician.waitFor(/Добавляли ли это устройство/, STEP);
    await technician.send('/help кракозябры');
    await technician.waitFor(/Такого я не знаю/, STEP);
    await technician.send('/language');
    await technician.waitFor(/Язык/, STEP);
    await technician.press('English');
    await technician.waitFor(/What does the screen say/, STEP);
    await pressId(technician, 'back');
    await technician.waitFor(/Was this device ever added/, STEP);
  }, 90_000);

  it('goes back from step to step, and closes on Cancel', async () => {
    // The one with the laptop.
    const { technician } = house;
    await technician.send(CAMERA);
    await technician.waitFor(offering('no'), STEP);
    await pressId(technician, 'no');
    await technician.waitFor(offering('yes'), STEP);
    await pressId(technician, 'back');
    await technician.waitFor(/Was this device ever added/, STEP);
    await technician.send('Canary-Pass-77');
    await technician.waitFor(/I can use “yes”, “no”/, STEP);
    await pressId(technician, 'cancel');
    await technician.waitFor(/Case closed/, STEP);
  }, 90_000);
});
