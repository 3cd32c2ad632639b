/**
 * Packages of the agent as files in a chat. The first one of each is brought up to Telegram, one at a time and beside the chat's
 * own line, since that takes as long as 40 MB take; from then on Telegram has it, and its file id is enough (docs/decisions/0065).
 */
import * as z from 'zod';
import { type CallApi, isPassing, lastWord } from '../../flows/engine/bot-api.ts';
import { createCourtesies } from '../../flows/engine/courtesy.ts';
import { htmlTextsFor } from '../../flows/engine/html.ts';
import type { Packages } from '../../hub/packages.ts';
import type { Log } from '../../kernel/log.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { type AgentPackage, PACKAGE_SYSTEMS, type PackageSystem, START_FILES } from '../../link/packages.ts';
import type { Duty } from '../../store/duty.ts';
import type { Holds } from '../../store/holds.ts';
import { kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store } from '../../store/store.ts';
import { createPile } from './pile.ts';
import type { Profiles } from './profiles.ts';
import { aloneIn, createRounds } from './rounds.ts';
import type { Voice } from './voice.ts';

/** Telegram's id of a package's file, by its SHA-256. Another bot's token makes all of them void. */
export const PACKAGE_FILES = kind({ name: 'package-files', version: 1, schema: z.string() });

/** Packages people wait for, by person and system. */
export const PACKAGE_WISHES = kind({
  name: 'package-wishes',
  version: 1,
  schema: z.object({ person: z.number(), system: z.enum(PACKAGE_SYSTEMS) }),
});

/** A wish is worth this long, ms: nobody stands beside the laptop longer. */
const WISH_MS = 60 * 60_000;
/** How often wishes are looked for that a process has left which is gone, ms. */
const LEFT_MS = 10_000;
/** Tries before the person hears that it does not work. */
const MOST_TRIES = 3;

/** What the client looks a package's bytes up by. */
const PREFIX = 'package:';
const keyOf = ({ sha256 }: AgentPackage) => `${PREFIX}${sha256}`;

/** The package a key names; null when it names none. */
export function packageNamed(packages: Packages | null, key: string): AgentPackage | null {
  if (!key.startsWith(PREFIX)) return null;
  return packages?.list.packages.find((one) => keyOf(one) === key) ?? null;
}

export interface PackageFiles {
  /**
   * Sends a package. `later`: it has to be brought up first, and comes by itself. `none`: there is none for this system (any more).
   * @throws TelegramUnavailable: the update has to be handed in again
   */
  send(
    person: number,
    system: PackageSystem,
  ): Promise<Result<'sent' | 'later' | 'none', 'store-unavailable'>>;
  /** Goes on with what the last run left. */
  start(): Promise<void>;
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export function createPackageFiles({
  packages,
  store,
  callApi,
  voice,
  profiles,
  pageAddress,
  holds,
  duty,
  log,
}: {
  packages: Packages | null;
  store: Pick<Store, 'values' | 'isShared'>;
  callApi: CallApi;
  voice: Pick<Voice, 'say'>;
  profiles: Pick<Profiles, 'language'>;
  /** Where the same packages are offered, as it is told to people. */
  pageAddress: string;
  holds: Holds;
  duty: Pick<Duty, 'every'>;
  log: Log;
}): PackageFiles {
  const files = store.values(PACKAGE_FILES);
  const waiting = createPile(store, PACKAGE_WISHES);
  /** Person and system -> how often this run has tried. */
  const tries = new Map<string, number>();
  const rounds = createRounds(sendAll, log, aloneIn(holds, 'packages'));
  const { doing } = createCourtesies(callApi, log);
  /** The upload under way; the next waits for it, so that one is in memory and on the line at a time. */
  let uploading: Promise<unknown> = Promise.resolve();

  const packageOf = (system: PackageSystem) => packages?.list.packages.find((one) => one.system === system);

  /** By the id Telegram has for it. `unknown`: it has none, or none any more. */
  async function sendKnown(person: number, wanted: AgentPackage) {
    const known = orNone(await files.get(wanted.sha256));
    const caption = await captionFor(person, wanted);
    if (!known.ok || !known.value) return ok('unknown' as const);
    const sent = await callApi('sendDocument', { chat_id: person, document: known.value, ...caption });
    if (sent.ok) return ok('sent' as const);
    // Of another bot, or forgotten: what was brought up is no longer there.
    if (sent.failure.kind === 'refused' && /file/.test(sent.failure.description)) {
      log.warn({ failure: sent.failure.description }, 'Telegram does not know a package any more');
      await files.delete(wanted.sha256);
      return ok('unknown' as const);
    }
    return sent;
  }

  async function captionFor(person: number, { sha256, system }: AgentPackage) {
    const t = htmlTextsFor(await profiles.language(person));
    return {
      caption: t('bot:pair.file.caption', { sum: sha256, file: START_FILES[system] }),
      parse_mode: 'HTML' as const,
    };
  }

  async function bringUp(person: number, wanted: AgentPackage) {
    const before = uploading;
    const upload = (async () => {
      await before.catch(() => undefined);
      // Whoever was before may have brought up the same one.
      const known = await sendKnown(person, wanted);
      if (!known.ok || known.value === 'sent') return known;
      const done = doing(person, 'upload_document');
      try {
        const document = { blob: keyOf(wanted), filename: wanted.file };
        const sent = await callApi('sendDocument', {
          chat_id: person,
          document,
          ...(await captionFor(person, wanted)),
        });
        if (!sent.ok) return sent;
        const kept = await files.set(wanted.sha256, sent.value.document.file_id);
        if (!kept.ok) log.warn({ failure: kept.failure.reason }, 'a package has to be brought up again');
        return ok('sent' as const);
      } finally {
        done();
      }
    })();
    uploading = upload;
    return upload;
  }

  async function sendAll(person: number): Promise<boolean> {
    const wishes = await waiting.of(person);
    if (!wishes.ok) return false;
    for (const system of new Set(wishes.value.map(([, wish]) => wish.system))) {
      // Those that are there now: one that comes while the file is on its way may come after it was seen.
      const keys = wishes.value.flatMap(([key, wish]) => (wish.system === system ? key : []));
      const wanted = packageOf(system);
      const wish = `${person} ${system}`;
      const tried = (tries.get(wish) ?? 0) + 1;
      tries.set(wish, tried);
      const sent = wanted ? await bringUp(person, wanted) : null;
      if (sent && !sent.ok && isPassing(sent.failure) && tried < MOST_TRIES) return false;
      if (!sent?.ok) {
        if (sent) log.warn({ chat: person, failure: sent.failure.description }, 'a package was not sent');
        const t = htmlTextsFor(await profiles.language(person));
        await voice.say(person, t('bot:pair.file.failed', { address: pageAddress }));
      }
      tries.delete(wish);
      await waiting.drop(keys);
    }
    return true;
  }

  /** Sends what processes that are gone have left. */
  async function sendLeft(): Promise<void> {
    const people = await waiting.people();
    if (!people.ok) return log.error({ failure: people.failure.reason }, 'wishes are not read');
    for (const person of people.value) rounds.run(person);
  }

  return {
    async send(person, system) {
      const wanted = packageOf(system);
      if (!wanted) return ok('none');
      const known = await sendKnown(person, wanted);
      // What Telegram refuses for good is not mended by trying again: whoever stopped the bot hears nothing of it either.
      const last = lastWord(known);
      if (!last.ok) log.warn({ chat: person, failure: last.failure.description }, 'a package was not sent');
      if (!last.ok || last.value === 'sent') return ok('sent');
      const kept = await waiting.add({ person, system }, { ttlMs: WISH_MS });
      if (!kept.ok) return fail('store-unavailable');
      rounds.run(person);
      return ok('later');
    },

    async start() {
      const loaded = await waiting.load();
      if (!loaded.ok) log.error({ failure: loaded.failure.reason }, 'wishes of the last run are not read');
      if (store.isShared) duty.every(LEFT_MS, sendLeft);
      else await sendLeft();
    },

    idle: rounds.idle,
    stop: rounds.stop,
  };
}
