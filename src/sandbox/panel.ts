/** The devices beside the chat: what the page shows of them, and what a hand does to them. */
import type { DeviceChanges, DeviceSpec, EmulatedDevice } from './device/device.ts';
import type { Stage } from './stage.ts';
import type { DeviceAct, DeviceState } from './telegram/page.ts';

/** Shows the devices' true state on the page, whenever it changes; what happens in one turn is shown at once. */
export function watchDevices({ api, lan }: Pick<Stage, 'api' | 'lan'>, specs: readonly DeviceSpec[]): void {
  const devices = specs.map(({ profile }) => lan.device(profile.shortSerial));
  let isComing = false;
  const show = () => {
    isComing = false;
    api.page.devices(devices.map(stateOf));
  };
  const showSoon = () => {
    if (!isComing) setImmediate(show);
    isComing = true;
  };
  for (const device of devices) device.onChange(showSoon);
  show();
}

/** Does to a device what a hand would. @throws Error when no such device is on the LAN */
export function actOn({ lan }: Pick<Stage, 'lan'>, serial: string, act: DeviceAct): void {
  const device = lan.device(serial);
  device.set(changesOf(device, act));
}

/** As it was when nobody had touched it: bound, reachable, all tries left. */
export function asNew(device: EmulatedDevice): void {
  for (const act of ['plug', 'cloud-on', 'bind', 'unlock'] as const) device.set(changesOf(device, act));
}

function changesOf({ profile }: EmulatedDevice, act: DeviceAct): DeviceChanges {
  const { lockMinutes, lockTries } = profile;
  switch (act) {
    case 'plug':
    case 'unplug':
      return { plugged: act === 'plug' };
    case 'cloud-on':
      return { cloud: 'online' };
    case 'cloud-off':
      return { cloud: 'disabled' };
    case 'bind':
    case 'unbind':
      return { bound: act === 'bind' };
    case 'lock':
      return { triesLeft: 0, lockedUntil: Date.now() + lockMinutes * 60_000 };
    case 'unlock':
      return { triesLeft: lockTries, lockedUntil: null };
  }
}

function stateOf(device: EmulatedDevice): DeviceState {
  const { profile } = device;
  const { bound, cloud, triesLeft, lockedUntil, unbindsExecuted, plugged } = device.snapshot();
  return {
    serial: profile.shortSerial,
    model: profile.model,
    address: profile.address,
    bound,
    cloud,
    triesLeft,
    lockMinutes: lockedUntil === null ? 0 : Math.max(0, Math.ceil((lockedUntil - Date.now()) / 60_000)),
    executions: unbindsExecuted,
    plugged,
  };
}
