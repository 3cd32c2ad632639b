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
import { LIST_ENDS, listEndKey, SURVEYS } from './surveys.ts';

/** How often lists that are kept no more are looked for, ms. */
const LOOK_MS = 60_000;
/** Of those, how many in one look. */
const MOST_AT_ONCE = 500;

export interface ListEnds {
  /** Takes lists that are kept no more from their chats. */
  look(): Promise<Result<void, HouseFailure>>;
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
  const ends = store.values(LIST_ENDS);

  /** Whether the chat still shows a list that is kept no more. */
  async function isStale(chatId: string): Promise<boolean> {
    const { conversation = null } = must(orNone(await chats.get(chatId))) ?? {};
    if (conversation?.flow !== 'site') return false;
    const shown = conversation.args.with?.survey;
    return shown !== undefined && must(orNone(await surveys.get(chatId)))?.jobId !== shown;
  }

  /** False: not now. */
  async function takeFrom(chatId: string): Promise<boolean> {
    if (!(await isStale(chatId))) return true;
    const done = await inTurn(Number(chatId), async (controls) => {
      if (await isStale(chatId)) await controls.start('site', { caseId: '', with: { isGone: true } });
    });
    if (!done.ok) log.warn({ chat: chatId }, 'a list could not be taken from a chat');
    return done.ok;
  }

  const look: ListEnds['look'] = () =>
    atBorder(async () => {
      const due = must(await ends.page({ before: listEndKey(Date.now()), most: MOST_AT_ONCE }));
      // One whose chat is not to be had now is taken the next time; others are not held up by it.
      for (const key of due)
        if (await takeFrom(key.slice(key.indexOf(':') + 1))) must(await ends.delete(key));
    });

  return {
    look,
    start() {
      duty.during(async () => {
        const done = await look();
        if (!done.ok) log.error({ failure: done.failure }, 'lists of the last run are not taken away');
      });
      duty.every(LOOK_MS, () => look(), 'later');
    },
  };
}
