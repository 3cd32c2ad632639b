/**
 * Tells systemd how the bot is (sd_notify(3)): started, alive, ending. Node has no datagrams over Unix sockets; the program
 * that systemd itself brings for this purpose has (docs/decisions/0068).
 */
import { spawn } from 'node:child_process';
import { childEnv } from '../../kernel/child-env.ts';
import type { Log } from '../../kernel/log.ts';

export interface Systemd {
  /** The bot takes updates. `state`: how it is, in a few words, asked again and again, for `systemctl status`. */
  ready(state: () => Promise<string>): Promise<void>;
  /** The bot ends; nothing is told afterwards. */
  stopping(): Promise<void>;
}

const SILENT: Systemd = { ready: async () => undefined, stopping: async () => undefined };

/** Longest time one word to systemd may take, ms; it looks at it at once. */
const PATIENCE_MS = 5_000;

/**
 * Silent where systemd has not started the bot, or wants to hear nothing. While the bot's own loop goes round, systemd hears
 * of it twice within the time after which it would start the bot anew (WatchdogSec); one that hangs says nothing.
 * @param env of the bot: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, PATH
 * @param notify the program
 */
export function createSystemd(env: NodeJS.ProcessEnv, log: Log, notify = 'systemd-notify'): Systemd {
  const socket = env.NOTIFY_SOCKET;
  if (!socket) return SILENT;
  let beating: NodeJS.Timeout | undefined;
  let isOver = false;
  let complained = false;

  function complain(error: unknown): void {
    if (complained) return;
    complained = true;
    log.error({ err: error }, 'systemd could not be told how the bot is: is systemd-notify installed?');
  }

  function tell(...words: string[]): Promise<void> {
    return new Promise((resolve) => {
      const child = spawn(notify, words, {
        env: { ...childEnv(), PATH: env.PATH, NOTIFY_SOCKET: socket },
        stdio: 'ignore',
        timeout: PATIENCE_MS,
      });
      child.once('error', (error) => {
        complain(error);
        resolve();
      });
      child.once('exit', (code) => {
        if (code !== 0) complain(new Error(`systemd-notify ended with ${code}`));
        resolve();
      });
    });
  }

  return {
    async ready(state) {
      const everyMs = beatOf(env);
      let isTelling = false;
      const beat = async () => {
        if (isTelling) return;
        isTelling = true;
        const text = await state();
        if (!isOver) await tell('WATCHDOG=1', `--status=${text}`);
        isTelling = false;
      };
      if (everyMs !== null && !isOver) beating = setInterval(() => void beat(), everyMs).unref();
      await tell('--ready', `--status=${await state()}`);
    },
    async stopping() {
      isOver = true;
      clearInterval(beating);
      await tell('STOPPING=1', '--status=ends');
    },
  };
}

/** Half of the time after which systemd loses patience, ms; null: it has all the time in the world, or means another process. */
function beatOf({ WATCHDOG_USEC: usec, WATCHDOG_PID: pid }: NodeJS.ProcessEnv): number | null {
  if (!usec || !/^\d{1,15}$/.test(usec) || Number(usec) === 0) return null;
  if (pid && Number(pid) !== process.pid) return null;
  return Math.max(1, Math.floor(Number(usec) / 1000 / 2));
}
