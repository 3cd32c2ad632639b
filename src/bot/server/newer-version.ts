/** Whether a newer version of the bot is out, asked of an address the operator gave; without one nobody is asked. */
import * as z from 'zod';
import type { Log } from '../../kernel/log.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { isOlderVersion } from '../../link/agent-version.ts';
import type { Newer } from '../house/overview.ts';

/** What stands at the address: `{ "version": "1.2.3" }`; more is not looked at. */
const announced = z.object({ version: z.string().regex(/^\d{1,5}\.\d{1,5}\.\d{1,5}$/) });

/** Why nothing was learned: no answer in time, one of another status, too long a one, or another thing than a version. */
export type AskFailure = 'unreached' | 'refused' | 'too-long' | 'no-version';

const DAY_MS = 24 * 60 * 60_000;
/** Longest time for the whole answer, ms. */
const PATIENCE_MS = 10_000;
/** Longest answer, bytes: a version, and room for what else somebody may write beside it. */
const MOST_BYTES = 16_384;

/**
 * The version that stands there. Nothing of this bot is told, no redirection is followed.
 * @param url https, or http on this machine
 * @param stopping ends it at once
 */
export async function askVersion(
  url: string,
  stopping: AbortSignal,
  patienceMs = PATIENCE_MS,
): Promise<Result<string, AskFailure>> {
  const {
    default: { EnvHttpProxyAgent, request },
  } = await import('undici');
  const dispatcher = new EnvHttpProxyAgent();
  try {
    const { statusCode, body } = await request(url, {
      dispatcher,
      signal: AbortSignal.any([AbortSignal.timeout(patienceMs), stopping]),
    });
    if (statusCode !== 200) return fail('refused');
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) return fail('too-long');
      chunks.push(chunk);
    }
    const said = announced.safeParse(parsed(Buffer.concat(chunks).toString('utf8')));
    return said.success ? ok(said.data.version) : fail('no-version');
  } catch {
    return fail('unreached');
  } finally {
    await dispatcher.destroy();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export interface NewerVersion {
  /** The newer version that was seen last; null: none. */
  seen(): Newer | null;
  /** Comes when the question under way is answered. */
  looked(): Promise<void>;
  /** Ends it, and a question under way. */
  stop(): Promise<void>;
}

/**
 * Asks now and once a day.
 * @param url null: never
 * @param own version of this bot
 */
export function watchNewerVersion(url: string | null, own: string, log: Log): NewerVersion {
  if (url === null) {
    const nothing = async () => undefined;
    return { seen: () => null, looked: nothing, stop: nothing };
  }
  const stopping = new AbortController();
  let newer: Newer | null = null;
  const look = async () => {
    const answer = await askVersion(url, stopping.signal);
    if (stopping.signal.aborted) return;
    if (!answer.ok) {
      log.warn(
        { failure: answer.failure },
        'whether a newer version is out could not be learned: UPDATE_URL',
      );
      return;
    }
    newer = isOlderVersion(own, answer.value) ? { version: answer.value, own } : null;
    if (newer) log.info(newer, 'a newer version is out');
  };
  let looking = look();
  const again = setInterval(() => {
    looking = looking.then(look);
  }, DAY_MS).unref();
  return {
    seen: () => newer,
    looked: () => looking,
    async stop() {
      clearInterval(again);
      stopping.abort();
      await looking;
    },
  };
}
