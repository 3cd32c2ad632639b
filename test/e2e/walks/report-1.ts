/**
 * A recorder of the field that nothing unbinds, played to its end: second-hand, bound to a stranger, its admin password
 * known. Updated from 3.4.99 to 4.30.080 and 4.30.091; SADP says "Failed", the app "… not supported", the menu has no
 * button for it. By hand and with the laptop; every number is invented.
 */
import type { DeviceSpec } from '../../../src/sandbox/device/device.ts';
import { DEMO_PASSWORD, recorder4 } from '../../../src/sandbox/device/profiles.ts';
import type { Walk, Walker } from './walker.ts';

const STUBBORN: DeviceSpec = {
  profile: {
    ...recorder4.profile,
    model: 'DS-7108NI-Q1/8P',
    fullSerial: 'DS-7108NI-Q1/8P0820190412CCRRG70000107WCVU',
    shortSerial: 'G70000107',
    mac: '00-00-5e-00-53-a7',
    firmware: 'V4.30.091build 201202',
    address: '127.0.1.17',
  },
  quirks: { neverUnbinds: true },
};
export const SERIAL = STUBBORN.profile.shortSerial;
/** As the device announces it. */
export const MAC = STUBBORN.profile.mac;

/** The steps of a guide from the one that is shown to its end. */
const STEPS = {
  'firmware-first': ['backup', 'file', 'update', 'wait'],
  'vendor-tool': ['install', 'start', 'region', 'select', 'login', 'finish'],
  app: ['network', 'scan', 'unbind', 'login', 'finish'],
  'recorder-menu': ['login', 'platform', 'unbind', 'finish'],
  'bring-monitor': ['connect'],
} as const;

/** Walks a guide to its end; `end`: what is asked there. */
async function walkThrough(at: Walker, guide: keyof typeof STEPS, end = 'bot:guide.compare'): Promise<void> {
  for (const step of STEPS[guide]) {
    await at.step(guide, step);
    await at.press('next');
  }
  await at.sees(end);
}

/** A guide comes to nothing, and the screen said this. */
async function fails(at: Walker, guide: keyof typeof STEPS, said: string, end?: string): Promise<void> {
  await walkThrough(at, guide, end);
  await at.press('failed');
  await at.sees(guide === 'firmware-first' ? 'bot:tried.askUpdate' : 'bot:tried.ask');
  await at.press(said);
}

async function toTheLetter(at: Walker): Promise<void> {
  await at.sees('policy:rule.all-failed');
  await at.press('service-centre');
  await at.sees('report:me.askFirm');
  await at.press('leave-out');
  await at.sees('bot:rma.write');
  await at.sees('policy:rma.body', { reason: at.t('policy:when.all-failed') });
  await at.seesFile('bot:rma.mailFile', `${SERIAL}.eml`);
  await at.press('sent');
  await at.sees('bot:rma.waiting');
}

export const BY_HAND_TO_THE_END: Walk = {
  name: 'report 1 of the field, by hand',
  async run(at) {
    await at.label(
      STUBBORN,
      {
        en: 'firmware 3.4.99, there is 4.x, password known, never in ezviz',
        ru: 'прошивка 3.4.99, есть 4.30, пароль есть, в ezviz не добавляли',
      }[at.language],
    );
    await at.sees('policy:rule.recorder-3x-update', { firmware: 'V3.4.99' });
    await at.press('firmware-first');
    await walkThrough(at, 'firmware-first');
    await at.press('success');
    await at.answers(['firmware', '4.30.080'], ['onSite', 'windows-pc'], ['cloud', 'online']);
    await at.sees('policy:rule.monitor-after-update', { firmware: 'V4.30.080' });
    at.wrong('the menu comes first, and he takes the tool that is at hand');
    await at.unbindsBy('vendor-tool');
    await fails(at, 'vendor-tool', 'failed');
    at.remark('not the tool again: what else is at hand?');
    await at.answers(['onSite', 'phone']);
    await at.sees('policy:rule.monitor-after-update');
    at.wrong('and the app before the menu as well');
    await at.press('app');
    await fails(at, 'app', 'not-supported');
    await at.answers(['onSite', 'nothing']);
    await at.sees('policy:blocker.bring-monitor');
    await at.press('bring-monitor');
    await walkThrough(at, 'bring-monitor');
    await at.press('success');
    await at.sees('policy:rule.menu-after-update', { firmware: 'V4.30.080' });
    await at.press('recorder-menu');
    await fails(at, 'recorder-menu', 'no-button');
    at.remark('all has failed on this 4.x: the newest one, before any parcel');
    await at.sees('policy:rule.newer-firmware', { firmware: 'V4.30.080' });
    await at.press('firmware-first');
    await walkThrough(at, 'firmware-first');
    await at.press('success');
    await at.answers(['firmware', '4.30.091'], ['onSite', 'monitor']);
    at.remark('another version: what failed on the one before is untried on this one');
    await at.sees('policy:rule.menu-after-update', { firmware: 'V4.30.091' });
    await at.press('recorder-menu');
    await fails(at, 'recorder-menu', 'no-button');
    await at.answers(['onSite', 'windows-pc']);
    await at.sees('policy:rule.windows-pc-on-lan');
    await at.press('vendor-tool');
    await fails(at, 'vendor-tool', 'failed');
    await at.answers(['onSite', 'phone']);
    await at.sees('policy:rule.phone-on-lan');
    await at.press('app');
    await walkThrough(at, 'app');
    at.wrong('he types what the app says instead of pressing it');
    await at.press('failed');
    await at.sees('bot:tried.ask');
    await at.types('not supported');
    await at.sees('policy:rule.newer-firmware', { firmware: 'V4.30.091' });
    await at.press('firmware-first');
    await fails(at, 'firmware-first', 'no-file');
    await at.sees('policy:question.previousOwner.text');
    await at.types({ en: 'the previous owner cannot be reached', ru: 'прежнего владельца не найти' });
    await toTheLetter(at);
  },
};

export const WITH_LAPTOP_TO_THE_END: Walk = {
  name: 'report 1 of the field, with the laptop',
  devices: [STUBBORN],
  async run(at) {
    await at.types(SERIAL);
    await at.sees('bot:assess.seen');
    await at.answers(['everInEzviz', 'no'], ['adminPassword', 'yes']);
    await at.sees('policy:rule.agent-on-lan');
    await at.unbindsBy('sadp');
    await at.sees('bot:unbind.picture');
    await at.types(at.laptop.lastPicture());
    await at.sees('bot:unbind.typePassword');
    await at.laptop.typePassword(DEMO_PASSWORD);
    await at.sees('bot:outcome.denied');
    at.remark('first a look without a password');
    await at.press('check');
    await at.sees('bot:assess.checked');
    await at.sees('bot:assess.oneLogin', { serial: SERIAL, number: 6 });
    at.wrong('he is sure of it, which proves nothing');
    await at.types({ en: 'I am sure, it is right', ru: 'я уверен, он верный' });
    await at.sees('bot:help.use');
    at.wrong('and "yes" is no login either');
    await at.types({ en: 'yes', ru: 'да' });
    await at.sees('bot:help.use');
    at.remark('one login, with unbind-agent inspect');
    at.remark(`it says: ${await at.laptop.inspect(SERIAL, DEMO_PASSWORD)}`);
    await at.press('yes');
    at.remark('the way of the laptop has failed, and the vendor’s tool would ask the device the same');
    await at.answers(['onSite', 'phone']);
    await at.sees('policy:rule.phone-on-lan');
    await at.press('app');
    await fails(at, 'app', 'not-supported', 'bot:guide.stillBound');
    await at.sees('bot:assess.seen');
    await at.answers(['onSite', 'nothing']);
    await at.sees('policy:rule.menu-left');
    at.wrong('what has failed is not offered, but under “again”');
    await at.press('again');
    await at.sees('bot:assess.againWhich');
    await at.press('back');
    await at.sees('policy:rule.menu-left');
    await at.press('bring-monitor');
    await walkThrough(at, 'bring-monitor');
    await at.press('success');
    await at.sees('bot:assess.seen');
    await at.sees('policy:rule.monitor-at-recorder');
    await at.press('recorder-menu');
    await fails(at, 'recorder-menu', 'no-button', 'bot:guide.stillBound');
    await at.sees('policy:rule.newer-firmware');
    await at.press('firmware-first');
    await fails(at, 'firmware-first', 'no-file');
    await at.answers(['previousOwner', 'no']);
    await toTheLetter(at);
  },
};
