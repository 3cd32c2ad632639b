/** What systemd hears of the bot: by systemd's own program, read from the socket where it would listen. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSystemd } from '../../../src/bot/watch/systemd.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { temporaryFolder } from '../../support/store.ts';

function log() {
  const lines: string[] = [];
  return { lines, log: createLog('info', 'test', { write: (line: string) => void lines.push(line) }) };
}

/** Reads datagrams from a Unix socket, a JSON line each: Node has none of its kind. What comes beside them is closed, as systemd does. */
const LISTENER = `
import json, socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
print('"listens"', flush=True)
while True:
    print(json.dumps(listener.recv(4096).decode()), flush=True)
`;

/** A socket as systemd listens on one, and the assignments it has heard. */
async function notifySocket() {
  const { path: folder, remove } = await temporaryFolder();
  const path = join(folder, 'notify');
  const child = spawn('python3', ['-c', LISTENER, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH ?? '' },
  });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill();
    await ended;
    await remove();
  });
  const heard: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) =>
    heard.push(...(JSON.parse(line) as string).split('\n')),
  );
  await expect.poll(() => heard).toContain('listens');
  return { path, heard };
}

const hasPrograms = ['systemd-notify', 'python3'].every(
  (name) => spawnSync(name, ['--version']).status === 0,
);

describe('systemd', () => {
  it.skipIf(!hasPrograms)(
    'hears that the bot is ready, that it is alive and how it is, and that it ends (needs systemd-notify and python3)',
    async () => {
      const { path, heard } = await notifySocket();
      const { log: quiet, lines } = log();
      let state = 'takes updates';
      const env = {
        PATH: process.env.PATH,
        NOTIFY_SOCKET: path,
        WATCHDOG_USEC: String(400 * 1_000),
        WATCHDOG_PID: String(process.pid),
        BOT_TOKEN: 'Canary-Token',
      };
      const systemd = createSystemd(env, quiet);
      await systemd.ready(async () => state);
      await expect.poll(() => heard).toEqual(expect.arrayContaining(['READY=1', 'STATUS=takes updates']));
      state = 'not ready: store-full';
      await expect
        .poll(() => heard)
        .toEqual(expect.arrayContaining(['WATCHDOG=1', 'STATUS=not ready: store-full']));
      await systemd.stopping();
      await expect.poll(() => heard).toEqual(expect.arrayContaining(['STOPPING=1']));
      expect(heard.join()).not.toContain('Canary');
      expect(lines).toEqual([]);
    },
  );

  it('hears nothing where it has not started the bot', async () => {
    const { log: quiet, lines } = log();
    const systemd = createSystemd({ PATH: '/nowhere' }, quiet, 'no-such-program');
    await systemd.ready(() => {
      throw new Error('nobody asks');
    });
    await systemd.stopping();
    expect(lines).toEqual([]);
  });

  it('gets no sign of life that was meant for another process', async () => {
    const { path: folder, remove } = await temporaryFolder();
    onTestFinished(remove);
    const program = join(folder, 'notify');
    await writeFile(program, `#!/bin/sh\necho "$@" >> ${join(folder, 'words')}\n`);
    await chmod(program, 0o700);
    const { log: quiet } = log();
    const env = { PATH: process.env.PATH, NOTIFY_SOCKET: '/x', WATCHDOG_USEC: '2000', WATCHDOG_PID: '1' };
    const systemd = createSystemd(env, quiet, program);
    await systemd.ready(async () => 'x');
    await systemd.stopping();
    expect(spawnSync('cat', [join(folder, 'words')]).stdout.toString()).toBe(
      '--ready --status=x\nSTOPPING=1 --status=ends\n',
    );
  });

  it('is said to hear nothing, once, where its program is missing; the bot goes on', async () => {
    const { log: quiet, lines } = log();
    const systemd = createSystemd({ PATH: '/nowhere', NOTIFY_SOCKET: '/x' }, quiet, 'no-such-program');
    await systemd.ready(async () => 'x');
    await systemd.stopping();
    expect(lines.map((line) => JSON.parse(line).err.code)).toEqual(['ENOENT']);
  });
});
