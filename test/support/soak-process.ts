/**
 * A bot that is worked with for long, in a process of its own so that what is measured is its own: answers each message of its
 * parent with what it holds once nothing waits. Node has to be started with `--expose-gc`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { startBot } from '../../src/bot/start.ts';
import { LOOPBACK_PROXIES } from '../../src/hub/proxies.ts';
import { createLog } from '../../src/kernel/log.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { settingsWith } from './own-settings.ts';
import type { Held } from './soak-verdict.ts';

const [token = '', apiRoot = '', storeUrl = '', admins = ''] = process.argv.slice(2);
/** What was warned of, such as a listener too many: each is a leak that somebody has already found. */
const warnings: string[] = [];
process.on('warning', ({ message }) => warnings.push(message));

const started = await startBot(
  settingsWith({
    token: new Secret(token),
    apiRoot,
    adminIds: admins.split(',').map(Number),
    storeUrl,
    hub: { listen: { host: '127.0.0.1', port: 0 }, publicUrl: null, tls: null, proxies: LOOPBACK_PROXIES },
  }),
  createLog('silent', 'unbind-bot'),
);
if (!started.ok) throw new Error(started.failure.reason);
const bot = started.value;

process.on('message', async () => {
  await bot.idle();
  process.send?.(held());
});
process.once('disconnect', () => void bot.stop().then(() => process.exit()));
process.send?.({ hubUrl: bot.hubUrl });

function held(): Held {
  // What the first round has made garbage may hold what only the second one finds.
  for (let round = 0; round < 2; round++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  const listeners = process.eventNames().reduce((all, name) => all + process.listenerCount(name), 0);
  return {
    heapKb: Math.round((heapUsed + external) / 1024),
    ownKb: ownKb(),
    resources,
    listeners,
    warnings,
  };
}

/** Where the system tells it, without the store's file: as mapped memory that counts once for each time it has grown. */
function ownKb(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const own = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
  return own === undefined ? Math.round(process.memoryUsage().rss / 1024) : Number(own);
}
