/** A laptop whose agent works for a bot: the real `run` with the real engine, on an emulated LAN. */
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { createEngine } from '../../../src/lan-agent/engine.ts';
import type { Clock } from '../../../src/lan-agent/link/clock.ts';
import { run } from '../../../src/lan-agent/link/run.ts';
import type { Network } from '../../../src/lan-agent/network/network.ts';
import { testNetwork } from '../../../src/lan-agent/network/test-network.ts';
import type { AgentNews, RunEnd } from '../../../src/lan-agent/news.ts';
import { createNewsTeller } from '../../../src/lan-agent/news-text.ts';
import { PICTURE_ALPHABET } from '../../../src/lan-agent/picture/glyphs.ts';
import { createPagePrompt } from '../../../src/lan-agent/prompt/page.ts';
import type { AgentEvent } from '../../../src/link/messages.ts';
import { pictureAnswerProof } from '../../../src/link/picture-answer.ts';

export async function emptyHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'agent-link-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

/** Draws the lowest number each time, so that every picture says the same. */
export const lowest = (min: number): number => min;
const CODE = (PICTURE_ALPHABET[0] ?? '').repeat(5);

/** What a person who reads the picture rightly sends back. */
export function rightAnswer(challenge: Extract<AgentEvent, { type: 'challenge' }>) {
  const { jobId, challengeId, nonce } = challenge;
  return { type: 'challenge-answer', jobId, challengeId, proof: pictureAnswerProof(nonce, CODE) } as const;
}

/** @param typed what no picture says */
export function wrongAnswer(challenge: Extract<AgentEvent, { type: 'challenge' }>, typed = 'NOPE') {
  const { jobId, challengeId, nonce } = challenge;
  return { type: 'challenge-answer', jobId, challengeId, proof: pictureAnswerProof(nonce, typed) } as const;
}

/** Something that comes one by one and is waited for. */
export class Stream<T> {
  readonly all: T[] = [];
  #waiting: (() => void)[] = [];

  push(item: T): void {
    this.all.push(item);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  async first(matches: (item: T) => boolean): Promise<T> {
    for (;;) {
      const found = this.all.find(matches);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

export interface Laptop {
  readonly done: Promise<RunEnd>;
  /** What has happened. */
  readonly news: Stream<AgentNews>;
  /** Lines said to the person at the laptop. */
  readonly said: Stream<string>;
  /** Addresses of password pages, as they open. */
  readonly pages: Stream<string>;
  stop(): Promise<RunEnd>;
}

/** `survey`: interfaces in place of the one that is loopback. */
export function startAgent(options: {
  home: string;
  testNetwork: string;
  clock?: Clock;
  survey?: Network['survey'];
}): Laptop {
  const stop = new AbortController();
  const said = new Stream<string>();
  const news = new Stream<AgentNews>();
  const tell = createNewsTeller({ texts: textsFor('en'), say: (line) => said.push(line) });
  const pages = new Stream<string>();
  const network = testNetwork(options.testNetwork, false);
  if (!network.ok) throw new Error(network.failure);
  const done = run({
    home: options.home,
    engine: createEngine({
      home: options.home,
      network: { ...network.value, ...(options.survey ? { survey: options.survey } : {}) },
    }),
    promptFor: (language) =>
      createPagePrompt({ texts: textsFor(language), announce: (url) => pages.push(url) }),
    agentVersion: '0.0.0-test',
    onNews: (one) => {
      news.push(one);
      tell(one);
    },
    log: createLog('silent', 'agent'),
    signal: stop.signal,
    challengeRandom: lowest,
    ...(options.clock ? { clock: options.clock } : {}),
  });
  const end = () => {
    stop.abort();
    return done;
  };
  onTestFinished(async () => {
    await end();
  });
  return { done, news, said, pages, stop: end };
}

/** Fills in the password page as a browser does; resolves with the status. */
export function typePassword(page: string, password: string, action = 'unbind'): Promise<number> {
  return submit(page, { password, action });
}

/** Presses a button of a page with one question: `agree` or `cancel`. */
export function press(page: string, action: 'agree' | 'cancel'): Promise<number> {
  return submit(page, { action });
}

function submit(page: string, fields: Readonly<Record<string, string>>): Promise<number> {
  const url = new URL(page);
  const body = new URLSearchParams(fields).toString();
  const headers = {
    origin: url.origin,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    request(url, { method: 'POST', headers }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
    })
      .once('error', reject)
      .end(body);
  });
}

/** Time that passes when the test says so. */
export class TestClock implements Clock {
  #now = Date.now();
  #sleepers: { until: number; resolve: () => void }[] = [];
  /** Every wait that was asked for, ms. */
  readonly waits = new Stream<number>();

  readonly now = (): number => this.#now;

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const sleeper = { until: this.#now + ms, resolve };
      this.#sleepers.push(sleeper);
      const wake = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      };
      signal.addEventListener('abort', wake, { once: true });
      this.waits.push(ms);
    });

  /** Ms until the next of them is over; null: nobody waits. */
  nextDue(): number | null {
    return this.#sleepers.length === 0
      ? null
      : Math.min(...this.#sleepers.map(({ until }) => until)) - this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
    const due = this.#sleepers.filter(({ until }) => until <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ until }) => until > this.#now);
    for (const { resolve } of due) resolve();
  }
}
