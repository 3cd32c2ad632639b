/** The jobs of a bot on a real hub, with a laptop whose every word a test chooses. What conversations would hear is kept. */
import { createAudit } from '../../../src/audit/trail.ts';
import { createAccess } from '../../../src/bot/door/access.ts';
import { createLimits, type Limits } from '../../../src/bot/door/limits.ts';
import { ALARMS, createAlarms } from '../../../src/bot/house/alarms.ts';
import { createProfiles, PROFILES } from '../../../src/bot/house/profiles.ts';
import {
  createDrivers,
  type Drivers,
  leavingLaptops,
  leavingWithGroups,
} from '../../../src/bot/jobs/drivers.ts';
import { keepingGroups } from '../../../src/bot/jobs/in-groups.ts';
import { createJobs, type Jobs } from '../../../src/bot/jobs/jobs.ts';
import { createDriveRule, createJobRules } from '../../../src/bot/jobs/may-start.ts';
import { type CaseDesk, createCaseDesk } from '../../../src/cases/desk.ts';
import type { HouseEvent } from '../../../src/flows/engine/events.ts';
import { createGroupDesk, type GroupDesk } from '../../../src/groups/desk.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { ok } from '../../../src/kernel/result.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import type { AgentCommand } from '../../../src/link/messages.ts';
import { createEpochs } from '../../../src/store/epoch.ts';
import type { Store } from '../../../src/store/store.ts';
import { type House, openHouse, pairedAgent, type TestAgent } from '../hub/house.ts';

export const ANN = 7;
export const ADMIN = 1;

export interface JobsHouse {
  readonly house: House;
  /** Ann's, online. */
  readonly laptop: TestAgent;
  readonly jobs: Jobs;
  readonly cases: CaseDesk;
  readonly groups: GroupDesk;
  readonly limits: Limits;
  readonly drivers: Drivers;
  readonly heard: HouseEvent[];
  /** Chats that cannot be told anything now. */
  readonly deaf: Set<number>;
  /** Commands of a kind in the laptop's mailbox. */
  commandsOf<T extends AgentCommand['type']>(type: T): Promise<Extract<AgentCommand, { type: T }>[]>;
  close(): Promise<void>;
}

export async function openJobsHouse(): Promise<JobsHouse> {
  const heard: HouseEvent[] = [];
  const deaf = new Set<number>();
  const house = await openHouse({ onEvent: (agentId, said) => parts.jobs.take(agentId, said) });
  const parts = jobsOn(house, house.store, { heard, deaf });
  const laptop = await pairedAgent(house, ANN);
  await laptop.poll();
  return {
    ...parts,
    house,
    laptop,
    heard,
    deaf,
    commandsOf: async <T extends AgentCommand['type']>(type: T) => {
      const { body } = await laptop.poll();
      return (body.commands as AgentCommand[]).filter(
        (command): command is Extract<AgentCommand, { type: T }> => command.type === type,
      );
    },
    close: () => house.close(),
  };
}

/** Jobs of one process: `store` may be cut off at any moment (support/mortal.ts). */
export function jobsOn(
  { hub, now: clock }: House,
  store: Store,
  { heard, deaf }: Pick<JobsHouse, 'heard' | 'deaf'>,
) {
  const log = createLog('silent', 'test');
  const audit = createAudit(store, clock);
  const access = createAccess({ store, audit, adminIds: [ADMIN, ANN], key: new Secret(new Uint8Array(32)) });
  const drivers = createDrivers(store, audit, clock);
  const groups = leavingWithGroups(createGroupDesk(store, audit, clock), drivers);
  const cases = leavingLaptops(keepingGroups(createCaseDesk(store, audit, clock), groups), drivers, groups);
  const limits = createLimits(store, audit, clock);
  const jobs = createJobs({
    store,
    cases,
    groups,
    mayStart: createJobRules({
      access,
      limits,
      drivers,
      groups,
      notices: { raise: async () => undefined },
      pinOpen: async () => ok(true),
    }),
    mayDrive: createDriveRule({ access, drivers }),
    onRefused: () => undefined,
    directory: hub.directory,
    desk: hub.desk,
    alarms: createAlarms(store.values(ALARMS), async () => true, clock, log),
    audit,
    clock,
    log,
    onUnproven: async () => undefined,
    onFlooding: async () => undefined,
    onLost: async () => undefined,
    epochs: createEpochs(store),
    technicianName: async () => 'Ann',
    language: async () => 'en',
    deliver: async (chatId, said, record) => {
      const recorded = await (record?.() ?? ok(null));
      if (!recorded.ok || deaf.has(chatId)) return { ok: false, failure: 'telegram-unreachable' };
      heard.push(said);
      return recorded;
    },
    access,
    profiles: createProfiles(store.values(PROFILES)),
    voice: { say: async () => 'told' },
    inTurn: async (_, task) => ok(await task({ remark: async () => false })),
  });
  return { jobs, cases, groups, limits, drivers };
}
