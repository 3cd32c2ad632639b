import { once } from 'node:events';
import { LANGUAGES } from '../../locales/language.ts';
import type { Texts } from '../kernel/texts.ts';
import type { DeviceSpec } from './device/device.ts';
import { openAddress } from './open-address.ts';
import { pairLaptop } from './pairing.ts';
import { actOn, watchDevices } from './panel.ts';
import { labelSamples } from './samples.ts';
import { createStage, type Stage } from './stage.ts';

/** Port real devices speak SADP on. */
const SADP_PORT = 37_020;

export interface DemoOptions {
  devices: readonly DeviceSpec[];
  /** Port of the page; 0 takes a free one. */
  port: number;
  /** Whether the page is opened in the browser where there is a desktop. */
  opens: boolean;
  say: (line: string) => void;
  t: Texts;
}

/** Opens the demo and keeps it open until Ctrl+C. */
export async function openDemo({ devices, port, opens, say, t }: DemoOptions): Promise<void> {
  const stage = await createDemo({ devices, port, sadpPort: SADP_PORT });
  say(t('sandbox:demo.open', { url: stage.api.url }));
  say(t('sandbox:demo.password', { password: devices[0]?.profile.adminPassword ?? '' }));
  if (opens) openAddress(stage.api.url);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await stage.close();
}

/** A stage with its page: the bot runs, each technician has a paired laptop at work and a chat in which nothing was said. */
export async function createDemo(options: {
  devices: readonly DeviceSpec[];
  /** Ports of the page and of the LAN; 0 or none takes a free one. */
  port?: number;
  sadpPort?: number;
  /** Words for node that start the bot; from its source by default. */
  program?: readonly string[];
}): Promise<Stage> {
  const { devices, port = 0, sadpPort = 0, program } = options;
  const stage = await createStage({
    devices,
    sadpPort,
    pagePort: port,
    page: { samples: await labelSamples(devices) },
    ...(program ? { program } : {}),
  });
  await stage.bot.start();
  for (const [index, language] of LANGUAGES.entries()) {
    const name = `laptop-${index + 1}`;
    const technician = stage.technician(language);
    const { say, wants } = stage.api.page.laptop(name, technician);
    const laptop = await stage.laptop(name, language, say, wants);
    await pairLaptop(stage, laptop, technician);
    await technician.waitFor(({ from }) => from === 'bot');
    technician.clear();
    laptop.start();
  }
  watchDevices(stage, devices);
  stage.api.page.host({ device: (serial, act) => actOn(stage, serial, act), tour: () => undefined });
  return stage;
}
