/**
 * Commands and the buttons that live outside conversations. They work in the middle of a case without disturbing it.
 * Here are those of everyday; laptops are in laptops.ts, new ones in pairing.ts, what admins do in
 * admins.ts and overview.ts, cases and /help in cases.ts, /site in site.ts, the way back after /cancel in reopen.ts, reports in
 * reports.ts.
 */
import type { Update } from 'grammy/types';
import { LANGUAGES, type Language } from '../../../locales/language.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import { htmlTextsFor } from '../../flows/engine/html.ts';
import { closedText, undoOf } from '../../flows/identify.ts';
import type { Controls } from '../../flows/index.ts';
import { offerOf } from '../../flows/others.ts';
import type { AgentPort } from '../../flows/ports.ts';
import { textsFor } from '../../kernel/all-texts.ts';
import { ok } from '../../kernel/result.ts';
import type { Values } from '../../store/store.ts';
import type { Role } from '../door/access.ts';
import type { Pins } from '../door/pins.ts';
import type { Profiles } from '../house/profiles.ts';
import type { Telegram } from '../house/telegram.ts';
import type { Voice } from '../house/voice.ts';
import type { Call, CommandSet } from './call.ts';
import { createPinGate, type PinWait } from './pin.ts';
import type { RestGroup } from './site.ts';

export interface CommandsOptions {
  telegram: Pick<Telegram, 'takeOut' | 'acknowledge' | 'clear' | 'edit'>;
  voice: Pick<Voice, 'say' | 'sayOnce'>;
  agents: AgentPort;
  cases: Pick<CaseDesk, 'apply' | 'untouched'>;
  profiles: Profiles;
  botUsername: string;
  pins: Pins;
  /** New laptops and unbinds ask for a PIN. */
  askPin: boolean;
  /** False: the operator has not said whose service centre counts (REGION_PACK), and admins hear so. */
  regionNamed?: boolean;
  pinWaits: Values<PinWait>;
  restGroup: RestGroup;
  /** Further commands and buttons. */
  more: readonly CommandSet[];
}

/** Carries out a command or a button outside conversations, and answers whether the update was one (`Outside`). */
export type Commands = (
  update: Update,
  role: Role,
  controls: Controls,
) => Promise<'done' | 'helped' | 'not-mine'>;

/** Names of /commands as the menu shows them, in its order; /start and /invite are not in it. */
export const MENU = [
  'new',
  'site',
  'cases',
  'report',
  'explain',
  'agents',
  'pair',
  'me',
  'language',
  'help',
  'cancel',
] as const;

/** Words of a command that are looked at, its name included. */
const MOST_WORDS = 12;

export function createCommands(options: CommandsOptions): Commands {
  const { telegram, voice, agents, cases, profiles, botUsername } = options;

  /** Stops what an agent does for the running case; false when that could not be made sure. */
  async function haltJob(controls: Controls): Promise<boolean> {
    const caseId = controls.active()?.caseId ?? '';
    // A conversation about nothing in particular has no case.
    return caseId === '' || (await agents.cancel(caseId)).ok;
  }

  const pinGate = createPinGate({
    pins: options.pins,
    asked: options.askPin,
    waits: options.pinWaits,
    telegram,
    async again(call, purpose) {
      if (purpose === 'pair') return commands.pair?.(call, []);
      await call.controls.start('lan-unbind', { caseId: purpose.slice('case:'.length) });
      return undefined;
    },
  });

  const everyday: CommandSet['commands'] = {
    start: ({ role, say, t }) => {
      const isToldOf = role === 'admin' && options.regionNamed === false;
      return say(
        [t('bot:command.start'), isToldOf ? t('bot:command.noRegion') : ''].filter(Boolean).join('\n\n'),
      );
    },

    async new({ controls, say, t }) {
      if (!(await haltJob(controls))) return say(t('bot:error.unreachable'));
      await controls.start('identify', { caseId: '' });
      return undefined;
    },

    async cancel(call) {
      const { controls, say, t } = call;
      const active = controls.active();
      if (!active) return say(t('bot:command.nothingToCancel'));
      if (await options.restGroup(call)) return undefined;
      const { caseId } = active;
      if (!(await haltJob(controls))) return say(t('bot:error.unreachable'));
      const outcome = 'cancelled';
      const closed = caseId === '' ? ok(null) : await cases.apply(caseId, { type: 'closed', outcome });
      if (!closed.ok) return say(t('bot:error.unreachable'));
      controls.stop();
      if (!closed.value) return say(t('bot:close.cancelled'));
      const left = await cases.untouched(closed.value.case);
      const offer = left.ok ? offerOf(t, caseId, left.value) : null;
      const text = [closedText(t, closed.value.case, outcome), offer?.text ?? ''];
      const undo = undoOf(t, closed.value.case).map((button) => [button]);
      return say(text.filter(Boolean).join('\n\n'), [...(offer?.rows ?? []), ...undo]);
    },

    // In a private chat, and there are no others, it is the id of who writes.
    id: ({ chatId, say, t }) => say(t('bot:command.id', { id: chatId })),

    language: ({ say, t }) =>
      say(t('bot:language.ask'), [
        LANGUAGES.map((language) => ({ text: nameOf(language), data: `l:${language}` })),
      ]),
  };

  const everydayButtons: CommandSet['buttons'] = {
    async l({ chatId, controls, say }, [language]) {
      const chosen = LANGUAGES.find((known) => known === language);
      if (!chosen) return undefined;
      await profiles.setLanguage(chatId, chosen);
      const told = await say(textsFor(chosen)('bot:language.set'));
      await controls.restart();
      return told;
    },
  };

  const commands = Object.assign(
    {},
    everyday,
    pinGate.commands,
    ...options.more.map((set) => set.commands),
  ) as typeof everyday;
  const { pair } = commands;
  commands.pair = async (call, words) => {
    return (await pinGate.passes(call, 'pair')) ? pair?.(call, words) : undefined;
  };
  const buttons = Object.assign(
    {},
    everydayButtons,
    ...options.more.map((set) => set.buttons),
  ) as typeof everydayButtons;
  const staying: typeof everydayButtons = Object.assign({}, ...options.more.map((set) => set.staying));

  return async (update, role, controls) => {
    const query = update.callback_query;
    const message = update.message;
    const chatId = query?.message?.chat.id ?? message?.chat.id;
    if (chatId === undefined) return 'not-mine';
    const language = await profiles.language(chatId);
    const say: Call['say'] = (text, rows = []) => voice.say(chatId, text, { rows });
    const call: Call = {
      chatId,
      role,
      language,
      controls,
      t: htmlTextsFor(language),
      say,
      async rewrite(text, rows) {
        const pressed = query?.message?.message_id;
        const edited = pressed === undefined ? null : await telegram.edit(chatId, pressed, text, rows);
        return edited?.ok && edited.value ? 'told' : say(text, rows);
      },
      sayOnce: (text, how) => voice.sayOnce(chatId, text, how),
    };

    if (query) {
      const [verb = '', ...words] = (query.data ?? '').split(':');
      const stays = Object.hasOwn(staying, verb);
      const all = stays ? staying : buttons;
      const handler = Object.hasOwn(all, verb) ? all[verb] : undefined;
      if (!handler) return 'not-mine';
      telegram.acknowledge(query.id);
      // A button outside conversations is good once: pressed, its keyboard goes, unless its message is written anew.
      if (!stays) telegram.clear(chatId, query.message?.message_id);
      await handler(call, words);
      return 'done';
    }

    const typed = message?.text ?? '';
    if (message && (await pinGate.hear(call, message))) return 'done';
    const command = /^\/([a-z]{1,32})(?:@(\w+))?(?:\s|$)/i.exec(typed);
    if (!command) {
      for (const set of options.more) if (await set.text?.(call, typed)) return 'done';
      return 'not-mine';
    }
    if (command[2] !== undefined && command[2].toLowerCase() !== botUsername.toLowerCase()) return 'done';
    const name = (command[1] ?? '').toLowerCase();
    const isKnown = Object.hasOwn(commands, name);
    const handler = isKnown ? commands[name] : commands.help;
    const words = typed.split(/\s+/).slice(1, MOST_WORDS);
    await handler?.(call, words);
    return isKnown ? 'done' : 'helped';
  };
}

/** A language as it calls itself. */
function nameOf(language: Language): string {
  const name = new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? language;
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}
