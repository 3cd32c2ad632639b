/**
 * A laptop's life with a bot: the code is typed, the laptop is paired and goes on by itself, until it is stopped or the bot is
 * done with it; then another code may be typed.
 */
import type { Log } from '../../kernel/log.ts';
import { PROMPT_LIMIT_MS } from '../../link/times.ts';
import type { Engine } from '../engine.ts';
import { aborted, limit, pause } from '../limit.ts';
import { loadIdentity, wipeIdentity } from '../link/identity.ts';
import { type PairOptions, pair } from '../link/pair.ts';
import { type RunOptions, run } from '../link/run.ts';
import type { AgentNews, RunEnd } from '../news.ts';

/** How long it waits before it tries a state folder again that could not be used, ms. */
const FOLDER_PAUSE_MS = 30_000;

/** Whose bot a package is for; null: the person says which. */
export type OwnBot = Pick<PairOptions, 'server' | 'hubKey'> | null;

/** A code as it was typed, with the bot's address where the package does not know it. */
export interface TypedCode {
  readonly code: string;
  readonly server: string;
}

export interface BotLife {
  /** Pairs with this code. False: this laptop is paired, or about to be. */
  pair(typed: TypedCode): boolean;
  /** Whether the chat says "paired", too. */
  agree(isAgreed: boolean): void;
  /** Breaks a pairing off. */
  cancel(): void;
  /** Forgets whose laptop this is; resolves when it has. The running job is ended as far as nothing dangerous was sent. */
  unpair(): Promise<void>;
  /** Goes on until it is stopped. */
  live(): Promise<void>;
}

export interface BotLifeOptions extends Pick<RunOptions, 'promptFor' | 'clock' | 'challengeRandom'> {
  readonly home: string;
  readonly engine: Engine;
  readonly agentVersion: string;
  readonly bot: OwnBot;
  readonly log: Log;
  readonly onNews: (news: AgentNews) => void;
  readonly onUnpaired: () => void;
  readonly signal: AbortSignal;
}

export function createBotLife(options: BotLifeOptions): BotLife {
  const { home, engine, bot, log, onNews, signal: stop } = options;
  const common = {
    home,
    agentVersion: options.agentVersion,
    ...(options.clock ? { clock: options.clock } : {}),
  };
  /** Takes a code; null: none is waited for. */
  let take: ((typed: TypedCode) => void) | null = null;
  /** Takes whether the chat says so, too; null: that is not asked. */
  let hear: ((isAgreed: boolean) => void) | null = null;
  let pairing = new AbortController();
  let leaving = new AbortController();
  let work: Promise<RunEnd> | null = null;

  const nextCode = async (): Promise<TypedCode | null> => {
    const typed = new Promise<TypedCode>((resolve) => {
      take = resolve;
    });
    const code = await Promise.race([typed, aborted(stop).then(() => null)]);
    take = null;
    return code;
  };
  const agree = async (signal: AbortSignal): Promise<boolean> => {
    const over = limit(PROMPT_LIMIT_MS, signal);
    const said = new Promise<boolean>((resolve) => {
      hear = resolve;
    });
    const isAgreed = await Promise.race([said, aborted(over.signal).then(() => false)]);
    over.end();
    hear = null;
    return isAgreed;
  };
  const pairWith = async ({ code, server }: TypedCode): Promise<boolean> => {
    pairing = new AbortController();
    const signal = AbortSignal.any([stop, pairing.signal]);
    const where = bot ?? { server };
    const end = await pair({
      ...common,
      ...where,
      code,
      insecureLan: false,
      onNews,
      agree: () => agree(signal),
      signal,
    });
    return end === 'paired';
  };
  const workForBot = async (): Promise<RunEnd> => {
    leaving = new AbortController();
    const end = await run({
      ...common,
      engine,
      log,
      onNews,
      promptFor: options.promptFor,
      signal: AbortSignal.any([stop, leaving.signal]),
      ...(options.challengeRandom ? { challengeRandom: options.challengeRandom } : {}),
    });
    return end;
  };

  return {
    pair: (typed) => {
      take?.(typed);
      const isTaken = take !== null;
      take = null;
      return isTaken;
    },
    agree: (isAgreed) => hear?.(isAgreed),
    cancel: () => pairing.abort(),
    unpair: async () => {
      leaving.abort();
      await work;
      await wipeIdentity(home);
      options.onUnpaired();
    },
    live: async () => {
      const identity = await loadIdentity(home);
      // Of one that is damaged it is told why nothing can be done.
      let isPaired = identity.ok || identity.failure === 'damaged';
      while (!stop.aborted) {
        if (!isPaired) {
          const typed = await nextCode();
          isPaired = typed !== null && (await pairWith(typed));
          continue;
        }
        work = workForBot();
        const end = await work;
        work = null;
        // A disk that is full has room again some time; after everything else only a code leads on.
        isPaired = end === 'home-unwritable';
        if (isPaired) await pause(FOLDER_PAUSE_MS, stop);
      }
    },
  };
}
