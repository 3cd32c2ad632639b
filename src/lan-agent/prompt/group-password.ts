/**
 * One password for the devices of a group (docs/decisions/0059): typed once, kept in the memory of this process behind
 * the prompt's port, and confirmed with one key for every further device. Whoever asks for a password gets a copy of his
 * own; nothing else in the agent knows that one is kept.
 */
import type { AgentCommand } from '../../link/messages.ts';
import { PROMPT_LIMIT_MS } from '../../link/times.ts';
import type { Clock } from '../link/clock.ts';
import { copySecret } from '../secret-bytes.ts';
import { GROUP_PASSWORD_MS } from '../times.ts';
import type { PromptAnswer, Report, UnbindPlan, UnbindReason, WasRefused } from '../unbind/contract.ts';
import { FORGOTTEN, type LaptopPrompt } from './prompt.ts';

/** An unbind's place in its group, as the command says. */
export type GroupPlace = NonNullable<Extract<AgentCommand, { type: 'unbind' }>['group']>;

/** What a device's person is asked for. */
export type Asks = 'password' | 'confirm';

/** One unbind's way to the password. */
export interface GroupTurn {
  /**
   * Asks for the one key where the group's password is kept and this device may get it, else for the password.
   * @param onAsk hears what is about to be asked, each time
   */
  ask(
    plan: UnbindPlan,
    signal: AbortSignal,
    wasRefused: WasRefused,
    onAsk: (asks: Asks) => Promise<void>,
  ): Promise<PromptAnswer>;
}

/** The passwords of groups: one is kept at most. A place that is undefined: the device stands alone. */
export interface GroupPasswords {
  /**
   * An unbind begins; what is kept for another run, or while a device stands alone, is forgotten. Null: its run has
   * stopped at this laptop, and nothing of it is begun any more.
   */
  begin(place: GroupPlace | undefined, prompt: LaptopPrompt): GroupTurn | null;
  /** An unbind has ended, or what became of one was found out later. Null: by a fault of this program. */
  ended(place: GroupPlace | undefined, report: Report | null): void;
  /** Ends a run from outside: its password is forgotten and nothing more of it is begun. */
  stop(run: string): void;
  /** The agent stops. */
  forget(): void;
}

/** Stopped runs that are remembered; an earlier one has long ended in the chat. */
const MOST_STOPPED = 100;

/** Refusals before the password was sent after which it is not kept either: a person left, or somebody is in the way. */
const NOT_KEPT_AFTER: readonly (UnbindReason | undefined)[] = [
  'abandoned',
  'cancelled',
  'challenge-abandoned',
  'no-direct-cable',
  'spoofed-exchange',
  'ambiguous-device',
  'internal',
];

interface Kept {
  readonly run: string;
  readonly password: Buffer;
  /** Aborted when it is forgotten. */
  readonly over: AbortController;
}

/**
 * @param tools.clock the laptop's own
 * @param tools.onForgotten a password was kept and is not any more
 * @param tools.copy makes what is kept and what is handed out; for tests that look whether it is zeroed
 */
export function createGroupPasswords(tools: {
  clock: Clock;
  onForgotten: () => void;
  copy?: (password: Buffer) => Buffer;
}): GroupPasswords {
  const { clock, onForgotten, copy = copySecret } = tools;
  const stopped = new Set<string>();
  let kept: Kept | null = null;
  /** Until when it is kept, by the wall: a laptop that slept has not waited. */
  let until = 0;
  let waiting = new AbortController();

  /** @param reason what a question that is open says about it; none: that it was stopped */
  const forget = (reason?: typeof FORGOTTEN) => {
    if (!kept) return;
    const { password, over } = kept;
    kept = null;
    waiting.abort();
    password.fill(0);
    over.abort(reason);
    onForgotten();
  };
  const stop = (run: string) => {
    const [oldest] = stopped.size < MOST_STOPPED ? [] : stopped;
    if (oldest !== undefined) stopped.delete(oldest);
    stopped.add(run);
    if (kept?.run === run) forget();
  };
  /** A key was pressed at the laptop: the time begins anew. */
  const renew = () => {
    waiting.abort();
    waiting = new AbortController();
    const { signal } = waiting;
    until = clock.now() + GROUP_PASSWORD_MS;
    void clock.sleep(GROUP_PASSWORD_MS, signal).then(() => signal.aborted || forget(FORGOTTEN));
  };
  const keep = (run: string, typed: Buffer) => {
    forget();
    kept = { run, password: copy(typed), over: new AbortController() };
    renew();
  };
  const keptFor = (run: string) => {
    if (kept && clock.now() >= until) forget(FORGOTTEN);
    return kept?.run === run ? kept : null;
  };

  /** Null: the password has to be typed. */
  const confirm = async (
    { id: run, number, of }: GroupPlace,
    { password, over }: Kept,
    prompt: LaptopPrompt,
    plan: UnbindPlan,
    signal: AbortSignal,
  ): Promise<PromptAnswer | null> => {
    const group = { number, of };
    const isThere = AbortSignal.any([signal, over.signal]);
    const answer = await prompt.consent({ kind: 'unbind', plan, group }, isThere);
    if (answer.kind === 'declined') return { kind: 'abandoned' };
    const isKept = keptFor(run)?.password === password;
    if (!signal.aborted && over.signal.reason === FORGOTTEN) return null;
    if (answer.kind !== 'agreed') return { kind: answer.kind };
    if (!isKept) return { kind: 'abandoned' };
    renew();
    return { ...answer, kind: 'typed', password: copy(password) };
  };

  const turnIn = (place: GroupPlace, prompt: LaptopPrompt): GroupTurn => ({
    ask: async (plan, signal, wasRefused, onAsk) => {
      const { id: run, number, of } = place;
      const began = clock.now();
      const known = keptFor(run);
      const isRefused = known !== null && (await wasRefused(known.password));
      if (known && !isRefused) {
        await onAsk('confirm');
        const answer = await confirm(place, known, prompt, plan, signal);
        if (answer) return answer;
      }
      // What is typed for a device that refused the group's own password is that device's alone.
      const isToKeep = place.samePassword && !place.last && !isRefused;
      const password = isRefused ? 'refused' : isToKeep ? 'kept' : null;
      await onAsk('password');
      const answer = await prompt.ask(plan, signal, wasRefused, {
        group: { number, of, ...(password ? { password } : {}) },
        // Both questions have the time of one.
        limitMs: Math.max(0, began + PROMPT_LIMIT_MS - clock.now()),
      });
      if (answer.kind !== 'typed') return answer;
      if (stopped.has(run)) {
        answer.password.fill(0);
        return { kind: 'abandoned' };
      }
      if (isToKeep) keep(run, answer.password);
      return answer;
    },
  });

  return {
    begin: (place, prompt) => {
      if (!place?.samePassword || kept?.run !== place.id) forget();
      if (!place) return turnAlone(prompt);
      return stopped.has(place.id) ? null : turnIn(place, prompt);
    },
    ended: (place, report) => {
      if (!place) return;
      const effect = afterEnd(report);
      if (effect === 'stop') stop(place.id);
      else if (effect === 'forget' || place.last) forget();
    },
    stop,
    forget: () => forget(),
  };
}

/** A device that stands alone: as ever. */
function turnAlone(prompt: LaptopPrompt): GroupTurn {
  return {
    ask: async (plan, signal, wasRefused, onAsk) => {
      await onAsk('password');
      return prompt.ask(plan, signal, wasRefused);
    },
  };
}

/**
 * What the end of one unbind is to the rest of its run. `stop`: nothing more of the run is begun here: any end but
 * verified, nothing to do, or a refusal before the password was sent. `forget`: it may go on, the password is not kept.
 */
export function afterEnd(report: Report | null): 'go-on' | 'forget' | 'stop' {
  if (report === null) return 'forget';
  switch (report.outcome) {
    case 'unbound':
    case 'not-bound':
      return report.verified ? 'go-on' : 'stop';
    case 'not-found':
      return 'go-on';
    case 'refused':
      return NOT_KEPT_AFTER.includes(report.reason) ? 'forget' : 'go-on';
    case 'accepted-unconfirmed':
    case 'unknown':
    case 'wrong-password':
    case 'denied':
    case 'locked':
      return 'stop';
  }
}
