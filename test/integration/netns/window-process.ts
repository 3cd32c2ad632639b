/**
 * What stands behind the window on a laptop without a bot: prints what its part about the devices says whenever that is
 * something else, a line each. A line of input looks for devices again.
 */
import { createInterface } from 'node:readline';
import { createLog } from '../../../src/kernel/log.ts';
import { ok } from '../../../src/kernel/result.ts';
import { createEngine } from '../../../src/lan-agent/engine.ts';
import { realNetwork } from '../../../src/lan-agent/network/network.ts';
import { ACTION_NAMES, type PageTools } from '../../../src/lan-agent/window/actions.ts';
import { createController } from '../../../src/lan-agent/window/controller.ts';
import { windowParts } from '../../../src/lan-agent/window/views/page.ts';

const [home = ''] = process.argv.slice(2);
const tools: PageTools = {
  base: '/',
  forms: Object.fromEntries(ACTION_NAMES.map((name) => [name, name])) as PageTools['forms'],
};
const network = realNetwork();
let said = '';
const controller = await createController({
  home,
  engine: createEngine({ home, network }),
  network,
  agentVersion: '1.0.0',
  laptop: 'laptop',
  isTemporary: false,
  language: 'en',
  bot: null,
  log: createLog('silent', 'window'),
  stop: new AbortController(),
  onNews: () => undefined,
  sendSupport: async () => ok(undefined),
  onChange: () => {
    const { devices } = windowParts(controller.scene(), 'en', tools);
    const text = devices
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
    if (text !== said) process.stdout.write(`${text}\n`);
    said = text;
  },
});
createInterface({ input: process.stdin }).on('line', () => {
  void controller.act({ name: 'search' }, Buffer.alloc(0));
});
await controller.live();
