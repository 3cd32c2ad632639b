/** `unbind-bot health`: whether the bot that runs with these settings answers, for what starts containers and looks after them. */
import type { Settings } from '../settings.ts';
import { type AddCommand, EXIT } from './cli.ts';

/** Longest time for an answer, ms. */
const PATIENCE_MS = 8_000;

export const addHealth: AddCommand = (program, { t, print, complain, settings }) => {
  program
    .command('health')
    .description(t('bot:health.cli'))
    .option('--ready', t('bot:health.ready'))
    .action(async ({ ready }: { ready?: true }) => {
      const { watch } = settings();
      if (watch === null) {
        complain(t('bot:health.off'));
        process.exitCode = EXIT.failed;
        return;
      }
      const answer = await askWatch(watch, ready ? '/ready' : '/health');
      if (answer === null) complain(t('bot:health.silent', { address: addressOf(watch) }));
      else print(answer.body);
      process.exitCode = answer?.isGood ? EXIT.done : EXIT.failed;
    });
};

type Watch = NonNullable<Settings['watch']>;

/** What it answers; null: nobody answers there. */
export async function askWatch(
  watch: Watch,
  path: string,
): Promise<{ isGood: boolean; body: string } | null> {
  const {
    default: { request },
  } = await import('undici');
  try {
    const { statusCode, body } = await request(`${addressOf(watch)}${path}`, {
      headers: watch.token ? { authorization: `Bearer ${watch.token.reveal()}` } : {},
      headersTimeout: PATIENCE_MS,
      bodyTimeout: PATIENCE_MS,
    });
    return { isGood: statusCode === 200, body: await body.text() };
  } catch {
    return null;
  }
}

/** Where this machine reaches it: a listener on every address is on loopback, too. */
function addressOf({ listen: { host, port } }: Watch): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
