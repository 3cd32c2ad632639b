import { describe, expect, it } from 'vitest';
import { DEMO_PASSWORD, offlineCamera, recorder3 } from '../../../src/sandbox/device/profiles.ts';
import { cameraWith, lanWith } from './setup.ts';
import {
  ask,
  command,
  exchange,
  inquiry,
  isSilent,
  makeKey,
  openCode,
  seal,
  seal31,
  status,
  unbind,
} from './wire.ts';

const WRONG = 'Not-The-Pass1';

describe('status of an emulated device', () => {
  it.each([
    [{}, 'success'],
    [{ bound: false }, 'notBind'],
    [{ cloud: 'disabled' }, 'unenableHCPlatform'],
    [{ cloud: 'offline' }, 'offlineHCPlatform'],
  ] as const)('with %o is %s', async (state, word) => {
    const { wire, mac, device } = await cameraWith({ state });
    expect(await status(wire, mac)).toBe(word);
    expect(device.snapshot().statusAsked).toBe(1);
  });

  it('of the offline camera of the demo says why it cannot be unbound', async () => {
    const { wire } = await lanWith([offlineCamera]);
    expect(await status(wire, offlineCamera.profile.mac)).toBe('offlineHCPlatform');
  });

  it('is told only to who spells the MAC exactly as announced', async () => {
    const { wire, mac } = await cameraWith();
    expect(await isSilent(wire, (id) => command(id, mac.toUpperCase(), 'getUnbindStatus'))).toBe(true);
    expect(await isSilent(wire, (id) => command(id, mac.replaceAll('-', ':'), 'getUnbindStatus'))).toBe(true);
    expect(await status(wire, mac)).toBe('success');
  });

  it('is not known to a recorder with firmware 3.x, nor is the exchange', async () => {
    const { wire } = await lanWith([recorder3]);
    const { mac } = recorder3.profile;
    expect(await isSilent(wire, (id) => command(id, mac, 'getUnbindStatus'))).toBe(true);
    expect(await isSilent(wire, (id) => command(id, mac, 'exchangecode', makeKey(1024).element))).toBe(true);
  });
});

describe('unbind by protocol 3.0', () => {
  it('with the right password turns the device into one that is not bound', async () => {
    const { wire, mac, device } = await cameraWith();
    const reply = await unbind(wire, mac, DEMO_PASSWORD);
    expect(reply.get('Types')).toBe('ezvizUnbind');
    expect(reply.get('MAC')).toBe(mac);
    expect(reply.get('Result')).toBe('success');
    expect(await status(wire, mac)).toBe('notBind');
    expect((await ask(wire, inquiry)).get('EZVIZBindStatus')).toBe('2');
    expect(device.snapshot()).toMatchObject({
      bound: false,
      exchanges: 1,
      unbindsReceived: 1,
      unbindsExecuted: 1,
      passwordsTried: 1,
      triesLeft: 6,
    });
  });

  it('draws a fresh random text of at least 16 printable characters for every exchange', async () => {
    const { wire, mac } = await cameraWith();
    const [one, two] = [await exchange(wire, mac), await exchange(wire, mac)];
    expect(one.toString('latin1')).toMatch(/^[!-~]{16,}$/);
    expect(one).not.toEqual(two);
  });

  it('counts wrong passwords down to a lock that even the right one does not open', async () => {
    const { wire, mac, device } = await cameraWith();
    for (const left of ['5', '4', '3', '2', '1']) {
      const reply = await unbind(wire, mac, WRONG);
      expect(reply.get('Result')).toBe('PasswordError');
      expect(reply.get('RetryTimes')).toBe(left);
    }
    for (const password of [WRONG, DEMO_PASSWORD]) {
      const reply = await unbind(wire, mac, password);
      expect(reply.get('Result')).toBe('locked');
      expect(reply.get('SurplusLockTime')).toBe('30');
    }
    expect(device.snapshot()).toMatchObject({
      bound: true,
      triesLeft: 0,
      passwordsTried: 6,
      unbindsExecuted: 0,
    });
  });

  it('works again when the lock has run out, with all tries back', async () => {
    let now = 1_000_000;
    const { wire, mac, device } = await cameraWith({ state: { triesLeft: 1 } }, { now: () => now });
    expect((await unbind(wire, mac, WRONG)).get('Result')).toBe('locked');
    now += 29 * 60_000 + 1;
    expect((await unbind(wire, mac, WRONG)).get('SurplusLockTime')).toBe('1');
    now += 60_000;
    expect(device.snapshot()).toMatchObject({ triesLeft: 6, lockedUntil: null });
    expect((await unbind(wire, mac, DEMO_PASSWORD)).get('Result')).toBe('success');
  });

  it('gives all tries back after the right password', async () => {
    const { wire, mac, device } = await cameraWith({ state: { triesLeft: 2 } });
    await unbind(wire, mac, DEMO_PASSWORD);
    expect(device.snapshot().triesLeft).toBe(6);
  });

  it('takes one random text for one unbind only, and no text of another exchange', async () => {
    const { wire, mac, device } = await cameraWith();
    const random = await exchange(wire, mac);
    const sealed = seal(random, WRONG);
    const send = () => ask(wire, (id) => command(id, mac, 'ezvizUnbind', sealed));
    expect((await send()).get('Result')).toBe('PasswordError');
    expect((await send()).get('Result')).toBe('failed');
    await exchange(wire, mac);
    expect((await send()).get('Result')).toBe('failed');
    expect(device.snapshot()).toMatchObject({ unbindsReceived: 3, passwordsTried: 1, triesLeft: 5 });
  });

  it('does not keep a random text for longer than the device says', async () => {
    let now = 0;
    const { wire, mac } = await cameraWith({ quirks: { exchangeLifeMs: 5000 } }, { now: () => now });
    const random = await exchange(wire, mac);
    now = 5001;
    const reply = await ask(wire, (id) => command(id, mac, 'ezvizUnbind', seal(random, DEMO_PASSWORD)));
    expect(reply.get('Result')).toBe('failed');
  });

  it('is refused when not activated, without the cloud, and when nothing is bound', async () => {
    const { wire, mac, device } = await cameraWith();
    device.set({ activated: false });
    expect((await unbind(wire, mac, DEMO_PASSWORD)).get('Result')).toBe('notActivated');
    device.set({ activated: true, cloud: 'offline' });
    expect((await unbind(wire, mac, DEMO_PASSWORD)).get('Result')).toBe('failed');
    device.set({ cloud: 'online', bound: false });
    expect((await unbind(wire, mac, DEMO_PASSWORD)).get('Result')).toBe('failed');
    expect(device.snapshot()).toMatchObject({ unbindsReceived: 3, unbindsExecuted: 0 });
  });

  it('refuses keys of any other form than PKCS#1 with 1024 bits', async () => {
    const { wire, mac } = await cameraWith();
    for (const rest of [makeKey(2048).element, '<Code>AAAA</Code>', '<Code></Code>', '']) {
      const reply = await ask(wire, (id) => command(id, mac, 'exchangecode', rest));
      expect(reply.get('Result')).toBe('failed');
      expect(reply.get('Code')).toBeNull();
    }
  });

  it('never takes a plain password for an envelope', async () => {
    const { wire, mac, device } = await cameraWith();
    await exchange(wire, mac);
    const plain = `<Password>${DEMO_PASSWORD}</Password>`;
    const reply = await ask(wire, (id) => command(id, mac, 'ezvizUnbind', plain));
    expect(reply.get('Result')).toBe('failed');
    expect(device.snapshot()).toMatchObject({ bound: true, passwordsTried: 0 });
  });
});

describe('unbind by protocol 3.1', () => {
  const profile = { securityMode: 'high-A', userName: 'siteadmin', salt: 'b6'.repeat(32) } as const;

  async function attempt(password: string) {
    const found = await cameraWith({ profile, quirks: { sadpVersion: '3.1' } });
    const { wire, mac } = found;
    const announced = await ask(wire, inquiry);
    const { key, element } = makeKey(2048);
    const reply = await ask(wire, (id) => command(id, mac, 'exchangecode_v31', element));
    const random = openCode(key, reply.get('Code'));
    const user = announced.get('UserName') ?? '';
    const sealed = seal31(random, user, announced.get('Salt') ?? '', password);
    return { ...found, result: await ask(wire, (id) => command(id, mac, 'ezvizUnbind_v31', sealed)) };
  }

  it('with the right password succeeds, the password never being sent', async () => {
    const { wire, mac, device, result } = await attempt(DEMO_PASSWORD);
    expect(result.get('Types')).toBe('ezvizUnbind_v31');
    expect(result.get('Result')).toBe('success');
    expect(await status(wire, mac)).toBe('notBind');
    expect(device.snapshot().unbindsExecuted).toBe(1);
  });

  it('with a wrong password costs an attempt', async () => {
    const { result, device } = await attempt(WRONG);
    expect(result.get('Result')).toBe('PasswordError');
    expect(result.get('RetryTimes')).toBe('5');
    expect(device.snapshot().bound).toBe(true);
  });

  it('is the only one a 3.1 device knows, and unknown to a 3.0 device', async () => {
    const { wire, mac, device } = await cameraWith({ quirks: { sadpVersion: '3.1' } });
    const old = (id: string) => command(id, mac, 'exchangecode', makeKey(1024).element);
    const recent = (id: string) => command(id, mac, 'exchangecode_v31', makeKey(2048).element);
    expect(await isSilent(wire, old)).toBe(true);
    device.set({ sadpVersion: '3.0' });
    expect(await isSilent(wire, recent)).toBe(true);
    device.set({ sadpVersion: '3.0,3.1.1' });
    expect((await ask(wire, old)).get('Code')).toHaveLength(172);
    expect((await ask(wire, recent)).get('Code')).toHaveLength(344);
  });
});
