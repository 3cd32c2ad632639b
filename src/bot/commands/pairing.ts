/**
 * Pairing as the chat has it: /pair with all the laptop needs, the laptop that asks, and the number that is typed (docs/decisions/0024). One
 * pairing a technician at a time, so a number needs no name beside it.
 */
import type { Audit } from '../../audit/trail.ts';
import { htmlTextsFor } from '../../flows/engine/html.ts';
import type { AgentDirectory, PairingRequest } from '../../hub/directory.ts';
import type { Packages } from '../../hub/packages.ts';
import { PACKAGE_SYSTEMS, type PackageSystem } from '../../link/packages.ts';
import { isPairingNumber, readPairingNumber } from '../../link/pairing-number.ts';
import type { Access } from '../door/access.ts';
import { addressPictureKey } from '../house/address-picture.ts';
import type { Stranger } from '../house/notice.ts';
import type { Notices } from '../house/notices.ts';
import type { PackageFiles } from '../house/package-files.ts';
import type { Profiles } from '../house/profiles.ts';
import type { Told } from '../house/telegram.ts';
import type { Voice } from '../house/voice.ts';
import { pageAddress } from '../page/address.ts';
import type { Call, CommandSet } from './call.ts';

/** A laptop waits this long for its number, ms: as long as the code it came with is good (hub/pairing.ts). */
const WAIT_MS = 10 * 60_000;

export interface PairingCommandsOptions {
  voice: Pick<Voice, 'say'>;
  directory: AgentDirectory;
  access: Pick<Access, 'roleOf'>;
  profiles: Profiles;
  audit: Pick<Audit, 'append'>;
  notices: Pick<Notices, 'raise'>;
  /** Address agents dial; the page with the packages lies below it. */
  hubUrl: string;
  /** What is handed out; null: nothing, and the page says how else to come by the agent. */
  packages: Packages | null;
  packageFiles: Pick<PackageFiles, 'send'>;
}

export interface PairingCommands extends CommandSet {
  /** A laptop with a good code asks for its number. */
  requested(request: PairingRequest): Promise<void>;
}

export function createPairingCommands(options: PairingCommandsOptions): PairingCommands {
  const { voice, directory, access, profiles, audit, notices, hubUrl, packageFiles } = options;
  const address = pageAddress(hubUrl);
  const systems = options.packages?.list.packages.map(({ system }) => system) ?? [];

  async function sendFile({ chatId, say, t }: Call, system: PackageSystem): Promise<Told | undefined> {
    const sent = await packageFiles.send(chatId, system);
    if (!sent.ok) return say(t('bot:error.unreachable'));
    if (sent.value === 'sent') return undefined;
    return say(t(`bot:pair.file.${sent.value}`, { address }));
  }

  /** A number that decides: it is used up by this, whatever comes of it. */
  async function decide({ chatId, say, t }: Call, number: string): Promise<boolean> {
    const note = (agent: string, outcome: 'confirmed' | 'wrong-number') =>
      audit.append({ what: 'agent.paired', case: null, by: chatId, detail: { agent, outcome } });
    // Where it is; an agent is not seen anywhere before it polls.
    const waiting = await directory.pairingOf(chatId);
    if (!waiting.ok) return said(say(t('bot:error.unreachable')));
    const confirmed = await directory.confirmPairing(chatId, number, async (request) => {
      const noted = await note(request.agentId, 'wrong-number');
      if (!noted.ok) return noted;
      await notices.raise({ kind: 'laptop.wrong-number', laptop: strangerOf(request), person: chatId });
      return noted;
    });
    if (confirmed.ok) {
      const agent = confirmed.value.id;
      const noted = await note(agent, 'confirmed');
      if (!noted.ok) return said(say(t('bot:error.unreachable')));
      const address = waiting.value?.address ?? '';
      await notices.raise({ kind: 'laptop.paired', agent, address, by: chatId });
      const { name, host } = confirmed.value;
      // One that was paired before has its name already.
      const isApart = name.startsWith(host.name) && /^ \d+$/.test(name.slice(host.name.length));
      const done = t('bot:pair.done', { name });
      return said(say(isApart ? [done, t('bot:pair.apart', { name })].join('\n') : done));
    }
    switch (confirmed.failure) {
      case 'no-pairing':
        return false;
      case 'not-six-digits':
        return said(say(t('bot:pair.digits')));
      // Nothing was decided. Digits that cannot be the number are meant for somebody else.
      case 'no-laptop-yet':
        return isPairingNumber(number) && said(say(t('bot:pair.early')));
      case 'over':
        return isPairingNumber(number) && said(say(t('bot:pair.over')));
      case 'wrong-number':
        return said(say(t('bot:pair.wrong')));
      case 'store-unavailable':
        return said(say(t('bot:error.unreachable')));
    }
  }

  return {
    commands: {
      async pair({ chatId, say, sayOnce, t }) {
        const issued = await directory.issueCode(chatId);
        if (!issued.ok) return say(t('bot:error.unreachable'));
        const minutes = Math.round(issued.value.ttlMs / 60_000);
        const { code } = issued.value;
        const command = `unbind-agent pair ${code} --server ${hubUrl}`;
        return sayOnce(t('bot:pair.code', { address, code, minutes }), {
          picture: { blob: addressPictureKey(address) },
          copies: [
            [
              { text: t('bot:pair.button.address'), copy: address },
              { text: t('bot:pair.button.code'), copy: code },
            ],
            [{ text: t('bot:pair.button.command'), copy: command }],
          ],
          rows: systems.length > 0 ? [[{ text: t('bot:pair.button.file'), data: 'pf' }]] : [],
        });
      },
    },

    staying: {
      // The message with the code stays as it is: it is still needed.
      async pf(call) {
        const { say, t } = call;
        const [only, ...others] = systems;
        if (only === undefined) return say(t('bot:pair.file.none', { address }));
        if (others.length === 0) return sendFile(call, only);
        const rows = systems.map((system) => [{ text: t(`page:system.${system}`), data: `ps:${system}` }]);
        return say(t('bot:pair.file.which'), rows);
      },
    },

    buttons: {
      async ps(call, [word]) {
        const system = PACKAGE_SYSTEMS.find((one) => one === word);
        return system ? sendFile(call, system) : call.say(call.t('bot:pair.file.none', { address }));
      },

      async p({ chatId, say, t }, [verb, pairing]) {
        if (verb !== 'no' || pairing === undefined) return say(t('bot:pair.over'));
        const waiting = await directory.pairingOf(chatId);
        if (!waiting.ok) return say(t('bot:error.unreachable'));
        // Before it is done: after a crash in between, the laptop waits no more and could not be named.
        if (waiting.value?.pairing === pairing)
          await notices.raise({ kind: 'laptop.refused', laptop: strangerOf(waiting.value), by: chatId });
        const refused = await directory.refusePairing(chatId, pairing);
        if (refused.ok) return say(t('bot:pair.refused'));
        const unreachable = refused.failure === 'store-unavailable';
        return say(t(unreachable ? 'bot:error.unreachable' : 'bot:pair.over'));
      },
    },

    async text(call, text) {
      const number = readPairingNumber(text);
      if (number === null) return false;
      // An unbind shows pictures: digits that cannot be the number are the answer to one.
      if (call.controls.active()?.flow === 'lan-unbind' && !isPairingNumber(number)) return false;
      return decide(call, number);
    },

    async requested({ pairing, technicianId, host, address }) {
      const role = await access.roleOf(technicianId);
      if (!role.ok || role.value === null) return;
      const t = htmlTextsFor(await profiles.language(technicianId));
      const text = [
        t('bot:pair.confirm', { name: host.name, system: host.system, address }),
        t('bot:pair.warn'),
      ].join('\n\n');
      const notMine = { text: t('bot:pair.button.notMine'), data: `p:no:${pairing}` };
      await voice.say(technicianId, text, { rows: [[notMine]], goodForMs: WAIT_MS });
    },
  };
}

/** A laptop that is no agent, as notices name it. */
function strangerOf({ host, address }: PairingRequest): Stranger {
  return { name: host.name, system: host.system, address };
}

/** The message was this dialogue's own. */
async function said(saying: Promise<Told>): Promise<true> {
  await saying;
  return true;
}
