/**
 * Lists of a stranger's network go from their chats when they are kept no more (surveys.ts): the card that shows a part of
 * one, and the conversation that waits under it, would hold that part for as long as nobody presses anything.
 */
import type { Controls } from '../../flows/index.ts';
import type { HouseFailure } from '../../flows/ports.ts';
import type { Log } from '../../kernel/log.ts';
import type { Result } from '../../kernel/result.ts';
import type { Duty } from '../../store/duty.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store } from '../../store/store.ts';
import { CHATS } from '../house/chats.ts';
import { atBorder, must } from '../house/must.ts';
import { JOB_NOTES } from './records.ts';
import { SURVEYS } from './surveys.ts';

/** How often lists that are kept no more are looked for, ms. */
const LOOK_MS = 60_000;

export interface ListEnds {
  /** Takes lists that are kept no more from the chats that have asked for one within a day; `all`: from every chat. */
  look(all?: boolean): Promise<Result<void, HouseFailure>>;
  /** Takes away what the last run has left, and looks from now on. */
  start(): void;
}

export function createListEnds({
  store,
  inTurn,
  duty,
  log,
}: {
  store: Pick<Store, 'values'>;
  /** Runs a task of the house's own in a chat's order. */
  inTurn(
    chatId: number,
    task: (controls: Pick<Controls, 'start'>) => Promise<void>,
  ): Promise<Result<void, unknown>>;
  duty: Pick<Duty, 'every' | 'during'>;
  log: Log;
}): ListEnds {
  const chats = store.values(CHATS);
  const surveys = store.values(SURVEYS);
  const notes = store.values(JOB_NOTES);

  /** Whether the chat still shows a list that is kept no more. */
  async function isStale(chatId: string): Promise<boolean> {
    const { conversation = null } = must(orNone(await chats.get(chatId))) ?? {};
    if (conversation?.flow !== 'site') return false;
    const shown = conversation.args.with?.survey;
    return shown !== undefined && must(orNone(await surveys.get(chatId)))?.jobId !== shown;
  }

  async function askers(): Promise<Set<string>> {
    const found = new Set<string>();
    for (const jobId of must(await notes.keys())) {
      const note = must(orNone(await notes.get(jobId)));
      if (note?.kind === 'survey') found.add(String(note.chatId));
    }
    return found;
  }

  const look: ListEnds['look'] = (all = false) =>
    atBorder(async () => {
      for (const chatId of all ? must(await chats.keys()) : await askers()) {
        if (!(await isStale(chatId))) continue;
        const done = await inTurn(Number(chatId), async (controls) => {
          if (await isStale(chatId)) await controls.start('site', { caseId: '', with: { isGone: true } });
        });
        if (!done.ok) log.warn({ chat: chatId }, 'a list could not be taken from a chat');
      }
    });

  return {
    look,
    start() {
      duty.during(async () => {
        const done = await look(true);
        if (!done.ok) log.error({ failure: done.failure }, 'lists of the last run are not taken away');
      });
      duty.every(LOOK_MS, () => look(), 'later');
    },
  };
}
