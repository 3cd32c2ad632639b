/**
 * Commands and the buttons that live outside conversations: laptops, pairing, language, invitations. They work in the
 * middle of a case without disturbing it.
 */
import type { Update } from 'grammy/types';
import { LANGUAGES, type Language } from '../../locales/index.ts';
import type { CaseDesk } from '../cases/desk.ts';
import type { CallApi } from '../flows/engine/bridge.ts';
import type { ChatControls } from '../flows/engine/engine.ts';
import { escaping } from '../flows/engine/html.ts';
import type { AgentPort } from '../flows/ports.ts';
import type { AgentDirectory } from '../hub/directory.ts';
import { textsFor } from '../kernel/texts.ts';
import type { Access, Role } from './access.ts';
import { tell } from './chat.ts';
import type { Profiles } from './profiles.ts';

export interface CommandsOptions {
  callApi: CallApi;
  access: Access;
  directory: AgentDirectory;
  agents: AgentPort;
  cases: CaseDesk;
  profiles: Profiles;
  /** Address agents dial, shown by /pair. */
  hubUrl: string;
  botUsername: string;
}

/** What one command sees. */
interface Call {
  chatId: number;
  role: Role;
  language: Language;
  controls: ChatControls;
  t: ReturnType<typeof textsFor>;
  say(text: string, rows?: Parameters<typeof tell>[3]): Promise<void>;
}

/** Answers whether the update was a command or a button outside conversations, and carries it out. */
export type Commands = (update: Update, role: Role, controls: ChatControls) => Promise<boolean>;

/** Names of /commands as the menu shows them, in its order; /start and /invite are not in it. */
export const MENU = ['new', 'agents', 'pair', 'language', 'help', 'cancel'] as const;

export function createCommands(options: CommandsOptions): Commands {
  const { callApi, access, directory, agents, cases, profiles, hubUrl, botUsername } = options;

  const commands: Record<string, (call: Call) => Promise<void>> = {
    start: ({ say, t }) => say(t('bot:command.start')),
    help: ({ say, t }) => say(t('bot:command.help')),

    async new({ controls }) {
      const active = controls.active();
      if (active) await agents.cancel(active.caseId);
      await controls.start('identify', { caseId: '' });
    },

    async cancel({ controls, say, t }) {
      const active = controls.active();
      if (!active) return say(t('bot:command.nothingToCancel'));
      await agents.cancel(active.caseId);
      await cases.apply(active.caseId, { type: 'closed', outcome: 'cancelled' });
      controls.stop();
      return say(t('bot:close.cancelled'));
    },

    async agents({ chatId, language, say, t }) {
      const listed = await directory.listFor(chatId);
      if (!listed.ok) return say(t('bot:error.unreachable'));
      if (listed.value.length === 0) return say(t('bot:agents.none'));
      const when = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' });
      const lines = listed.value.map((agent) =>
        directory.isOnline(agent.id)
          ? t('bot:agents.online', { name: agent.name, system: agent.host.system })
          : t('bot:agents.offline', {
              name: agent.name,
              system: agent.host.system,
              when: agent.lastSeen === null ? t('bot:agents.never') : when.format(agent.lastSeen),
            }),
      );
      const rows = listed.value.map((agent) => [
        { text: t('bot:agents.revoke', { name: agent.name }).slice(0, 60), data: `a:revoke:${agent.id}` },
      ]);
      return say([t('bot:agents.title'), ...lines].join('\n'), rows);
    },

    async pair({ chatId, say, t }) {
      const issued = await directory.issueCode(chatId);
      if (!issued.ok) return say(t('bot:error.unreachable'));
      const minutes = Math.round(issued.value.ttlMs / 60_000);
      const command = `unbind-agent pair ${issued.value.code} --server ${hubUrl}`;
      return say(t('bot:pair.code', { command, minutes }));
    },

    language: ({ say, t }) =>
      say(t('bot:language.ask'), [
        LANGUAGES.map((language) => ({ text: nameOf(language), data: `l:${language}` })),
      ]),

    async invite({ chatId, role, say, t }) {
      if (role !== 'admin') return say(t('bot:invite.onlyAdmins'));
      const invited = await access.invite(chatId);
      if (!invited.ok) return say(t('bot:error.unreachable'));
      const link = `https://t.me/${botUsername}?start=${invited.value.token}`;
      return say(t('bot:invite.link', { link, hours: Math.round(invited.value.ttlMs / 3_600_000) }));
    },
  };

  const buttons: Record<string, (call: Call, args: string[]) => Promise<void>> = {
    async l({ chatId, controls, say }, [language]) {
      const chosen = LANGUAGES.find((known) => known === language);
      if (!chosen) return;
      await profiles.setLanguage(chatId, chosen);
      await say(textsFor(chosen)('bot:language.set'));
      await controls.restart();
    },

    async a({ chatId, say, t }, [verb, agentId]) {
      const agent = await directory.get(agentId ?? '');
      if (!agent.ok) return say(t('bot:error.unreachable'));
      if (verb !== 'revoke' || !agent.value?.technicians.includes(chatId)) return say(t('bot:agents.gone'));
      const revoked = await directory.revoke(agent.value.id);
      return say(
        revoked.ok ? t('bot:agents.revoked', { name: agent.value.name }) : t('bot:error.unreachable'),
      );
    },

    async p({ chatId, say, t }, [agentId, number]) {
      if (agentId === undefined || number === undefined) return;
      if (number === 'no') {
        await directory.refusePairing(agentId, chatId);
        return say(t('bot:pair.refused'));
      }
      const confirmed = await directory.confirmPairing(agentId, chatId, number);
      if (confirmed.ok) return say(t('bot:pair.done', { name: confirmed.value.name }));
      if (confirmed.failure === 'wrong-number') return say(t('bot:pair.wrong'));
      return say(t(confirmed.failure === 'store-unavailable' ? 'bot:error.unreachable' : 'bot:pair.over'));
    },
  };

  return async (update, role, controls) => {
    const query = update.callback_query;
    const message = update.message;
    const chatId = query?.message?.chat.id ?? message?.chat.id;
    if (chatId === undefined) return false;
    const language = await profiles.language(chatId);
    const call: Call = {
      chatId,
      role,
      language,
      controls,
      t: escaping(textsFor(language)),
      say: (text, rows) => tell(callApi, chatId, text, rows),
    };

    if (query) {
      const [verb = '', ...args] = (query.data ?? '').split(':');
      const handler = Object.hasOwn(buttons, verb) ? buttons[verb] : undefined;
      if (!handler) return false;
      await callApi('answerCallbackQuery', { callback_query_id: query.id });
      // A button outside conversations is good once: pressed, its keyboard goes.
      await callApi('editMessageReplyMarkup', { chat_id: chatId, message_id: query.message?.message_id });
      await handler(call, args);
      return true;
    }

    const command = /^\/([a-z]{1,32})(?:@(\w+))?(?:\s|$)/i.exec(message?.text ?? '');
    if (!command) return false;
    if (command[2] !== undefined && command[2].toLowerCase() !== botUsername.toLowerCase()) return true;
    const name = (command[1] ?? '').toLowerCase();
    const handler = Object.hasOwn(commands, name) ? commands[name] : commands.help;
    await handler?.(call);
    return true;
  };
}

/** A language as it calls itself. */
function nameOf(language: Language): string {
  const name = new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? language;
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}
