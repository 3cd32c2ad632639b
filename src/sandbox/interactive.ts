import { once } from 'node:events';
import { LANGUAGES } from '../../locales/language.ts';
import type { Texts } from '../kernel/texts.ts';
import { openInBrowser } from '../lan-agent/window/open-browser.ts';
import type { DeviceSpec } from './device/device.ts';
import { DEMO_PASSWORD } from './device/profiles.ts';
import type { Laptop } from './laptop.ts';
import { pairLaptop } from './pairing.ts';
import { actOn, watchDevices } from './panel.ts';
import { labelSamples } from './samples.ts';
import { createStage, type Stage } from './stage.ts';
import { STORIES } from './stories.ts';
import type { SimUser } from './telegram/people.ts';
import { Tour } from './tour.ts';

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
  const stage = await createDemo({ devices, port, sadpPort: SADP_PORT, say });
  say(t('sandbox:demo.open', { url: stage.api.url }));
  say(t('sandbox:demo.password', { password: DEMO_PASSWORD }));
  for (const { profile } of devices) {
    const { shortSerial: serial, adminPassword: password } = profile;
    if (password !== DEMO_PASSWORD) say(t('sandbox:demo.otherPassword', { serial, password }));
  }
  if (opens) openInBrowser(stage.api.url);
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
  /** Time to read what the tour says, ms a character. */
  readingMs?: number;
  /** Takes why a tour could not go on. */
  say?: (line: string) => void;
}): Promise<Stage> {
  const { devices, port = 0, sadpPort = 0, program, readingMs, say = () => undefined } = options;
  const stage = await createStage({
    devices,
    sadpPort,
    pagePort: port,
    // On a busy machine the first photo waits long for its process: a demo is better late than told to send it again.
    photoSeconds: 20,
    page: { samples: await labelSamples(devices), password: DEMO_PASSWORD },
    ...(program ? { program } : {}),
  });
  await stage.bot.start();
  const laptops = new Map<SimUser, Laptop>();
  for (const [index, language] of LANGUAGES.entries()) {
    const name = `laptop-${index + 1}`;
    const technician = stage.technician(language);
    const { say, wants } = stage.api.page.laptop(name, technician);
    const laptop = await stage.laptop(name, language, say, wants);
    await pairLaptop(stage, laptop, technician);
    await technician.waitFor(({ from }) => from === 'bot');
    technician.clear();
    laptop.start();
    laptops.set(technician, laptop);
  }
  watchDevices(stage, devices);
  const tour = new Tour({
    stage,
    laptopOf: (technician) => {
      const laptop = laptops.get(technician);
      if (!laptop) throw new Error(`${technician.user.first_name} has no laptop`);
      return laptop;
    },
    onBroken: (error) => say(String(error)),
    ...(readingMs === undefined ? {} : { readingMs }),
  });
  const tells = STORIES.every(({ device }) => devices.includes(device));
  stage.api.page.host({
    device: (serial, act) => actOn(stage, serial, act),
    tour: tells ? (technician, step) => tour.step(technician, step) : null,
  });
  return {
    ...stage,
    async close() {
      await tour.close();
      await stage.close();
    },
  };
}
