import type { DeviceSighting, InterfaceReport } from '../link/messages.ts';
import { type Lan, type LanNote, openLan } from './network/lan.ts';
import { chooseInterfaces, type Network, type Survey } from './network/network.ts';
import { type FoundDevice, search } from './network/search.ts';
import { clean, toSighting, withStatus } from './network/sighting.ts';
import type { StatusAnswer } from './sadp/reply.ts';
import type { Report, StatusReport, UnbindRequest } from './unbind/contract.ts';
import { askStatus } from './unbind/status.ts';

const DISCOVER_MS = 10_000;

export interface EngineSettings {
  /** State folder (home.ts); made when the first unbind needs it. */
  readonly home: string;
  readonly network: Network;
  /** The operator switched the experimental protocol 3.1 on (protocol/sadp.md 9). */
  readonly sadp31?: boolean;
}

export interface DiscoverOptions {
  /** Total time, ms. */
  readonly waitMs: number;
  /** Short serial whose answer ends the search. */
  readonly until?: string | null;
  /** Interfaces to search on, by name or address; all usable ones by default. Unknown ones find nothing. */
  readonly interfaces?: readonly string[];
  readonly signal?: AbortSignal;
}

/** A sighting; `conflict` where others claim its serial number or it contradicts itself: nobody can say what is real. */
export type Sighting = DeviceSighting & { readonly conflict?: true };

export interface DiscoveryReport {
  /** In the order of their first answers. */
  readonly devices: readonly Sighting[];
  /** What was searched and what was not, with the reason. */
  readonly interfaces: readonly InterfaceReport[];
  /** Whether the device of `until` answered; true without one. */
  readonly seen: boolean;
  /** Devices beyond the caps. */
  readonly omitted: number;
  /** Datagrams that came too fast to be looked at: somebody floods the network. */
  readonly dropped: number;
  readonly notes: readonly LanNote[];
}

export interface StatusOptions {
  readonly shortSerial: string;
  readonly interfaces?: readonly string[];
  readonly signal?: AbortSignal;
}

/** What the agent can do to a LAN. Calls are independent of each other; each opens and closes its own sockets. */
export interface Engine {
  discover(options: DiscoverOptions): Promise<DiscoveryReport>;
  /** Finds the device and asks for its unbind status; no password, nothing changes on the device. */
  readStatus(options: StatusOptions): Promise<StatusReport>;
  /** At most one unbind datagram per call. One device at a time: a second call for it is refused as `busy`. */
  performUnbind(request: UnbindRequest): Promise<Report>;
}

/** The agent's engine for one state folder and one network. Making it touches neither. */
export function createEngine(settings: EngineSettings): Engine {
  const { network } = settings;
  return {
    discover: async ({ waitMs, until = null, interfaces, signal }) =>
      withLan(network, interfaces, async (lan, survey) => {
        const { devices, omitted, dropped } = await search(lan, { waitMs, until, signal });
        return {
          devices: devices.map(sightingOf),
          interfaces: reportInterfaces(lan, survey),
          seen: until === null || devices.some(({ announcement }) => announcement.shortSerial === until),
          omitted,
          dropped,
          notes: lan.notes,
        };
      }),

    readStatus: async ({ shortSerial, interfaces, signal }) =>
      withLan(network, interfaces, async (lan) => {
        const { devices } = await search(lan, {
          waitMs: DISCOVER_MS,
          until: shortSerial,
          lingerMs: 300,
          signal,
        });
        const device = devices.find(({ announcement }) => announcement.shortSerial === shortSerial);
        if (!device) return { shortSerial, status: 'not-found', device: null };
        const seen = sightingOf(device);
        if (device.conflict) return { shortSerial, status: 'unexpected', device: seen };
        const { answer } = await askStatus(lan, device, { signal });
        return { shortSerial, ...statusOf(answer), device: withStatus(seen, answer) };
      }),

    // Loaded when it is needed: discovery should be on the wire before journal and schemas are read.
    performUnbind: async (request) => {
      const [{ performUnbind }, { drivers }] = await Promise.all([
        import('./unbind/perform.ts'),
        import('./unbind/driver.ts'),
      ]);
      return performUnbind({ ...settings, drivers: drivers(settings.sadp31 ?? false) }, request);
    },
  };
}

async function withLan<T>(
  network: Network,
  wanted: readonly string[] | undefined,
  use: (lan: Lan, survey: Survey) => Promise<T>,
): Promise<T> {
  const all = network.survey();
  const chosen = chooseInterfaces(all, wanted);
  const survey = chosen.ok ? chosen.value : { used: [], skipped: all.skipped };
  const lan = await openLan(network, survey.used);
  try {
    return await use(lan, survey);
  } finally {
    lan.close();
  }
}

function sightingOf(device: FoundDevice): Sighting {
  return { ...toSighting(device), ...(device.conflict ? { conflict: true as const } : {}) };
}

function statusOf(answer: StatusAnswer | null): Pick<StatusReport, 'status' | 'word'> {
  if (answer === null) return { status: 'unanswered' };
  if (answer.kind !== 'unexpected') return { status: answer.kind };
  return { status: 'unexpected', word: clean(answer.word, 64) ?? '' };
}

function reportInterfaces(lan: Lan, { used, skipped }: Survey): InterfaceReport[] {
  return [
    ...used.map(({ name, address }) =>
      lan.interfaces.some((one) => one.address === address)
        ? { name, address, used: true }
        : { name, address, used: false, reason: 'failed' },
    ),
    ...skipped.map(({ name, address, reason }) => ({ name, address, used: false, reason })),
  ];
}
