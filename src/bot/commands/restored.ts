/** /restored: after a restore an admin looks at who came back, and lets them in (docs/decisions/0067). */
import type { Audit } from '../../audit/trail.ts';
import { htmlTextsFor } from '../../flows/engine/html.ts';
import type { AgentDirectory } from '../../hub/directory.ts';
import { textsFor } from '../../kernel/all-texts.ts';
import type { Texts } from '../../kernel/texts.ts';
import type { Epochs, StoreEpoch } from '../../store/epoch.ts';
import type { Access } from '../door/access.ts';
import type { Notify } from '../house/notify.ts';
import type { Profiles } from '../house/profiles.ts';
import type { PlainButton } from '../house/telegram.ts';
import type { Voice } from '../house/voice.ts';
import type { CommandSet } from './call.ts';
import { onlyAdmins } from './only-admins.ts';

export interface RestoredOptions {
  epochs: Pick<Epochs, 'current' | 'confirm'>;
  access: Pick<Access, 'admins' | 'list'>;
  directory: Pick<AgentDirectory, 'list'>;
  audit: Pick<Audit, 'append'>;
  profiles: Pick<Profiles, 'language'>;
  voice: Pick<Voice, 'say'>;
  notify: Notify;
  /** Milliseconds since 1970. */
  clock: () => number;
}

export interface Restored {
  readonly commands: CommandSet;
  /** Asks every admin to look at who came back, where nobody has yet. */
  ask(): Promise<void>;
}

/** Names in the list; with names as long as they may be they fit into a message. */
const MOST_NAMED = 30;
const NAME_LENGTH = 32;

export function createRestored(options: RestoredOptions): Restored {
  const { epochs, access, directory, audit, profiles, voice, notify, clock } = options;

  /** Who came back. Null: the store does not answer. */
  async function returned({ restoredAt }: StoreEpoch) {
    const [people, laptops] = await Promise.all([access.list(), directory.list()]);
    if (!people.ok || !laptops.ok) return null;
    return {
      people: people.value.filter(({ since }) => since <= restoredAt),
      laptops: laptops.value.filter(({ createdAt }) => createdAt <= restoredAt),
    };
  }

  function namesOf(all: readonly { name: string }[], t: Texts): string {
    const names = all.slice(0, MOST_NAMED).map(({ name }) => [...name].slice(0, NAME_LENGTH).join(''));
    const count = all.length - names.length;
    const listed = names.join(', ') || '–';
    return count > 0 ? t('keep:restored.more', { names: listed, count }) : listed;
  }

  /** The list with its button; null: nobody waits for it, or the store does not answer. */
  async function question(person: number): Promise<{ text: string; rows: PlainButton[][] } | null> {
    const epoch = await epochs.current();
    if (!epoch.ok || epoch.value?.confirmedAt !== null) return null;
    const back = await returned(epoch.value);
    if (back === null) return null;
    const language = await profiles.language(person);
    const t = htmlTextsFor(language);
    // Names are escaped once, by the sentence they stand in.
    const plain = textsFor(language);
    const date = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' });
    const { people, laptops } = back;
    const text = [
      t('keep:restored.ask', { date: date.format(epoch.value.takenAt) }),
      t('keep:restored.people', { count: people.length, names: namesOf(people, plain) }),
      t('keep:restored.laptops', { count: laptops.length, names: namesOf(laptops, plain) }),
      t('keep:restored.how'),
    ].join('\n\n');
    const button = { text: plain('keep:restored.button'), data: `back:in:${epoch.value.epoch}` };
    return { text, rows: [[button]] };
  }

  const commands: CommandSet = {
    commands: {
      restored: onlyAdmins(async ({ chatId, say, t }) => {
        const asked = await question(chatId);
        return asked ? say(asked.text, asked.rows) : say(t('keep:restored.nothing'));
      }),
    },
    buttons: {
      back: onlyAdmins(async ({ chatId, say, t }, [, given]) => {
        const epoch = await epochs.current();
        if (!epoch.ok) return say(t('bot:error.unreachable'));
        if (epoch.value?.confirmedAt !== null || String(epoch.value.epoch) !== given)
          return say(t('keep:restored.nothing'));
        const back = await returned(epoch.value);
        if (back === null) return say(t('bot:error.unreachable'));
        const detail = {
          epoch: epoch.value.epoch,
          people: back.people.length,
          laptops: back.laptops.length,
        };
        const noted = await audit.append({ what: 'access.confirmed', case: null, by: chatId, detail });
        if (!noted.ok) return say(t('bot:error.unreachable'));
        const confirmed = await epochs.confirm(epoch.value.epoch, clock());
        if (!confirmed.ok) return say(t('bot:error.unreachable'));
        for (const { userId } of back.people) {
          const date = new Intl.DateTimeFormat(await profiles.language(userId), { dateStyle: 'short' });
          await notify(userId, 'keep:restored.backIn', { date: date.format(epoch.value.takenAt) });
        }
        return say(t('keep:restored.done'));
      }),
    },
  };

  return {
    commands,
    async ask() {
      for (const admin of access.admins) {
        const asked = await question(admin);
        if (asked) await voice.say(admin, asked.text, { rows: asked.rows });
      }
    },
  };
}
