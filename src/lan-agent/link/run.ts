import type { KeyObject } from 'node:crypto';
import type { Language } from '../../../locales/language.ts';
import type { Log } from '../../kernel/log.ts';
import { isOlderVersion } from '../../link/agent-version.ts';
import type { HubAbout } from '../../link/messages.ts';
import type { Engine } from '../engine.ts';
import type { HomeFailure } from '../home.ts';
import { openJournal } from '../journal.ts';
import type { AgentNews, RunEnd } from '../news.ts';
import type { RandomInt } from '../picture/draw.ts';
import { createGroupPasswords } from '../prompt/group-password.ts';
import type { LaptopPrompt } from '../prompt/prompt.ts';
import { GOODBYE_MS, LAST_WORD_MS, PERMIT_PATIENCE_MS } from '../times.ts';
import { createBackoff } from './backoff.ts';
import { type Clock, systemClock } from './clock.ts';
import { hostInfo } from './host.ts';
import { createHubClient, type HubClient, type HubFailure } from './hub-client.ts';
import { loadIdentity, wipeIdentity } from './identity.ts';
import { type Intake, openIntake } from './intake.ts';
import { createJobs } from './jobs.ts';
import { createLine, type FinalRefusal } from './line.ts';
import { pollLoop, sendLoop } from './loops.ts';
import { type Outbox, openOutbox } from './outbox.ts';
import { takeNextKey, withFreshKey } from './rotate.ts';
import { openTransport } from './transport.ts';
import type { UnbindCommand } from './unbind-job.ts';

export interface RunOptions {
  readonly home: string;
  readonly engine: Engine;
  /** What the person at the laptop is asked with, in the language of the technician who asked. */
  readonly promptFor: (language: Language) => LaptopPrompt;
  readonly agentVersion: string;
  /** Takes what happens, for the person at the laptop. */
  readonly onNews: (news: AgentNews) => void;
  readonly log: Log;
  /** Ctrl+C: the running job is ended as far as nothing dangerous was sent. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** For tests that must know what a picture says; see createChallenge. */
  readonly challengeRandom?: RandomInt;
}

/** Longest pause between two tries to trade a permit, ms. */
const PERMIT_PAUSE_MS = 2_000;

/** Works for the bot until it is stopped: takes commands, does one job at a time, tells what came of it. */
export async function run(options: RunOptions): Promise<RunEnd> {
  const end = await workForBot(options);
  options.onNews({ kind: 'ended', end });
  return end;
}

async function workForBot(options: RunOptions): Promise<RunEnd> {
  const { home, onNews, log } = options;
  const local = options.clock ?? systemClock;
  const identity = await loadIdentity(home);
  if (!identity.ok) return identity.failure;
  const { server, agentId, hubKey } = identity.value;
  const unwritable = ({ code }: HomeFailure): RunEnd => {
    onNews({ kind: 'unwritable', code });
    return 'home-unwritable';
  };
  const intake = await openIntake(home, local.now, log);
  if (!intake.ok) return unwritable(intake.failure);
  onNews({ kind: 'started', server: server.url });
  const transport = openTransport(server);
  try {
    const { epoch } = intake.value;
    const host = hostInfo(options.agentVersion);
    const clientWith = (
      privateKey: KeyObject,
      next?: { readonly key: KeyObject; readonly onTaken: () => Promise<void> },
    ) =>
      createHubClient({
        transport,
        agentId,
        privateKey,
        ...(next ? { next } : {}),
        hubKey,
        clock: local,
        host,
        epoch,
      });
    const { now } = local;
    const { signal } = options;
    const fresh = await withFreshKey({
      home,
      identity: identity.value,
      now,
      clientWith,
      signal,
      log,
      onNews: (news) => onNews({ kind: 'key', ...news }),
    });
    const onTaken = async () => void (await takeNextKey({ home, identity: fresh, now, log }));
    const client = clientWith(fresh.privateKey, fresh.nextKey && { key: fresh.nextKey, onTaken });
    const outbox = await openOutbox(home, client.now, log);
    if (!outbox.ok) return unwritable(outbox.failure);
    const end = await work(options, {
      client,
      outbox: outbox.value,
      intake: intake.value,
      server: server.url,
    });
    if (end === 'revoked') await wipeIdentity(home);
    return end;
  } finally {
    await transport.close();
  }
}

async function work(
  { onNews, log, agentVersion, signal: stop, clock: local = systemClock, ...options }: RunOptions,
  parts: { client: HubClient; outbox: Outbox; intake: Intake; server: string },
): Promise<RunEnd> {
  const { client, outbox, intake, server } = parts;
  const ended = new AbortController();
  const signal = AbortSignal.any([stop, ended.signal]);
  let end: RunEnd = 'stopped';
  const onFinal = (refusal: FinalRefusal) => {
    if (signal.aborted) return;
    end = refusal;
    ended.abort();
  };
  let said: string | undefined;
  const onState = (state: 'connected' | HubFailure['reason']) => {
    if (state === said) return;
    said = state;
    onNews(state === 'connected' ? { kind: 'connected', server } : { kind: 'away', server, reason: state });
  };
  const sendState = (state: string) => log.debug({ state }, 'sending events');
  const onDiskFailure = (code: string) => onNews({ kind: 'unwritable', code });

  let newest: string | undefined;
  const onAbout = ({ newest: { version, address }, ...whose }: HubAbout) => {
    onNews({ kind: 'whose', ...whose });
    if (version === newest || !isOlderVersion(agentVersion, version)) return;
    newest = version;
    onNews({ kind: 'newer', version, address });
  };

  const clock: Clock = { now: client.now, sleep: local.sleep };
  const onForgotten = () => onNews({ kind: 'forgotten' });
  const groups = createGroupPasswords({ clock: local, onForgotten });
  const journal = openJournal(options.home);
  const jobs = createJobs({
    engine: options.engine,
    promptFor: options.promptFor,
    groups,
    challengeRandom: options.challengeRandom,
    clock,
    intake,
    outbox,
    log,
    emit: outbox.put,
    onNews,
    permit: (command, over) => tradePermit(command, { client, intake, clock, signal: over }),
    wasSent: async (jobId) => {
      const sent = await journal.hasIntent(jobId);
      // Where it cannot be read, nothing is sent (unbind/perform.ts).
      return sent.ok && sent.value;
    },
  });
  await jobs.resume();
  const send = createLine({ clock: local, signal, onState: sendState, onFinal });
  const poll = createLine({
    clock: local,
    signal,
    onFinal,
    onState: (state) => {
      // The hub is back: what waits to be told need not wait out a pause from the time it was away.
      if (state === 'connected') send.nudge();
      onState(state);
    },
  });
  await Promise.all([
    pollLoop({ client, intake, jobs, clock: local, line: poll, signal, onDiskFailure, onAbout }),
    sendLoop({ client, outbox, line: send, signal, log }),
  ]);

  // Beside the job that still ends: it takes no more, and the chat is to know at once. A hub that is known to be away is
  // not told, and nobody waits for the answer long.
  const isAway = said !== undefined && said !== 'connected';
  const leaving = stop.aborted && !isAway ? client.goodbye(AbortSignal.timeout(GOODBYE_MS)) : null;
  await jobs.stop();
  groups.forget();
  const last = outbox.batch();
  if (stop.aborted && last.length > 0) {
    const sent = await client.sendEvents(last, AbortSignal.timeout(LAST_WORD_MS));
    if (sent.ok) await outbox.remove(sent.value);
  }
  await leaving;
  return end;
}

/** True when the one datagram may be sent: the hub granted it, and that it did is on disk. */
async function tradePermit(
  { permit, jobId, shortSerial }: UnbindCommand,
  tools: { client: HubClient; intake: Intake; clock: Clock; signal: AbortSignal },
): Promise<boolean> {
  const { client, intake, clock, signal } = tools;
  const backoff = createBackoff();
  const enough = clock.now() + PERMIT_PATIENCE_MS;
  while (clock.now() < enough && !signal.aborted) {
    const traded = await client.tradePermit({ permit, jobId, shortSerial }, signal);
    if (traded.ok) return traded.value && (await intake.arm(jobId)).ok;
    await clock.sleep(Math.min(backoff.next(), PERMIT_PAUSE_MS), signal);
  }
  return false;
}
