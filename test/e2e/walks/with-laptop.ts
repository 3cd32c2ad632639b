/** Ways walked with a laptop on the LAN: the device itself is asked, and only its own word ends a case. */
import type { DeviceSpec } from '../../../src/sandbox/device/device.ts';
import {
  DEMO_PASSWORD,
  offlineCamera,
  recorder3,
  unbindableCamera,
} from '../../../src/sandbox/device/profiles.ts';
import type { Walk, Walker } from './walker.ts';

const CAMERA = unbindableCamera.profile.shortSerial;
const OFFLINE = offlineCamera.profile.shortSerial;

/** A device set up otherwise than its profile. */
const setUp = (
  spec: DeviceSpec,
  profile: Partial<DeviceSpec['profile']>,
  state = spec.state,
): DeviceSpec => ({
  ...spec,
  profile: { ...spec.profile, ...profile },
  ...(state ? { state } : {}),
});

/** Somebody changes the device's settings: it is another device to the network. */
async function reconfigured(at: Walker, spec: DeviceSpec, what: string): Promise<void> {
  at.remark(what);
  await at.stage.lan.remove(spec.profile.shortSerial);
  await at.stage.lan.add(spec);
}

/** From the serial number to the verdict, when the laptop has looked. */
async function named(
  at: Walker,
  serial: string,
  ...given: readonly (readonly [string, string])[]
): Promise<void> {
  await at.types(serial);
  await at.sees('bot:assess.seen');
  await at.answers(...given);
}

const FINE = [
  ['everInEzviz', 'no'],
  ['adminPassword', 'yes'],
] as const;

const PHONE = { en: 'phone on wifi', ru: 'телефон в той же сети' };

async function picture(at: Walker): Promise<void> {
  await at.sees('bot:unbind.picture');
}

export const WITH_LAPTOP: readonly Walk[] = [
  {
    name: 'sadp by the agent',
    devices: [unbindableCamera],
    async run(at) {
      await named(at, CAMERA, ...FINE);
      await at.sees('policy:rule.agent-on-lan');
      await at.unbindsBy('sadp');
      await picture(at);
      at.wrong('the picture is hard to read: another one');
      await at.press('refresh');
      await picture(at);
      at.wrong('read wrong');
      await at.types('zzzzz');
      await at.sees('bot:unbind.wrong');
      at.wrong('the laptop is closed in the middle');
      await at.closeLaptop();
      await at.sees('bot:job.failed.interrupted');
      at.openLaptop();
      await at.sees('bot:laptop.back');
      await at.press('again');
      await picture(at);
      at.wrong('the bot is restarted while the picture waits');
      await at.whileBotIsDown(() => at.types(at.laptop.lastPicture()));
      await at.sees('bot:unbind.typePassword');
      at.wrong('the password is typed into the chat: it is deleted, and neither taken nor kept');
      await at.types('canarykitten');
      await at.sees('bot:password.deleted');
      await at.laptop.typePassword(DEMO_PASSWORD);
      await at.sees('bot:outcome.unbound');
    },
  },
  {
    name: 'service centre, but two minutes first',
    devices: [unbindableCamera],
    async run(at) {
      await named(at, CAMERA, ['everInEzviz', 'yes']);
      await at.sees('bot:assess.tryFirst');
      await at.unbindsBy('sadp');
      await picture(at);
      at.wrong('a button of an earlier step');
      await at.types('/explain');
      await at.sees('bot:explain.head');
      at.wrong('the laptop is told a wrong password');
      await at.types(at.laptop.lastPicture());
      await at.sees('bot:unbind.typePassword');
      await at.laptop.typePassword('Wrong-Pass1');
      await at.sees('bot:outcome.wrong-password');
      await at.press('meaning');
      await at.sees('help:article.wrong-password.todo');
      at.wrong('it is not tried again: the other way');
      await at.press('other');
      await at.answers(['previousOwner', 'no']);
      await at.sees('policy:rule.ever-in-ezviz');
      await at.press('service-centre');
      await at.sees('report:me.askFirm');
      await at.press('only');
      await at.sees('bot:rma.write');
      await at.press('sent');
      await at.sees('bot:rma.waiting');
    },
  },
  {
    name: 'app, believed only when the device says so',
    devices: [unbindableCamera],
    async run(at) {
      await named(at, CAMERA, ...FINE);
      await at.sees('policy:rule.agent-on-lan');
      at.remark('a phone as well, said in words');
      await at.types({ en: 'I have a phone', ru: 'есть телефон' });
      await at.sees('bot:assess.also', { methods: at.t('bot:assess.button.app') });
      await at.unbindsBy('app');
      await at.step('app', 'network');
      at.wrong('Back at the first step');
      await at.press('back');
      await at.sees('policy:rule.agent-on-lan');
      await at.press('app');
      await at.step('app', 'network');
      for (const step of ['scan', 'unbind', 'login', 'finish']) {
        await at.press('next');
        await at.step('app', step);
      }
      at.wrong('said to be done, and is not');
      await at.press('next');
      await at.sees('bot:guide.stillBound');
      at.wrong('the laptop is closed: the device cannot be asked');
      await at.closeLaptop();
      await at.press('again');
      await at.sees('bot:laptop.off');
      at.openLaptop();
      await at.sees('bot:laptop.back');
      await at.sees('bot:guide.compare');
      await at.press('back');
      await at.step('app', 'finish');
      at.remark('now it is done');
      at.stage.lan.device(CAMERA).set({ bound: false });
      await at.press('next');
      await at.sees('bot:guide.verified', { serial: CAMERA });
    },
  },
  {
    name: 'cloud offline: the laptop tests after every step',
    devices: [setUp(offlineCamera, { gateway: '0.0.0.0' })],
    async run(at) {
      await named(at, OFFLINE, ...FINE);
      await at.sees('policy:blocker.bring-online');
      await at.press('bring-online');
      at.remark('that it is enabled the device has said: the address comes first');
      await at.step('bring-online', 'address');
      await at.sees('guide:found.address');
      await at.press('next');
      await at.sees('bot:guide.stillOffline');
      await at.press('next');
      await at.step('bring-online', 'gateway');
      await at.sees('guide:found.no-gateway');
      at.wrong('said to be done, and the gateway is still missing');
      await at.press('next');
      await at.sees('guide:found.no-gateway');
      await reconfigured(at, offlineCamera, 'the gateway is typed in');
      await at.press('again');
      await at.sees('guide:found.gateway', { gateway: '127.0.0.1' });
      at.wrong('the service was switched off by mistake');
      at.stage.lan.device(OFFLINE).set({ cloud: 'disabled' });
      await at.press('again');
      await at.sees('bot:guide.stillDisabled');
      await at.step('bring-online', 'enabled');
      at.wrong('the laptop is closed: the technician reads the page himself');
      await at.closeLaptop();
      await at.press('next');
      await at.sees('bot:laptop.off');
      at.openLaptop();
      await at.sees('bot:laptop.back');
      await at.sees('bot:guide.compare', { success: at.t('guide:success.bring-online') });
      at.stage.lan.device(OFFLINE).set({ cloud: 'online' });
      await at.press('again');
      await at.sees('bot:guide.online');
      await at.sees('policy:rule.agent-on-lan');
    },
  },
  {
    name: 'not activated',
    devices: [setUp(unbindableCamera, {}, { activated: false })],
    async run(at) {
      await named(at, CAMERA, ['everInEzviz', 'no']);
      await at.sees('policy:rule.not-activated');
      await at.press('activate');
      await at.step('activate', 'tool');
      at.wrong('not in the list');
      await at.looksDifferent('activate', 'tool');
      await at.press('next');
      await at.step('activate', 'password');
      at.wrong('the new password is typed into the chat');
      await at.types('Canary-Pass-77');
      await at.sees('bot:password.deleted');
      at.wrong('said to be active, and is not: the laptop looks again');
      await at.press('next');
      await at.sees('bot:guide.compare', { success: at.t('guide:success.activate') });
      await at.press('success');
      await at.sees('policy:rule.not-activated');
      at.stage.lan.device(CAMERA).set({ activated: true, bound: true });
      at.remark('now it is');
      await at.press('check');
      await at.answers(['adminPassword', 'yes']);
      await at.sees('policy:rule.agent-on-lan');
    },
  },
  {
    name: 'wrong subnet',
    devices: [setUp(unbindableCamera, { announcedAddress: '192.168.1.64' })],
    async run(at) {
      await at.types(CAMERA);
      const { address } = unbindableCamera.profile;
      await at.sees('bot:assess.announcedElsewhere', { address, announced: '192.168.1.64' });
      await at.sees('bot:assess.otherSubnet', { address: '192.168.1.64' });
      await at.answers(...FINE);
      await at.press('other-subnet');
      await at.step('other-subnet', 'look', { address: '192.168.1.64' });
      at.wrong('Back at the first step');
      await at.press('back');
      await at.press('other-subnet');
      await at.step('other-subnet', 'look', { address: '192.168.1.64' });
      await at.press('next');
      await at.step('other-subnet', 'change');
      at.wrong('two network cards');
      await at.looksDifferent('other-subnet', 'change');
      at.wrong('said to be done, and the laptop sees that it is not');
      await at.press('next');
      await at.sees('bot:guide.compare');
      await at.press('success');
      await at.sees('bot:assess.otherSubnet');
      await at.press('other-subnet');
      await at.step('other-subnet', 'look');
      await at.press('next');
      await at.step('other-subnet', 'change');
      await reconfigured(at, unbindableCamera, 'laptop and device are in one subnet now');
      await at.press('next');
      await at.sees('bot:guide.compare');
      await at.press('success');
      await at.sees('policy:rule.agent-on-lan');
    },
  },
  {
    name: 'not on the same LAN, with a laptop',
    devices: [recorder3],
    async run(at) {
      await at.types(CAMERA);
      await at.sees('bot:assess.notSeenHint');
      await at.press('get-onto-lan');
      await at.step('get-onto-lan', 'cable');
      at.wrong('a location instead of a button');
      await at.sends('location');
      await at.seesWhatIsOfUse();
      at.wrong('no free port');
      await at.looksDifferent('get-onto-lan', 'cable');
      for (const step of ['address', 'vpn']) {
        await at.press('next');
        await at.step('get-onto-lan', step);
      }
      at.wrong('Back: were the addresses right?');
      await at.press('back');
      await at.step('get-onto-lan', 'address');
      await at.press('next');
      await at.step('get-onto-lan', 'vpn');
      at.remark('the cable is plugged in');
      await at.stage.lan.add(unbindableCamera);
      await at.press('next');
      await at.sees('bot:guide.compare');
      await at.press('success');
      await at.sees('bot:assess.seen');
      await at.answers(...FINE);
      await at.sees('policy:rule.agent-on-lan');
    },
  },
  {
    name: 'LAN unbind missing: bring a phone',
    devices: [
      {
        ...unbindableCamera,
        quirks: {
          lanUnbindFlag: false,
          bindStatusField: 'missing',
          answersStatus: false,
          answersUnbind: false,
        },
      },
    ],
    async run(at) {
      await named(at, CAMERA, ...FINE, ['onSite', 'nothing']);
      await at.answers(['cloud', 'online']);
      await at.sees('policy:blocker.bring-phone');
      await at.press('bring-phone');
      await at.step('bring-phone', 'wifi');
      at.wrong('Back at the first step');
      await at.press('back');
      await at.sees('policy:blocker.bring-phone');
      await at.press('bring-phone');
      await at.step('bring-phone', 'wifi');
      at.wrong('only guest Wi-Fi');
      await at.looksDifferent('bring-phone', 'wifi');
      await at.press('next');
      await at.step('bring-phone', 'app');
      at.wrong('a sticker instead of a button');
      await at.sends('sticker');
      await at.seesWhatIsOfUse();
      await at.press('next');
      await at.sees('bot:guide.compare');
      await at.press('success');
      await at.sees('policy:rule.phone-on-lan');
    },
  },
  {
    name: 'said at every question, and nothing said unbinds',
    devices: [unbindableCamera],
    async run(at) {
      await named(at, CAMERA, ...FINE);
      await at.sees('policy:rule.agent-on-lan');
      at.wrong('what only a press starts is typed');
      await at.sees('bot:order.ask');
      await at.types(at.t('bot:order.button.own'));
      await at.sees('bot:help.onlyPressed', { label: at.t('bot:order.button.own') });
      await at.isTold(at.t('bot:order.button.own'));
      at.remark('facts are taken here, too');
      await at.types(PHONE);
      await at.sees('bot:identify.understood');
      await at.sees('bot:order.ask');
      await at.press('own');
      await picture(at);
      at.wrong('neither the characters of the picture nor anything else');
      await at.isTold(at.t('bot:unbind.button.refresh'));
      at.remark('facts beside a picture: the same picture again');
      await at.types(PHONE);
      await at.sees('bot:identify.understood');
      await picture(at);
      at.wrong('a serial number with a character too few');
      await at.types('AC700010');
      await at.sees('bot:help.miscounted', { count: 8 });
      await at.types(at.laptop.lastPicture());
      await at.sees('bot:unbind.typePassword');
      at.wrong('beside the password prompt everything typed may be the password');
      await at.types(at.t('bot:button.cancel'));
      await at.sees('bot:help.pressHere');
      await at.laptop.typePassword('Wrong-Pass1');
      await at.sees('bot:outcome.wrong-password');
      at.wrong('another attempt is typed');
      await at.types(at.t('bot:button.again'));
      await at.sees('bot:help.onlyPressed', { label: at.t('bot:button.again') });
      await at.types({ en: 'again', ru: 'ещё раз' });
      await at.sees('bot:help.use');
      await at.isTold(at.t('bot:button.otherWays'));
      at.remark('news about the device is taken where the outcome is told');
      await at.types({ en: "I don't know the password", ru: 'пароль не знаю' });
      await at.sees('bot:identify.understood');
      await at.sees('bot:close.told');
      await at.types(at.t('bot:button.otherWays'));
      await at.sees('policy:blocker.recover-password');
      const { passwordsTried, unbindsReceived } = at.stage.lan.device(CAMERA).snapshot();
      if (passwordsTried !== 1 || unbindsReceived !== 1)
        throw new Error(
          `typed words started an unbind: ${unbindsReceived} orders, ${passwordsTried} passwords`,
        );
    },
  },
];
