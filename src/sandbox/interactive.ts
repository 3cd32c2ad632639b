import { once } from 'node:events';
import type { Texts } from '../kernel/texts.ts';
import type { DeviceSpec, EmulatedDevice } from './device/device.ts';
import { pairLaptop } from './pairing.ts';
import { labelSamples } from './samples.ts';
import { createStage, type Stage } from './stage.ts';

/** Port real devices speak SADP on. */
const SADP_PORT = 37_020;

export interface DemoOptions {
  devices: readonly DeviceSpec[];
  /** Port of the page; 0 takes a free one. */
  port: number;
  say: (line: string) => void;
  t: Texts;
}

/** Opens the demo and keeps it open until Ctrl+C. */
export async function openDemo({ devices, port, say, t }: DemoOptions): Promise<void> {
  const stage = await createStage({
    devices,
    sadpPort: SADP_PORT,
    pagePort: port,
    page: { samples: await labelSamples(devices) },
  });
  await stage.bot.start();
  for (const language of ['en', 'ru'] as const) {
    const name = language === 'en' ? 'laptop-1' : 'laptop-2';
    const laptop = await stage.laptop(name, language, (line) => stage.api.page.laptop(`${name}: ${line}`));
    await pairLaptop(stage, laptop, stage.technician(language));
    laptop.start();
  }
  watchDevices(stage);
  say(t('sandbox:demo.open', { url: stage.api.url }));
  say(t('sandbox:demo.password', { password: devices[0]?.profile.adminPassword ?? '' }));
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await stage.close();
}

/** Shows the devices' true state on the page, whenever it changes. */
function watchDevices(stage: Stage): void {
  const show = () => stage.api.page.devices(stage.lan.devices.map(stateOf));
  for (const device of stage.lan.devices) device.onChange(show);
  show();
}

function stateOf(device: EmulatedDevice) {
  const { profile } = device;
  const { bound, cloud, triesLeft, lockedUntil, unbindsExecuted } = device.snapshot();
  return {
    serial: profile.shortSerial,
    model: profile.model,
    address: profile.address,
    bound,
    cloud,
    triesLeft,
    lockMinutes: lockedUntil === null ? 0 : Math.max(0, Math.ceil((lockedUntil - Date.now()) / 60_000)),
    executions: unbindsExecuted,
  };
}
