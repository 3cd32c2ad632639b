import type { CaseDesk } from '../../cases/desk.ts';
import type { GroupDesk } from '../../groups/desk.ts';
import type { FirmwareCatalogue } from '../../policy/catalogue.ts';
import type { RegionPack } from '../../policy/region.ts';
import type { Announcements } from '../house/announcements.ts';
import type { Reminders } from '../house/reminders.ts';
import type { HandOvers } from '../jobs/hand-overs.ts';
import { type AdminCommandsOptions, createAdminCommands } from './admins.ts';
import { createAnnounceCommands } from './announce.ts';
import type { CommandSet } from './call.ts';
import { createCaseCommands } from './cases.ts';
import { type Commands, type CommandsOptions, createCommands } from './everyday.ts';
import { createHandOverCommands } from './hand-over.ts';
import { type AgentCommandsOptions, createAgentCommands } from './laptops.ts';
import { createLeavingCommands, type LeavingOptions } from './leaving.ts';
import { createOverviewCommands, type OverviewCommandsOptions } from './overview.ts';
import { createPairingCommands, type PairingCommands, type PairingCommandsOptions } from './pairing.ts';
import { createReminderCommands } from './reminder.ts';
import { createReopenCommands } from './reopen.ts';
import { createReportCommands } from './reports.ts';
import { createSiteCommands } from './site.ts';
import { createUnclearCommands, type UnclearCommandsOptions } from './unclear.ts';

type Options = Omit<CommandsOptions, 'more' | 'restGroup'> &
  PairingCommandsOptions &
  AgentCommandsOptions &
  AdminCommandsOptions &
  OverviewCommandsOptions &
  LeavingOptions &
  UnclearCommandsOptions & {
    cases: CaseDesk;
    groups: GroupDesk;
    announcements: Pick<Announcements, 'stopOne'>;
    handOvers: Pick<HandOvers, 'answer'>;
    reminders: Pick<Reminders, 'want'>;
    restored: CommandSet;
    region: RegionPack;
    catalogue?: FirmwareCatalogue;
  };

/** Every command, and every button outside conversations. */
export function createAllCommands(options: Options): {
  commands: Commands;
  /** A laptop with a good code asks for its number. */
  pairingRequested: PairingCommands['requested'];
} {
  const pairing = createPairingCommands(options);
  const site = createSiteCommands(options);
  const more = [
    pairing,
    site.commands,
    createCaseCommands(options.cases, options.region, options.catalogue),
    createReopenCommands(options),
    createAnnounceCommands(options.announcements),
    createHandOverCommands(options.handOvers),
    createUnclearCommands(options),
    createReminderCommands(options),
    createReportCommands(options.cases),
    createAgentCommands(options),
    createAdminCommands(options),
    createOverviewCommands(options),
    createLeavingCommands(options),
    options.restored,
  ];
  return {
    commands: createCommands({ ...options, more, restGroup: site.restGroup }),
    pairingRequested: pairing.requested,
  };
}
