/**
 * The one client to Telegram. It is telegraf's `Telegram`, so that telegraf polls and answers through it, with every
 * call going over undici: kept connections, the proxy of HTTPS_PROXY, a limit of time per kind of call, waiting where
 * Telegram asks for it, and errors that never carry the token.
 *
 * telegraf never learns the token: its own copies of it (`client.token`, file links) hold a placeholder.
 */
import { Readable } from 'node:stream';
import { Telegram } from 'telegraf';
import type * as telegraf from 'telegraf/types';
import type { Dispatcher } from 'undici';
import type { Answer, Method, Payload } from '../../flows/engine/bot-api.ts';
import { reach } from '../../kernel/fail-points.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Secret } from '../../kernel/secret.ts';
import {
  type RefusalBody,
  type TelegramFailure,
  TelegramRefusal,
  TelegramUnreachable,
  unreachable,
} from './failure.ts';
import { Agent, answerOver, EnvHttpProxyAgent, requestOver } from './http.ts';
import { MAX_WAIT_MS, Pace, type PaceLimits, TELEGRAM_LIMITS } from './pace.ts';
import {
  type Blobs,
  type EncodedPayload,
  encodePayload,
  type LargeBytes,
  type Upload,
  type UploadFailure,
} from './payload.ts';

export interface TelegramClientOptions {
  token: Secret<string>;
  /** Root of the Bot API, for instance `https://api.telegram.org`; a path in it is kept. */
  apiRoot: string;
  /** Where `{ blob }` in a payload points to. */
  blobs: Blobs;
  /** Limits for outgoing messages; `null` for none (a local Bot API). */
  pace?: PaceLimits | null;
  /** Long polling adds its own timeout to `call`. */
  patience?: Patience;
  /** Hears of every request that was answered or failed; a download's method is `download`. */
  onCall?: (method: string, end: CallEnd, ms: number) => void;
}

/** How a request ended; `limited`: Telegram asks to wait (429). */
export type CallEnd = 'ok' | 'refused' | 'limited' | 'unreachable';

/** How long an answer is waited for, ms, by kind of call. */
interface Patience {
  call: number;
  upload: number;
  /** Beyond the time a question for updates asks to be held for: no work of Telegram's is waited for. */
  held?: number;
  /** What nothing waits for (`COURTESIES`); `PATIENCE` where left out. */
  courtesy?: number;
}

/**
 * `too-large`: more than `maxBytes`, or than the 20 MB the Bot API hands out. `gone`: Telegram does not know the file
 * (any more) or hands out no path to it. `unreachable`: the network failed.
 */
export type DownloadFailure = 'too-large' | 'gone' | 'unreachable';

export const PATIENCE = { call: 30_000, upload: 120_000, courtesy: 8_000, held: 8_000 };
const CONNECT_PATIENCE_MS = 10_000;
/** A server's line to Telegram is no slower. */
const SLOWEST_BYTES_PER_SECOND = 50_000;
/** Longest time a file may take, ms: whoever sent it waits. */
const DOWNLOAD_PATIENCE_MS = 60_000;
/** Longest pause between two pieces of an answer, ms. */
const BODY_PATIENCE_MS = 30_000;
/** A full getUpdates answer is 4 MiB at most, a file 20 MB. */
const MAX_ANSWER_BYTES = 24 * 1024 * 1024;
/** Idle connections are closed before a server does it: a request sent into a closing connection is lost. */
const KEEP_ALIVE_MS = 10_000;
const MAX_CONNECTIONS = 64;
/** Repeats after 429 before it is given up. */
const MAX_REPEATS = 3;
const PAUSE_BEFORE_RETRY_MS = 300;
/** Codes from here on say nothing of the call: Telegram, or what stands before it, is out. */
const OUTAGE = 500;

/** Methods that do the same when called twice, besides everything that only reads. */
const REPEATABLE = /^(get|setMy|setChatMenuButton|setWebhook|deleteWebhook|deleteMyCommands|sendChatAction)/;
/** Methods that carry nothing: late, or a second time, they are not worth a connection. */
export const COURTESIES = /^(answerCallbackQuery|sendChatAction|setMessageReaction|editMessageReplyMarkup)$/;
/** Methods that put something into a chat and count against Telegram's limits. */
const PACED = /^(send(?!ChatAction)|edit|copy|forward)/;

/** What a fail point stands for: nothing has left, or the answer never came. */
const NOT_SENT = Object.assign(new Error(), { code: 'ECONNREFUSED' });
const CUT_OFF = Object.assign(new Error(), { code: 'ECONNRESET' });

/** The abort signal telegraf brings is not the platform's, and undici refuses it. */
interface ForeignSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export class TelegramClient extends Telegram {
  readonly #token: Secret<string>;
  readonly #origin: string;
  readonly #prefix: string;
  readonly #http: Dispatcher;
  readonly #blobs: Blobs;
  readonly #pace: Pace;
  readonly #paced: boolean;
  readonly #patience: Required<Patience>;
  readonly #onCall: NonNullable<TelegramClientOptions['onCall']>;
  readonly #closing = new AbortController();
  #heardAt: number | null = null;
  /** Chat -> the newest message this run has put into it. */
  readonly #newest = new Map<number, number>();

  constructor(options: TelegramClientOptions) {
    super('kept-by-the-client', { apiRoot: options.apiRoot, webhookReply: false });
    const root = new URL(options.apiRoot);
    this.#token = options.token;
    this.#origin = root.origin;
    this.#prefix = root.pathname.replace(/\/+$/, '');
    this.#http = dispatcherFor(root);
    this.#blobs = options.blobs;
    this.#pace = new Pace(options.pace ?? TELEGRAM_LIMITS, this.#closing.signal);
    this.#paced = options.pace !== null;
    this.#patience = { ...PATIENCE, ...options.patience };
    this.#onCall = options.onCall ?? (() => undefined);
  }

  /**
   * telegraf's seam, for telegraf only: it throws, because telegraf expects it.
   * @throws TelegramRefusal, TelegramUnreachable, or an `AbortError` when `signal` was aborted
   */
  override async callApi<M extends keyof telegraf.Telegram>(
    method: M,
    payload: telegraf.Opts<M>,
    { signal }: { signal?: ForeignSignal } = {},
  ): Promise<ReturnType<telegraf.Telegram[M]>> {
    const own = signal && bridge(signal);
    const encoded = await encodePayload(payload, this.#blobs);
    const answer = await this.#call(method, payload, encoded, own?.signal);
    own?.release();
    if (own?.signal.aborted) throw own.signal.reason;
    if (!answer.ok) throw answer.failure;
    return answer.value as ReturnType<telegraf.Telegram[M]>;
  }

  /** When Telegram last answered, whatever it said: `performance.now()`; null: not yet. */
  get heardAt(): number | null {
    return this.#heardAt;
  }

  /** Calls a method of the Bot API. */
  async tryCall<M extends Method>(
    method: M,
    payload: Payload<M, Upload>,
  ): Promise<Result<Answer<M>, TelegramFailure>> {
    return (await this.prepare(method, payload))();
  }

  /** Makes a call of a method ready, bytes and all, for whoever has to wait for something else before it is made. */
  async prepare<M extends Method>(
    method: M,
    payload: Payload<M, Upload>,
  ): Promise<() => Promise<Result<Answer<M>, TelegramFailure>>> {
    const encoded = await encodePayload(payload, this.#blobs);
    return async () => {
      const answer = await this.#call(method, payload, encoded);
      if (answer.ok) this.#note(payload, answer.value);
      return answer as Result<Answer<M>, TelegramFailure>;
    };
  }

  /** Id of the newest message this run has put into a chat; 0: none. */
  newest(chatId: number): number {
    return this.#newest.get(chatId) ?? 0;
  }

  #note(payload: object, answer: unknown): void {
    const chatId = chatOf(payload);
    if (typeof chatId !== 'number') return;
    const messages = Array.isArray(answer) ? answer : [answer];
    const ids = messages.map((message) => Number((message as { message_id?: unknown })?.message_id ?? 0));
    const newest = Math.max(this.newest(chatId), ...ids);
    if (newest > 0) this.#newest.set(chatId, newest);
  }

  /**
   * Downloads a file someone sent.
   * @param maxBytes larger files are refused, if Telegram tells the size before, else as soon as they turn out larger
   * @param signal ends it: `unreachable`, as after a minute
   */
  async downloadFile(
    fileId: string,
    maxBytes: number,
    signal?: AbortSignal,
  ): Promise<Result<Buffer, DownloadFailure>> {
    const file = await this.tryCall('getFile', { file_id: fileId });
    if (!file.ok) {
      if (file.failure.kind === 'unreachable' || file.failure.code >= OUTAGE) return fail('unreachable');
      return fail(file.failure.description.includes('file is too big') ? 'too-large' : 'gone');
    }
    const { file_path: path, file_size: size } = file.value;
    if (size !== undefined && size > maxBytes) return fail('too-large');
    // A Bot API server in --local mode names a path on its own disk: it is not ours to read.
    if (!path || path.startsWith('/') || path.split('/').includes('..')) return fail('gone');
    const limit = AbortSignal.timeout(DOWNLOAD_PATIENCE_MS);
    const end = signal ? AbortSignal.any([signal, limit]) : limit;
    const first = await this.#fetchFile(path, maxBytes, end);
    const isFinal = first.ok || first.failure !== 'unreachable' || end.aborted;
    return isFinal ? first : await this.#fetchFile(path, maxBytes, end);
  }

  /** A file link carries the token; `downloadFile` is the way to a file. */
  override getFileLink(): never {
    throw new Error('a file link carries the token: use downloadFile');
  }

  /** Ends every call under way and closes the connections. */
  async disconnect(): Promise<void> {
    this.#closing.abort();
    await this.#http.destroy();
  }

  async #call(
    method: string,
    payload: object,
    encoded: Result<EncodedPayload, UploadFailure>,
    signal?: AbortSignal,
  ): Promise<Result<unknown, TelegramFailure>> {
    if (!encoded.ok) return fail(uploadFailed(method, encoded.failure));
    const chatId = this.#paced && PACED.test(method) ? chatOf(payload) : null;
    const later = chatId === null ? 0 : await this.#pace.turn(chatId);
    if (later > 0) return fail(tooMany(method, later));

    let reconnected = false;
    for (let repeats = 0; ; ) {
      const began = performance.now();
      const answer = await this.#exchange(method, payload, encoded.value, signal);
      this.#onCall(method, endOf(answer), performance.now() - began);
      if (answer.ok || answer.failure.kind === 'refused') this.#heardAt = performance.now();
      if (answer.ok) return answer;
      const { failure } = answer;
      if (failure.kind === 'unreachable' || failure.code >= OUTAGE) {
        if (reconnected || signal?.aborted || isClosed(failure)) return answer;
        if (maybeDone(failure) && !REPEATABLE.test(method)) return answer;
        reconnected = true;
        if (!(await this.#pace.pause(PAUSE_BEFORE_RETRY_MS, signal))) return answer;
      } else {
        const wait =
          failure.code === 429 && !COURTESIES.test(method)
            ? (failure.retryAfter ?? 1) * 1000
            : Number.POSITIVE_INFINITY;
        if (wait > MAX_WAIT_MS || repeats >= MAX_REPEATS) return answer;
        repeats += 1;
        if (chatId !== null) this.#pace.hold(chatId, wait);
        if (!(await this.#pace.pause(wait, signal))) return answer;
      }
    }
  }

  #patienceFor(method: string, hasUploads: boolean): number {
    if (COURTESIES.test(method)) return this.#patience.courtesy;
    return hasUploads ? this.#patience.upload : this.#patience.call;
  }

  /** One request and its answer. */
  async #exchange(
    method: string,
    payload: object,
    { contentType, body, hasUploads }: EncodedPayload,
    signal?: AbortSignal,
  ): Promise<Result<unknown, TelegramFailure>> {
    const isLarge = typeof body === 'object' && 'read' in body;
    const held = method === 'getUpdates' && 'timeout' in payload ? Number(payload.timeout) * 1000 : 0;
    const patience = held > 0 ? held + this.#patience.held : this.#patienceFor(method, hasUploads);
    FAIL_POINT: if (await reach('telegram-before', method)) return fail(unreachable(method, NOT_SENT));
    try {
      const { statusCode, text } = await answerOver(
        this.#http,
        {
          origin: this.#origin,
          path: `${this.#prefix}/bot${this.#token.reveal()}/${method}`,
          method: 'POST',
          headers: {
            'content-type': contentType,
            ...(isLarge ? { 'content-length': String(body.size) } : {}),
          },
          body: isLarge ? Readable.from(body.read()) : body,
          headersTimeout: patience + (isLarge ? uploadMs(body) : 0),
          bodyTimeout: BODY_PATIENCE_MS,
        },
        signal,
      );
      FAIL_POINT: if (await reach('telegram-after', method)) return fail(unreachable(method, CUT_OFF));
      return readAnswer(method, statusCode, text);
    } catch (error) {
      return fail(unreachable(method, error));
    }
  }

  async #fetchFile(
    path: string,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Result<Buffer, DownloadFailure>> {
    const began = performance.now();
    const fetched = await this.#fetchOnce(path, maxBytes, signal);
    const failed = fetched.ok || fetched.failure === 'unreachable' ? 'unreachable' : 'refused';
    this.#onCall('download', fetched.ok ? 'ok' : failed, performance.now() - began);
    return fetched;
  }

  async #fetchOnce(
    path: string,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Result<Buffer, DownloadFailure>> {
    try {
      const { statusCode, body } = await requestOver(this.#http, {
        origin: this.#origin,
        path: `${this.#prefix}/file/bot${this.#token.reveal()}/${encodeURI(path)}`,
        method: 'GET',
        headersTimeout: this.#patience.upload,
        bodyTimeout: BODY_PATIENCE_MS,
        signal,
      });
      if (statusCode !== 200) {
        await body.dump();
        return fail(statusCode >= 500 ? 'unreachable' : 'gone');
      }
      const chunks: Buffer[] = [];
      let length = 0;
      for await (const chunk of body as AsyncIterable<Buffer>) {
        length += chunk.length;
        // Leaving the loop closes the connection: the rest is not read.
        if (length > maxBytes) return fail('too-large');
        chunks.push(chunk);
      }
      return ok(Buffer.concat(chunks));
    } catch {
      return fail('unreachable');
    }
  }
}

/** Longest time on its way up, ms: while it is written, the wait for the answer goes on. */
function uploadMs({ size }: LargeBytes): number {
  return (size / SLOWEST_BYTES_PER_SECOND) * 1000;
}

function isClosed(failure: TelegramFailure): boolean {
  return failure.kind === 'unreachable' && failure.reason === 'closed';
}

/** Whether a call that was not answered, or with a word of an outage, may have been carried out. */
function maybeDone(failure: TelegramFailure): boolean {
  return failure.kind === 'refused' || failure.maybeReceived;
}

function endOf(answer: Result<unknown, TelegramFailure>): CallEnd {
  if (answer.ok) return 'ok';
  if (answer.failure.kind === 'unreachable') return 'unreachable';
  return answer.failure.code === 429 ? 'limited' : 'refused';
}

/** The platform's signal that follows telegraf's until it is released: telegraf keeps one signal for days. */
function bridge(foreign: ForeignSignal): { signal: AbortSignal; release(): void } {
  const own = new AbortController();
  const abort = () => own.abort();
  if (foreign.aborted) abort();
  foreign.addEventListener('abort', abort);
  return { signal: own.signal, release: () => foreign.removeEventListener('abort', abort) };
}

/** A proxy serves the way to the internet, never the way to a Bot API on this machine. */
function dispatcherFor(root: URL): Dispatcher {
  const options = {
    connect: { timeout: CONNECT_PATIENCE_MS },
    keepAliveTimeout: KEEP_ALIVE_MS,
    connections: MAX_CONNECTIONS,
    maxResponseSize: MAX_ANSWER_BYTES,
  };
  const local =
    root.hostname === 'localhost' || root.hostname === '[::1]' || root.hostname.startsWith('127.');
  return local ? new Agent(options) : new EnvHttpProxyAgent(options);
}

/** The envelope every answer comes in (https://core.telegram.org/bots/api#making-requests). */
function readAnswer(method: string, status: number, text: string): Result<unknown, TelegramFailure> {
  const envelope = parseObject(text);
  if (envelope?.ok === true) return ok(envelope.result);
  if (envelope?.ok === false) return fail(new TelegramRefusal(method, refusalBody(envelope, status)));
  return fail(new TelegramUnreachable(method, 'bad-reply', `HTTP ${status}`));
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function refusalBody(envelope: Record<string, unknown>, status: number): RefusalBody {
  const { error_code: code, description, parameters } = envelope;
  const retryAfter =
    typeof parameters === 'object' && parameters !== null && 'retry_after' in parameters
      ? Number(parameters.retry_after)
      : Number.NaN;
  return {
    error_code: typeof code === 'number' ? code : status,
    description: typeof description === 'string' ? description : '',
    ...(retryAfter >= 0 ? { parameters: { retry_after: retryAfter } } : {}),
  };
}

function chatOf(payload: object): string | number | null {
  const id = 'chat_id' in payload ? payload.chat_id : null;
  return typeof id === 'number' || typeof id === 'string' ? id : null;
}

/** Bytes that are not there are refused in the words Telegram has for an empty file; a broken store is no answer. */
function uploadFailed(method: string, failure: UploadFailure): TelegramFailure {
  switch (failure) {
    case 'unreadable':
      return new TelegramUnreachable(method, 'store', '', false);
    case 'missing':
      return new TelegramRefusal(method, {
        error_code: 400,
        description: 'Bad Request: file must be non-empty',
      });
    case 'too-large':
      return new TelegramRefusal(method, { error_code: 413, description: 'Request Entity Too Large' });
  }
}

/** The line of our own is too long: the same refusal Telegram would give a little later. */
function tooMany(method: string, seconds: number): TelegramRefusal {
  return new TelegramRefusal(method, {
    error_code: 429,
    description: `Too Many Requests: retry after ${seconds}`,
    parameters: { retry_after: seconds },
  });
}
