/** A technician's laptop in the sandbox: the real agent, run in this process, with its password page and its lines. */
import { randomInt } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { Language } from '../../locales/language.ts';
import { textsFor } from '../kernel/all-texts.ts';
import { createLog } from '../kernel/log.ts';
import { createEngine } from '../lan-agent/engine.ts';
import type { InspectReport } from '../lan-agent/inspect/contract.ts';
import { pair } from '../lan-agent/link/pair.ts';
import { run } from '../lan-agent/link/run.ts';
import { testNetwork } from '../lan-agent/network/test-network.ts';
import type { PairEnd, RunEnd } from '../lan-agent/news.ts';
import { createNewsTeller } from '../lan-agent/news-text.ts';
import { PICTURE_ALPHABET } from '../lan-agent/picture/glyphs.ts';
import { createPagePrompt } from '../lan-agent/prompt/page.ts';
import type { LaptopPrompt } from '../lan-agent/prompt/prompt.ts';
import { AGENT_VERSION } from '../lan-agent/version.ts';
import type { Want } from './telegram/page.ts';

export interface LaptopOptions {
  /** State folder of the agent. */
  home: string;
  testNetwork: string;
  /** Language of the person at the laptop. */
  language: Language;
  /** Takes what the agent says to the person at the laptop. */
  onLine: (line: string) => void;
  /** Is told what the agent asks of that person, and null when that is over. */
  onWant?: (want: Want | null) => void;
}

export interface Laptop {
  /** Pairs with the bot. `onNumber` gets the number the laptop shows, as it shows it. */
  pair(code: string, server: string, onNumber: (number: string) => void): Promise<PairEnd>;
  /** Starts working for the bot. */
  start(): void;
  /** How the agent ended by itself. */
  ended(): Promise<RunEnd | undefined>;
  /** Stops the agent, as closing the laptop does. */
  stop(): Promise<RunEnd | null>;
  /**
   * What the last picture says: the sandbox drew the dice, so it knows without reading the picture. A real agent's
   * dice are nobody's.
   */
  lastPicture(): string;
  /** Waits for the password page and answers it as a browser does. Rejects when `signal` ends the waiting. */
  typePassword(password: string, signal?: AbortSignal): Promise<void>;
  /** The same for a page with one question: presses its button for yes, or for no. */
  answer(agree: boolean, signal?: AbortSignal): Promise<void>;
  /** One login, as `unbind-agent inspect` makes it; what the device said to the password. */
  inspect(shortSerial: string, password: string): Promise<InspectReport['password']>;
  close(): Promise<void>;
}

/** Characters of a picture code. */
const PICTURE_LENGTH = 5;

export async function createLaptop({
  home,
  testNetwork: setting,
  language,
  onLine,
  onWant = () => undefined,
}: LaptopOptions): Promise<Laptop> {
  const network = testNetwork(setting, false);
  if (!network.ok) throw new Error(`the sandbox made a wrong test network: ${network.failure}`);
  const engine = createEngine({ home, network: network.value });
  const log = createLog('silent', 'unbind-agent');
  const tell = createNewsTeller({ texts: textsFor(language), say: onLine });
  const pages = new EventEmitter();
  const waiting: string[] = [];
  const letters: number[] = [];
  let stopping = new AbortController();
  let running: Promise<RunEnd> | undefined;

  const dice = (low: number, high: number) => {
    const rolled = randomInt(low, high);
    if (high - low === PICTURE_ALPHABET.length) letters.push(rolled);
    return rolled;
  };

  async function stop(): Promise<RunEnd | null> {
    stopping.abort();
    const end = await running;
    running = undefined;
    return end ?? null;
  }

  async function nextPage(signal?: AbortSignal): Promise<string> {
    if (waiting.length === 0) await once(pages, 'page', { signal });
    return waiting.shift() ?? '';
  }

  /** Sends the form of the next page. */
  async function submit(fields: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void> {
    const url = await nextPage(signal);
    const form = await fetch(url);
    // It goes on loading as long as its question: waiting for its end would be waiting for the answer.
    await form.body?.cancel();
    const answered = await fetch(url, {
      method: 'POST',
      headers: { origin: new URL(url).origin, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
    if (!answered.ok) throw new Error(`the page of the laptop answered ${answered.status}`);
    await answered.text();
  }

  return {
    pair: (code, server, onNumber) =>
      pair({
        code,
        server,
        insecureLan: false,
        home,
        agentVersion: AGENT_VERSION,
        onNews: (news) => {
          tell(news);
          if (news.kind === 'pairing-number') onNumber(news.number);
        },
        // Nobody sits in between here: what the laptop says the chat says, too.
        agree: async () => true,
        signal: stopping.signal,
      }),
    start() {
      stopping = new AbortController();
      running = run({
        home,
        engine,
        promptFor: (language) =>
          untilAnswered(
            createPagePrompt({
              texts: textsFor(language),
              announce: (address) => {
                const what = textsFor(language)('agent:prompt.open');
                onLine(what);
                onLine(address);
                onWant({ what, address });
                waiting.push(address);
                pages.emit('page');
              },
            }),
            () => {
              // A question that ended by itself is nobody's next one.
              waiting.length = 0;
              onWant(null);
            },
          ),
        agentVersion: AGENT_VERSION,
        onNews: tell,
        log,
        signal: stopping.signal,
        challengeRandom: dice,
      });
    },
    ended: async () => running,
    stop,
    lastPicture: () =>
      letters
        .slice(-PICTURE_LENGTH)
        .map((at) => PICTURE_ALPHABET[at])
        .join(''),
    typePassword: (password, signal) => submit({ password }, signal),
    answer: (agree, signal) => submit({ action: agree ? 'agree' : 'cancel' }, signal),
    async inspect(shortSerial, password) {
      const report = await engine.performInspect({
        shortSerial,
        prompt: async () => ({ kind: 'typed', password: Buffer.from(password) }),
        afterLock: false,
        signal: new AbortController().signal,
      });
      return report.password;
    },
    close: async () => {
      await stop();
    },
  };
}

/** The same prompt; `over` is called when one of its questions has ended, however. */
function untilAnswered(prompt: LaptopPrompt, over: () => void): LaptopPrompt {
  return {
    ask: (...asked) => prompt.ask(...asked).finally(over),
    consent: (...asked) => prompt.consent(...asked).finally(over),
  };
}
