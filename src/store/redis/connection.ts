import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { StoreHooks } from '../store.ts';
import { StoreError } from '../store-error.ts';
import type { RedisAddress } from './address.ts';
import { AnotherStore, failureOf } from './failure.ts';
import { type Line, openLine, type Recognise, type Word } from './line.ts';

/** Whoever asks right after a line was lost waits for the next one this long; afterwards nobody waits. */
const PATIENCE_MS = 1_000;
const RETRY_MS = { first: 50, most: 1_000 };

/** A script by its source; Redis keeps those it has seen. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

export function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}

/** One line after another to whoever is the primary. Everything throws a StoreError, or what Redis or the network said. */
export interface Connection {
  command(words: readonly Word[], asBytes?: boolean): Promise<unknown>;
  run(script: Script, keys: readonly string[], args: readonly Word[]): Promise<unknown>;
  term(): Promise<string>;
  settled(): Promise<boolean>;
  /** Whether what others tell is heard just now. */
  readonly isHearing: boolean;
  close(): void;
}

export interface ConnectionHooks extends Pick<StoreHooks, 'onNewTerm' | 'onReach'> {
  /** Who has the store; whoever has not is no primary. */
  readonly recognise?: Recognise;
  /** What was told on the store's channel. */
  heard(message: string): void;
  /** Nothing was heard for a while: something may have been missed. */
  missed(): void;
}

/** @throws Refused, or what the network or Redis said, when there is no primary now */
export async function connect(address: RedisAddress, hooks: ConnectionHooks): Promise<Connection> {
  let isClosed = false;
  let line: Line | null = await openLine(address, hooks.heard, hooks.recognise);
  let next: Promise<Line | null> = Promise.resolve(line);
  let patienceEnds = 0;

  async function keep(first: Line): Promise<void> {
    let { term } = first;
    for (let kept: Line | null = first; kept !== null; kept = line) {
      const why = await kept.lost;
      line = null;
      patienceEnds = performance.now() + PATIENCE_MS;
      next = findAgain(why);
      line = await next;
      if (line === null) return;
      if (line.term !== term) hooks.onNewTerm?.(line.term);
      term = line.term;
      hooks.missed();
    }
  }

  /** Null: closed meanwhile. */
  async function findAgain(why: string): Promise<Line | null> {
    let isTold = false;
    let isToldLost = false;
    for (let wait = RETRY_MS.first; !isClosed; wait = Math.min(wait * 2, RETRY_MS.most)) {
      try {
        const found = await openLine(address, hooks.heard, hooks.recognise);
        if (isTold) hooks.onReach?.({ isReached: true, detail: address.place });
        if (!isClosed) return found;
        found.lose('closed');
      } catch (error) {
        // One that is there again at once is no outage.
        const isLate = !isTold && performance.now() >= patienceEnds;
        // An outage passes; that the store is lost, somebody has to know.
        const isLost: boolean = !isToldLost && error instanceof AnotherStore;
        if (isLate || isLost) {
          isTold = true;
          isToldLost ||= isLost;
          hooks.onReach?.({ isReached: false, detail: `${why}; ${failureOf(error).detail}` });
        }
        await pause(wait * (0.5 + Math.random()), undefined, { ref: false });
      }
    }
    return null;
  }

  async function lineNow(): Promise<Line> {
    if (line) return line;
    const left = patienceEnds - performance.now();
    const found = isClosed || left <= 0 ? null : await Promise.race([next, pause(left, null)]);
    if (found) return found;
    throw new StoreError('unavailable', isClosed ? 'store is closed' : 'Redis is not reachable');
  }

  void keep(line);
  return {
    command: async (words, asBytes) => (await lineNow()).send(words, asBytes),
    async run({ source, sha }, keys, args) {
      const to = await lineNow();
      const given = [String(keys.length), ...keys, to.term, ...args];
      try {
        return await to.send(['EVALSHA', sha, ...given]);
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return to.send(['EVAL', source, ...given]);
      }
    },
    term: async () => (await lineNow()).term,
    settled: async () => (await lineNow()).settled(),
    get isHearing() {
      return line !== null;
    },
    close: () => {
      isClosed = true;
      line?.lose('closed');
      line = null;
    },
  };
}
