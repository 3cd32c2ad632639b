import type { InspectReport, InspectRequest } from './inspect/contract.ts';
import { siteOf } from './isapi/site.ts';
import type { HeadStart } from './network/head-start.ts';
import { type Hindrance, hindrances, type OddWay, oddInterface, oddWay } from './network/hindrances.ts';
import { type Lan, type LanNote, openLan } from './network/lan.ts';
import { chooseInterfaces, type Network, type SkipReason, type Survey } from './network/network.ts';
import { findOne } from './network/one-device.ts';
import { type FoundDevice, search } from './network/search.ts';
import { clean, type OwnSighting, toSighting, withStatus } from './network/sighting.ts';
import { type Watch, watchFor } from './network/watch.ts';
import type { StatusAnswer } from './sadp/reply.ts';
import { isAddressable } from './sadp/requests.ts';
import type { Tap } from './tap.ts';
import { FIND_MS } from './times.ts';
import type { Report, StatusReport, UnbindRequest } from './unbind/contract.ts';
import { attemptsOf } from './unbind/end.ts';
import { askStatus } from './unbind/status.ts';

export interface EngineSettings {
  /** State folder (home.ts); made when the first unbind needs it. */
  readonly home: string;
  readonly network: Network;
  /** The operator switched the experimental protocol 3.1 on (protocol/sadp.md 9). */
  readonly sadp31?: boolean;
  /** Watches the network for a recording. */
  readonly tap?: Tap;
  /** A search that has begun; the first one on every interface goes on with it. */
  readonly headStart?: HeadStart | null;
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
export type Sighting = OwnSighting & { readonly conflict?: true };

/** An interface, and why it was not searched where it was not. */
export type SearchedInterface = { readonly name: string; readonly address: string } & (
  | { readonly used: true }
  | { readonly used: false; readonly reason: SkipReason | 'failed' }
);

export interface DiscoveryReport {
  /** In the order of their first answers. */
  readonly devices: readonly Sighting[];
  /** What was searched and what was not, with the reason. */
  readonly interfaces: readonly SearchedInterface[];
  /** Whether the device of `until` answered; true without one. */
  readonly seen: boolean;
  /** Devices beyond the caps. */
  readonly omitted: number;
  /** Answers that came too fast to be looked at: somebody floods the network. */
  readonly dropped: number;
  /** Datagrams that this laptop has lost before the agent saw them. */
  readonly lost: number;
  readonly notes: readonly (LanNote | OddWay)[];
  /** What stood in the way of hearing the device of `until`; empty where it was heard. */
  readonly hindrances: readonly Hindrance[];
}

export interface StatusOptions {
  readonly shortSerial: string;
  readonly interfaces?: readonly string[];
  readonly signal?: AbortSignal;
  /** What stood in the way of finding it, or that the way to it is odd. */
  readonly onNote?: (note: Hindrance | OddWay) => void;
  /** Also asks its web server the one question that needs no login; the answer is for the tap. */
  readonly askActivation?: boolean;
}

/** What the agent can do to a LAN. Calls are independent of each other; each opens and closes its own sockets. */
export interface Engine {
  discover(options: DiscoverOptions): Promise<DiscoveryReport>;
  /** Finds the device and asks for its unbind status; no password, nothing changes on the device. */
  readStatus(options: StatusOptions): Promise<StatusReport>;
  /** At most one unbind datagram per call. One device at a time: a second call for it is refused as `busy`. */
  performUnbind(request: UnbindRequest): Promise<Report>;
  /** Reads over HTTP, with the admin password, what the device says of itself. Never beside an unbind of it. */
  performInspect(request: InspectRequest): Promise<InspectReport>;
}

/** The agent's engine for one state folder and one network. Making it touches neither. */
export function createEngine(settings: EngineSettings): Engine {
  let begun = settings.headStart ?? null;
  return {
    discover: async ({ waitMs, until = null, interfaces, signal }) => {
      const headStart = (interfaces ?? []).length === 0 ? begun : null;
      if (headStart) begun = null;
      const searched = async (lan: Lan, survey: Survey) => {
        const { devices, omitted, dropped, lost } = await search(lan, { waitMs, until, signal, headStart });
        const seen = until === null || devices.some(({ announcement }) => announcement.shortSerial === until);
        return {
          devices: devices.map(sightingOf),
          interfaces: reportInterfaces(lan, survey),
          seen,
          omitted,
          dropped,
          lost,
          notes: [...lan.notes, ...[...new Set(devices.map(({ via }) => via))].flatMap(oddInterface)],
          hindrances: seen ? [] : hindrances(lan, survey),
        };
      };
      if (!headStart) return withLan(settings, interfaces, searched);
      try {
        return await searched(headStart.lan, headStart.survey);
      } finally {
        headStart.lan.close();
      }
    },

    readStatus: async ({ shortSerial, interfaces, signal = new AbortController().signal, ...options }) =>
      withLan(settings, interfaces, async (lan, survey) => {
        const watch = watchFor(lan, shortSerial, signal);
        try {
          const report = await readStatus(settings, watch, { ...options, shortSerial, signal });
          if (report.status === 'not-found')
            for (const note of hindrances(lan, survey)) options.onNote?.(note);
          return { ...report, ...(await attemptsLeft(settings, shortSerial)) };
        } finally {
          watch.stop();
        }
      }),

    // Loaded when it is needed: discovery should be on the wire before journal and schemas are read.
    performUnbind: async (request) => {
      const [{ performUnbind }, { drivers }] = await Promise.all([
        import('./unbind/perform.ts'),
        import('./unbind/sadp-driver.ts'),
      ]);
      return performUnbind({ ...settings, drivers: drivers(settings.sadp31 ?? false) }, request);
    },

    performInspect: async (request) => {
      const { performInspect } = await import('./inspect/perform.ts');
      return performInspect(settings, request);
    },
  };
}

async function readStatus(
  settings: EngineSettings,
  watch: Watch,
  {
    shortSerial,
    signal,
    askActivation: alsoActivation = false,
    onNote,
  }: StatusOptions & { signal: AbortSignal },
): Promise<StatusReport> {
  const found = await findOne(watch.lan, watch, shortSerial, FIND_MS, signal);
  const stopped = () => (signal.aborted ? { stopped: true as const } : {});
  const device = found.ok ? found.value : found.failure.device;
  const seen = device && sightingOf(device);
  const ambiguous = (reason: NonNullable<StatusReport['reason']>) =>
    ({ shortSerial, status: 'unexpected', reason, device: seen }) as const;
  const not = found.ok ? null : found.failure.reason;
  if (not === 'ambiguous-device' || not === 'flooded') return ambiguous(not);
  if (!device || !seen) return { shortSerial, status: 'not-found', ...stopped(), device: null };
  for (const note of oddWay(device)) onNote?.(note);
  // Nothing is asked of it, so its silence says nothing; what follows for the unbind is the same.
  if (!isAddressable(device.announcement.mac)) {
    return { shortSerial, status: 'unanswered', reason: 'no-mac', device: withStatus(seen, null) };
  }
  const lostBefore = watch.lost();
  const { answer, route } = await askStatus(watch, { signal: watch.signal });
  if (watch.disputed() !== null) return ambiguous('ambiguous-device');
  // Who has seen the question to everybody may have answered it, and the device's own answer is among what was lost.
  const isAlone = answer !== null && route !== 'multicast';
  if (!isAlone && watch.lost() > lostBefore) return ambiguous('flooded');
  if (alsoActivation) await askActivation(settings, device, signal);
  if (answer === null) {
    return { shortSerial, status: 'unanswered', ...stopped(), device: withStatus(seen, null) };
  }
  return { shortSerial, ...statusOf(answer), device: withStatus(seen, answer) };
}

/** What the ledger knows; one that cannot be read knows nothing. */
async function attemptsLeft(
  { home }: EngineSettings,
  shortSerial: string,
): Promise<ReturnType<typeof attemptsOf>> {
  const { openLedger } = await import('./ledger.ts');
  const permission = await openLedger(home).permission(shortSerial, false);
  return permission.ok && 'attemptsLeft' in permission.value ? attemptsOf(permission.value.attemptsLeft) : {};
}

async function withLan<T>(
  { network, tap }: EngineSettings,
  wanted: readonly string[] | undefined,
  use: (lan: Lan, survey: Survey) => Promise<T>,
): Promise<T> {
  const all = network.survey();
  const chosen = chooseInterfaces(all, wanted);
  const survey = chosen.ok ? chosen.value : { used: [], skipped: all.skipped };
  const lan = await openLan(network, survey.used, tap);
  try {
    return await use(lan, survey);
  } finally {
    lan.close();
  }
}

async function askActivation(
  { network, tap }: EngineSettings,
  device: FoundDevice,
  signal = new AbortController().signal,
): Promise<void> {
  const site = siteOf(device, network.loopback, tap?.http);
  if (!site.ok) return;
  const { readActivation } = await import('./isapi/activation.ts');
  await readActivation(site.value, signal);
}

function sightingOf(device: FoundDevice): Sighting {
  return { ...toSighting(device), ...(device.conflict ? { conflict: true as const } : {}) };
}

function statusOf(answer: StatusAnswer): Pick<StatusReport, 'status' | 'word'> {
  if (answer.kind !== 'unexpected') return { status: answer.kind };
  return { status: 'unexpected', word: clean(answer.word, 64) ?? '' };
}

function reportInterfaces(lan: Lan, { used, skipped }: Survey): SearchedInterface[] {
  return [
    ...used.map((one) => {
      const { name, address, setAside } = one;
      if (setAside && !lan.asked.has(one)) return { name, address, used: false, reason: 'virtual' } as const;
      return lan.interfaces.includes(one)
        ? ({ name, address, used: true } as const)
        : ({ name, address, used: false, reason: 'failed' } as const);
    }),
    ...skipped.map(({ name, address, reason }) => ({ name, address, used: false as const, reason })),
  ];
}
