/** /agents and what can be done there: rename, remove, ask another technician for the wheel and hand it over. */
import type { Language } from '../../../locales/language.ts';
import { person } from '../../audit/naming.ts';
import type { Audit } from '../../audit/trail.ts';
import { htmlTextsFor } from '../../flows/engine/html.ts';
import type { AgentDirectory, AgentRecord } from '../../hub/directory.ts';
import { textsFor } from '../../kernel/all-texts.ts';
import { ok } from '../../kernel/result.ts';
import { isOlderVersion } from '../../link/agent-version.ts';
import type { HubAbout } from '../../link/messages.ts';
import type { Notices } from '../house/notices.ts';
import type { Profiles } from '../house/profiles.ts';
import { type Listed, type PlainButton, sayList, type Told } from '../house/telegram.ts';
import type { Voice } from '../house/voice.ts';
import type { Driver, Drivers } from '../jobs/drivers.ts';
import type { Sanctions } from '../jobs/sanctions.ts';
import type { Call, CommandSet } from './call.ts';

export interface AgentCommandsOptions {
  voice: Pick<Voice, 'say'>;
  directory: AgentDirectory;
  drivers: Drivers;
  profiles: Profiles;
  audit: Pick<Audit, 'append'>;
  notices: Pick<Notices, 'raise'>;
  isUnbinding: Sanctions['isUnbinding'];
  removeLaptop: Sanctions['removeLaptop'];
  /** The newest agent, and where a person gets it. */
  newestAgent: HubAbout['newest'];
}

/** Laptops in one message: with names as long as they may be they fit into its 4096 characters. */
const MOST_LISTED = 8;

export function createAgentCommands(options: AgentCommandsOptions): CommandSet {
  const { voice, directory, drivers, profiles, audit, notices, isUnbinding, removeLaptop } = options;
  const { newestAgent } = options;

  /** What is said of a laptop in a list. */
  async function linesOf({ t, ...call }: Call, agent: AgentRecord, number: number): Promise<string[]> {
    const { name, host } = agent;
    const values = { number, name, system: host.system };
    const state = (await directory.isOnline(agent.id))
      ? t('bot:agents.online', values)
      : t('bot:agents.offline', { ...values, when: momentOf(agent.lastSeen, { t, ...call }) });
    const people = await Promise.all(agent.technicians.map((id) => profiles.name(id)));
    const version = host.agentVersion === '' ? '' : t('bot:agents.version', { version: host.agentVersion });
    const known = [version, agent.address ?? '', people.filter(Boolean).join(', ')].filter(Boolean);
    const isOld = isOlderVersion(host.agentVersion, newestAgent.version);
    return [
      state,
      t('bot:agents.details', { known: known.join(' · ') }),
      ...(isOld ? [t('bot:agents.newer', newestAgent)] : []),
      ...(agent.pairedBy === 'picked' ? [t('bot:agents.oldWay')] : []),
      ...(agent.newKey === null ? [] : [t('bot:agents.newKey', { mark: agent.newKey })]),
    ];
  }

  /** One laptop of the person's own: its lines and its buttons. */
  async function view(call: Call, agent: AgentRecord, number: number): Promise<Listed> {
    const { chatId, language, t } = call;
    // Buttons show text as it is, without markup to escape.
    const label = textsFor(language);
    const found = await drivers.of(agent.id);
    const driver = found.ok ? found.value : null;
    const { name } = agent;
    const row: PlainButton[] = [
      { text: label('bot:agents.button.revoke', { number, name }), data: `a:revoke:${agent.id}` },
    ];
    const others = driver !== null && driver.chatId !== chatId;
    if (others) row.push({ text: t('bot:agents.button.ask'), data: `a:ask:${agent.id}` });
    if (agent.newKey !== null)
      row.push(
        { text: label('notice:button.newKey'), data: `a:newkey:${agent.id}:${agent.newKey}` },
        { text: label('notice:button.oldKey'), data: `a:oldkey:${agent.id}:${agent.newKey}` },
      );
    const driven = others ? [await drivenLine(driver, language, t)] : [];
    return { lines: [...(await linesOf(call, agent, number)), ...driven], row };
  }

  /** A page of all laptops of the house, the admin's own first, so that their numbers are those of /rename; `page` from 0. */
  async function sayHouse(call: Call, page: number): Promise<Told> {
    const { chatId, language, say, t } = call;
    const label = textsFor(language);
    const listed = await directory.list();
    if (!listed.ok) return say(t('bot:error.unreachable'));
    if (listed.value.length === 0) return say(t('bot:agents.none'));
    const isOwn = ({ technicians }: AgentRecord) => technicians.includes(chatId);
    const own = listed.value.filter(isOwn);
    const all = [...own, ...listed.value.filter((agent) => !isOwn(agent))];
    const pages = Math.ceil(all.length / MOST_LISTED);
    const at = Math.min(Math.max(0, page), pages - 1);
    const items = await Promise.all(
      all.slice(at * MOST_LISTED, (at + 1) * MOST_LISTED).map(async (agent, nth): Promise<Listed> => {
        const number = at * MOST_LISTED + nth + 1;
        if (isOwn(agent)) return view(call, agent, number);
        const remove = label('bot:agents.button.revoke', { number, name: agent.name });
        return {
          lines: await linesOf(call, agent, number),
          row: [{ text: remove, data: `h:revoke:${agent.id}` }],
        };
      }),
    );
    const title = t('bot:agents.house', { count: all.length, page: at + 1, pages });
    const last = own.length > 0 ? [t('bot:agents.howToRename'), t('bot:agents.howToShare')] : [];
    const turns = [
      ...(at > 0 ? [{ text: t('bot:agents.button.before'), data: `h:page:${at - 1}` }] : []),
      ...(at < pages - 1 ? [{ text: t('bot:agents.button.after'), data: `h:page:${at + 1}` }] : []),
    ];
    const rows = items.flatMap(({ row }) => (row ? [row] : []));
    const text = [title, ...items.flatMap(({ lines }) => lines), ...last].join('\n');
    return say(text, [...rows, ...(turns.length > 0 ? [turns] : [])]);
  }

  async function drivenLine(driver: Driver, language: Language, t: Call['t']): Promise<string> {
    const time = new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(driver.until);
    return t('bot:agents.driven', { name: await profiles.name(driver.chatId), time });
  }

  const buttons: Record<string, (call: Call, agent: AgentRecord, words: string[]) => Promise<Told>> = {
    async revoke({ chatId, say, t }, agent) {
      const { id, name } = agent;
      const shared = agent.technicians.length > 1;
      const detail = { agent: id, technician: person(chatId) };
      const what = shared ? 'agent.left' : 'agent.revoked';
      const noted = await audit.append({ what, case: null, by: chatId, detail });
      if (!noted.ok) return say(t('bot:error.unreachable'));
      if (!shared) await notices.raise({ kind: 'laptop.revoked', agent: id, by: chatId });
      await drivers.release(id, chatId);
      const left = await directory.leave(id, chatId);
      if (!left.ok) return say(t('bot:error.unreachable'));
      return say(t(shared ? 'bot:agents.left' : 'bot:agents.revoked', { name }));
    },

    async newkey({ chatId, say, t }, { id, name, newKey }, [mark = '']) {
      if (newKey === mark) await notices.raise({ kind: 'laptop.rotated', agent: id, by: chatId });
      const decided = await directory.decideKey(id, chatId, mark, 'confirm');
      return say(t(`bot:agents.key.${decided.ok ? 'taken' : decided.failure}`, { name }));
    },

    async oldkey({ chatId, say, t }, { id, name }, [mark = '']) {
      const decided = await directory.decideKey(id, chatId, mark, 'refuse');
      return say(
        t(`bot:agents.key.${decided.ok ? 'refused' : decided.failure}`, { name }),
        decided.ok
          ? [
              [
                {
                  text: textsFor(await profiles.language(chatId))('bot:agents.button.remove'),
                  data: `a:revoke:${id}`,
                },
              ],
            ]
          : [],
      );
    },

    async ask({ chatId, say, t }, agent) {
      const driver = await drivers.of(agent.id);
      if (!driver.ok) return say(t('bot:error.unreachable'));
      if (!driver.value || driver.value.chatId === chatId) return say(t('bot:agents.free'));
      const theirs = htmlTextsFor(await profiles.language(driver.value.chatId));
      const name = await profiles.name(chatId);
      const give = { text: theirs('bot:agents.button.give'), data: `a:give:${agent.id}:${chatId}` };
      const asked = theirs('bot:agents.asked', { name, laptop: agent.name });
      await voice.say(driver.value.chatId, asked, { rows: [[give]] });
      return say(t('bot:agents.askedThem', { name: await profiles.name(driver.value.chatId) }));
    },

    async give({ chatId, say, t }, agent, [asker]) {
      const to = Number(asker);
      if (!agent.technicians.includes(to)) return say(t('bot:agents.gone'));
      if (await isUnbinding(agent.id, chatId)) return say(t('bot:agents.unbinding'));
      const given = await drivers.handOver(agent.id, chatId, to);
      if (!given.ok) return say(t('bot:error.unreachable'));
      if (!given.value) return say(t('bot:agents.free'));
      const theirs = htmlTextsFor(await profiles.language(to));
      await voice.say(to, theirs('bot:agents.yours', { laptop: agent.name }));
      return say(t('bot:agents.given', { name: await profiles.name(to) }));
    },
  };

  return {
    commands: {
      async agents(call) {
        const { chatId, role, say, t } = call;
        if (role === 'admin') return sayHouse(call, 0);
        const listed = await directory.listFor(chatId);
        if (!listed.ok) return say(t('bot:error.unreachable'));
        if (listed.value.length === 0) return say(t('bot:agents.none'));
        const items = await Promise.all(listed.value.map((agent, at) => view(call, agent, at + 1)));
        const last = [t('bot:agents.howToRename'), t('bot:agents.howToShare')];
        return sayList(say, { title: t('bot:agents.title'), items, last }, MOST_LISTED);
      },

      async rename({ chatId, say, t }, [number, ...words]) {
        const listed = await directory.listFor(chatId);
        if (!listed.ok) return say(t('bot:error.unreachable'));
        const agent = listed.value[Number(number) - 1];
        if (!agent || words.length === 0) return say(t('bot:agents.howToRename'));
        const detail = { agent: agent.id };
        const noted = await audit.append({ what: 'agent.renamed', case: null, by: chatId, detail });
        if (!noted.ok) return say(t('bot:error.unreachable'));
        const renamed = await directory.rename(agent.id, words.join(' '));
        if (renamed.ok) return say(t('bot:agents.renamed', { old: agent.name, name: renamed.value.name }));
        const known = renamed.failure === 'store-unavailable';
        return say(t(known ? 'bot:error.unreachable' : 'bot:agents.howToRename'));
      },
    },
    buttons: {
      async h(call, [verb, word = '']) {
        const { chatId, role, say, t } = call;
        if (role !== 'admin') return say(t('bot:invite.onlyAdmins'));
        if (verb === 'page') return sayHouse(call, Number.parseInt(word, 10) || 0);
        const agent = verb === 'revoke' ? await directory.get(word) : ok(null);
        if (!agent.ok) return say(t('bot:error.unreachable'));
        if (!agent.value || agent.value.revoked) return say(t('bot:agents.gone'));
        const removed = await removeLaptop(chatId, word);
        if (!removed.ok) return say(t('bot:error.unreachable'));
        return say(t('bot:agents.revoked', { name: agent.value.name }));
      },

      async a(call, [verb = '', agentId = '', ...words]) {
        const { chatId, say, t } = call;
        const agent = await directory.get(agentId);
        if (!agent.ok) return say(t('bot:error.unreachable'));
        const mine = agent.value && !agent.value.revoked && agent.value.technicians.includes(chatId);
        const handler = Object.hasOwn(buttons, verb) ? buttons[verb] : undefined;
        if (!agent.value || !mine || !handler) return say(t('bot:agents.gone'));
        return handler(call, agent.value, words);
      },
    },
  };
}

function momentOf(time: number | null, { language, t }: Call): string {
  if (time === null) return t('bot:agents.never');
  return new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' }).format(time);
}
