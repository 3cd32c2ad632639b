/**
 * What a laptop is told when it begins to work (whose it is, which agent is the newest), and what its people hear where it
 * speaks something that this bot does not. Nothing is updated by itself.
 */
import { htmlTextsFor } from '../../flows/engine/html.ts';
import type { AgentDirectory } from '../../hub/directory.ts';
import type { UnspokenLaptop } from '../../hub/routes.ts';
import type { HubAbout } from '../../link/messages.ts';
import type { Store } from '../../store/store.ts';
import type { Access } from '../door/access.ts';
import type { Profiles } from '../house/profiles.ts';
import type { Voice } from '../house/voice.ts';

export interface LaptopVersionsOptions {
  directory: Pick<AgentDirectory, 'get'>;
  access: Pick<Access, 'roleOf'>;
  profiles: Pick<Profiles, 'language' | 'name'>;
  voice: Pick<Voice, 'say'>;
  store: Pick<Store, 'claims'>;
  /** Telegram's name of the bot, without the @. */
  botUsername: string;
  /** The newest agent, and where a person gets it. */
  newestAgent: HubAbout['newest'];
}

export interface LaptopVersions {
  /** For the person at the laptop; null: not known now. */
  about(agentId: string): Promise<HubAbout | null>;
  /** Tells whose laptop was turned away for what it speaks; of one laptop once an hour. */
  unspoken(laptop: UnspokenLaptop): Promise<void>;
}

const HOUR_MS = 60 * 60_000;
/** People named to a laptop (link/messages.ts). */
const MOST_OWNERS = 20;

export function createLaptopVersions(options: LaptopVersionsOptions): LaptopVersions {
  const { directory, access, profiles, voice, store, botUsername, newestAgent } = options;
  const { address } = newestAgent;

  return {
    about: async (agentId) => {
      const agent = await directory.get(agentId);
      if (!agent.ok || !agent.value) return null;
      const names = await Promise.all(agent.value.technicians.slice(0, MOST_OWNERS).map(profiles.name));
      return {
        bot: botUsername,
        laptop: agent.value.name,
        owners: names.filter((name) => name !== ''),
        newest: newestAgent,
      };
    },

    unspoken: async (laptop) => {
      const agent = 'agentId' in laptop ? await directory.get(laptop.agentId) : null;
      if (agent && (!agent.ok || !agent.value)) return;
      const record = agent?.ok ? agent.value : null;
      const people = 'technicianId' in laptop ? [laptop.technicianId] : (record?.technicians ?? []);
      const who = 'agentId' in laptop ? laptop.agentId : `code:${laptop.technicianId}`;
      const first = await store.claims.once(`bot:unspoken:${who}:${laptop.speaks}`, HOUR_MS);
      if (first.ok && !first.value) return;
      for (const chatId of people) {
        const role = await access.roleOf(chatId);
        if (!role.ok || role.value === null) continue;
        const t = htmlTextsFor(await profiles.language(chatId));
        const text = record
          ? t(`bot:laptop.${laptop.speaks}`, { agent: record.name, address })
          : t(`bot:pair.${laptop.speaks}`, { address });
        await voice.say(chatId, text);
      }
    },
  };
}
