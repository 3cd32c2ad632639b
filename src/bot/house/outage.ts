import type { Update } from 'grammy/types';
import { LANGUAGES, type Language, languageOf } from '../../../locales/language.ts';
import { textsFor } from '../../kernel/all-texts.ts';
import type { Log } from '../../kernel/log.ts';
import type { Telegram } from './telegram.ts';

/**
 * While the store is out of order nobody waits without a word: whoever writes or presses is told once that nothing is
 * lost, the admins are told why, and all of them when it works again. Nothing here needs the store: the language is the
 * update's own, admins are told in every language, and who was told is kept in memory.
 */
export interface Outage {
  /** An update was not stored or not handled, perhaps because of the store. It stays where it is and comes again. */
  noticed(update: Update): void;
  /** Tells nobody any more, and resolves when what is being told is. */
  stop(): Promise<void>;
}

/** What is wrong with the store, as admins are told. */
type Trouble = 'full' | 'damaged' | 'unavailable';

interface OutageOptions {
  telegram: Pick<Telegram, 'tell' | 'acknowledge'>;
  admins: readonly number[];
  /** Asks how the store is. */
  storeState(): Promise<'works' | Trouble>;
  log: Log;
  /** How often it is asked whether the store works again, ms. */
  againMs?: number;
}

const AGAIN_MS = 3_000;
/** People told in one outage at most: strangers, too, could write then. */
const MOST_TOLD = 1_000;

export function createOutage(options: OutageOptions): Outage {
  const { telegram, admins, storeState, log, againMs = AGAIN_MS } = options;
  /** Who was told and has to hear that it works again. */
  const told = new Map<number, Language>();
  const telling = new Set<Promise<unknown>>();
  let asking: Promise<'works' | Trouble> | undefined;
  let trouble: Trouble | null = null;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  /** Does something nobody waits for but `stop`. */
  function beside(task: Promise<unknown>): void {
    const done = task
      .catch((error: unknown) => log.error({ err: error }, 'telling of an outage failed'))
      .finally(() => telling.delete(done));
    telling.add(done);
  }

  /** How the store is; many updates that fail at the same time ask once. */
  function ask(): Promise<'works' | Trouble> {
    asking ??= storeState().finally(() => {
      asking = undefined;
    });
    return asking;
  }

  async function notice(update: Update): Promise<void> {
    const state = await ask();
    if (state === 'works' || stopped) return;
    if (state !== trouble) begin(state);
    const from = update.message?.from ?? update.edited_message?.from ?? update.callback_query?.from;
    if (!from || told.has(from.id) || told.size >= MOST_TOLD) return;
    const language = languageOf(from.language_code);
    told.set(from.id, language);
    const text = textsFor(language)('bot:outage.sorry');
    if (update.callback_query) telegram.acknowledge(update.callback_query.id);
    const sent = await telegram.tell(from.id, text);
    // The update comes again, and with it the next try.
    if (!sent.ok) told.delete(from.id);
  }

  function begin(state: Trouble): void {
    const isNew = trouble === null;
    trouble = state;
    log.error({ store: state }, 'the store is out of order: updates wait');
    for (const admin of admins) beside(telegram.tell(admin, inAllLanguages(`bot:outage.${state}`)));
    if (isNew) timer = setInterval(() => beside(lookAgain()), againMs).unref();
  }

  async function lookAgain(): Promise<void> {
    if (trouble === null || (await ask()) !== 'works' || stopped) return;
    trouble = null;
    clearInterval(timer);
    log.info({ told: told.size }, 'the store works again');
    const people = [...told];
    told.clear();
    for (const admin of admins) beside(telegram.tell(admin, inAllLanguages('bot:outage.over')));
    for (const [person, language] of people) {
      beside(telegram.tell(person, textsFor(language)('bot:outage.again')));
    }
  }

  return {
    noticed(update) {
      if (!stopped) beside(notice(update));
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await Promise.all(telling);
    },
  };
}

/** Which language an admin has chosen lies in the store. */
function inAllLanguages(key: `bot:outage.${Trouble | 'over'}`): string {
  return LANGUAGES.map((language) => textsFor(language)(key)).join('\n\n');
}
