/**
 * The HTTP side that agents talk to (design: pairing and the link), and the house's side of the same things:
 * `directory` knows the agents, `desk` gives them work, `onEvent` hears what came of it.
 */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { type Audit, createAudit } from '../audit/trail.ts';
import type { Log } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { AgentCommand, HubAbout, HubErrorCode } from '../link/messages.ts';
import { createEpochs } from '../store/epoch.ts';
import { createHolds, type Holds } from '../store/holds.ts';
import type { Store } from '../store/store.ts';
import { type AgentPage, agentPageRoutes, type PageLimits } from './agent-page.ts';
import { createAgents } from './agents.ts';
import { createAuthenticator } from './authenticate.ts';
import { createJobDesk, type JobDesk } from './desk.ts';
import { type AgentDirectory, createDirectory, type PairingRequest } from './directory.ts';
import type { Door } from './door.ts';
import { createGuesses } from './guesses.ts';
import { createKeyring } from './keys.ts';
import { type Certificate, createListener, type Listener } from './listener.ts';
import { createNonces } from './nonces.ts';
import type { Packages } from './packages.ts';
import { createPairingDesk } from './pairing.ts';
import { createPolls } from './polls.ts';
import { createPresence } from './presence.ts';
import type { ProxyNetwork } from './proxies.ts';
import { createRotations, type KeyRequest } from './rotation.ts';
import {
  type EventTaker,
  type HubLimits,
  hubRoutes,
  type SupportTaker,
  type UnspokenLaptop,
} from './routes.ts';

/** An office behind one address with twenty agents stays far below; a guesser does not get far. */
const LIMITS: HubLimits = {
  requests: { burst: 120, perSecond: 20 },
  agents: { burst: 60, perSecond: 10 },
  pairing: { burst: 10, perSecond: 1 / 20 },
  neighbourhood: { burst: 30, perSecond: 1 / 10 },
  guesses: { failures: 20, windowMs: 10 * 60_000 },
  connections: {
    total: 10_000,
    strangers: 512,
    perPrefix: 128,
    perAddress: 64,
    perAgent: 8,
    strangerMs: 10_000,
  },
};

/** A page with its pictures is five requests; a technician fetches one package, an office some at the same time. */
const PAGE_LIMITS: PageLimits = {
  visits: { burst: 60, perSecond: 1 },
  downloads: { total: 32, perPrefix: 12, perAddress: 6, leastBytes: 512 * 1024, everyMs: 120_000 },
};

/** After one alert about guessing there is none for this long, ms: where else it goes on is in the log. */
const ALERT_AGAIN_MS = 6 * 60 * 60_000;
/** How often it is looked who has fallen silent. */
const LOOK_EVERY_MS = 1_000;
/** Time for answers under way when the hub closes. */
const CLOSE_GRACE_MS = 3_000;

export interface HubOptions {
  store: Store;
  /** Where the hub notes what it does; the trail of the store where left out. */
  audit?: Pick<Audit, 'append'>;
  log: Log;
  /** What this process holds in a store that others share; its own where left out. */
  holds?: Holds;
  /** Milliseconds since 1970. */
  clock?: () => number;
  /**
   * Takes an event over, those of one job one after another, in whatever process they come; an event is acknowledged to the agent only after this resolved true. The same event may come
   * again. The agent is who it says it is, but whether the job is its own is for the taker to check.
   */
  onEvent: EventTaker;
  /** A laptop waits for its number to be picked in the technician's chat. */
  onPairing: (request: PairingRequest) => Promise<void>;
  /** An agent is there that was not. */
  onOnline?: (agentId: string) => void;
  /** One that was there is not any more: it said goodbye, or fell silent. */
  onOffline?: (agentId: string) => void;
  /** An agent polls from a neighbourhood (/24, /48) it was never seen in. Its first one is no news. */
  onNewAddress?: (agentId: string, address: string) => void;
  /** Two processes with one agent's key were at work; `address` is that of the one that goes on. */
  onTakenOver?: (agentId: string, address: string) => void;
  /** An agent asks for another key: its owner decides (`directory.decideKey`). */
  onKeyRequest?: (request: KeyRequest) => Promise<void>;
  /** So many wrong pairing codes came from a neighbourhood that it cannot pair for a while; told once in six hours. */
  onGuessing?: (prefix: string) => void;
  /** What is told to the person at a laptop when it begins to work; null: not known now. */
  about?: (agentId: string) => Promise<HubAbout | null>;
  /** A laptop speaks a version of the wire format (`LINK_VERSION`) that this hub does not, and was turned away. */
  onUnspoken?: (laptop: UnspokenLaptop) => void;
  /** Takes a file for support to the people of a laptop. */
  onSupport?: SupportTaker;
  /** PEM texts. Without them the hub speaks plain HTTP: for loopback, or behind a proxy that speaks TLS. */
  tls?: Certificate;
  /** Whose `X-Forwarded-For` to believe. Default: nobody. */
  proxies?: readonly ProxyNetwork[];
  /** A request was refused, for this reason. */
  onRefused?: (code: HubErrorCode) => void;
  /** An agent has fetched a command for the first time, so long after it was sent, ms. */
  onFetched?: (command: AgentCommand['type'], waitedMs: number) => void;
  /** Further routes for the same listener, such as a webhook. */
  plugins?: readonly FastifyPluginAsync[];
  /** What `GET /agent` shows, and the packages it offers; without it there is no such page. */
  agentPage?: { readonly page: AgentPage; readonly packages: Packages | null };
  pageLimits?: PageLimits;
  limits?: Partial<HubLimits>;
}

/** `bad-certificate`: certificate and key cannot be read or do not belong together. */
export type ListenFailure = 'address-in-use' | 'address-not-available' | 'not-permitted' | 'bad-certificate';

export interface Hub {
  readonly directory: AgentDirectory;
  readonly desk: JobDesk;
  /**
   * Begins to listen; port 0 takes a free one. Answers with the port it got. Who asks now waits until the hub answers (`serve`). Call
   * it once.
   */
  bind(address: {
    host: string;
    port: number;
  }): Promise<Result<{ host: string; port: number }, ListenFailure>>;
  /** Reads what answers, which takes longer than all else, and has it answer; after `close` nothing. Call it once, after `bind`. */
  serve(): Promise<void>;
  /** `bind`, and at once `serve`. */
  listen: Hub['bind'];
  /**
   * Watches over agents that another process saw last, which is gone: that they fall silent is told, too. Nothing comes of an agent
   * that is away already, nor of a store that does not answer: the next process that sees it tells.
   */
  adopt(): Promise<void>;
  /** Shows another certificate from now on. `bad-certificate`: it cannot be used, the old one stays. */
  useCertificate(certificate: Certificate): Result<void, 'bad-certificate'>;
  /** Answers held polls with nothing, lets requests under way finish (three seconds), and stops listening. */
  close(): Promise<void>;
}

/** Puts the hub together. It touches neither store nor network before it is asked to. */
export function createHub(options: HubOptions): Hub {
  const { store, log, onEvent, onPairing, clock = Date.now } = options;
  const { onOnline = () => undefined, onOffline = () => undefined } = options;
  const { onGuessing = () => undefined } = options;
  const { onRefused = () => undefined, onFetched = () => undefined } = options;
  const { onNewAddress = () => undefined, onTakenOver = () => undefined } = options;
  const { onKeyRequest = async () => undefined, onUnspoken = () => undefined } = options;
  const { about = async () => null, onSupport = async () => false } = options;
  const { audit = createAudit(store, clock), holds = createHolds(store) } = options;
  const keys = createKeyring(store);
  const agents = createAgents(store);
  const epochs = createEpochs(store);
  const presence = createPresence(store, clock, { onOnline, onOffline, onNewAddress, onTakenOver });
  const rotations = createRotations({ store, agents, audit, clock, log, onKeyRequest });
  const pairing = createPairingDesk({ store, agents, keys, clock, log, onPairing });
  const polls = createPolls({ store, agents, presence, onFetched, clock, log });
  const desk = createJobDesk({ store, agents, presence, epochs, audit, clock, log });
  const directory = createDirectory({ store, agents, pairing, rotations, presence, polls, log });
  const authenticator = createAuthenticator({ nonces: createNonces(store), agents, pairing, clock });
  const limits = { ...LIMITS, ...options.limits };
  const guesses = createGuesses(store, limits.guesses, clock);
  let alertedAt = Number.NEGATIVE_INFINITY;
  /** Once in a while, whichever process has found it out. */
  const tellsOfGuessing = async () => {
    if (clock() - alertedAt < ALERT_AGAIN_MS) return false;
    alertedAt = clock();
    if (!store.isShared) return true;
    const first = await store.claims.once('hub:guessing-told', ALERT_AGAIN_MS);
    return !first.ok || first.value;
  };
  /** What a paused laptop reports stays with it until an admin has confirmed who came back. */
  const takeEvent: typeof onEvent = async (agentId, event) => {
    const agent = await agents.find(agentId);
    const paused = agent.ok && agent.value ? await epochs.isPaused(agent.value.createdAt) : null;
    if (paused?.ok !== true || paused.value) return false;
    const taken = await holds.within(`job:${event.jobId}`, () => onEvent(agentId, event));
    return taken.ok && taken.value;
  };
  const routesBehind = (door: Door) =>
    hubRoutes({
      store,
      keys,
      authenticator,
      door,
      pairing,
      guesses,
      tellsOfGuessing,
      polls,
      desk,
      rotations,
      onEvent: takeEvent,
      onGuessing,
      about,
      onUnspoken,
      onRefused,
      onSupport,
      clock,
      limits,
      log,
    });
  let listener: Listener | undefined;
  let app: FastifyInstance | undefined;
  let serving: Promise<void> | undefined;
  let isClosed = false;
  let looking: NodeJS.Timeout | undefined;

  const bind: Hub['bind'] = async ({ host, port }) => {
    try {
      listener = createListener({ ...options, connections: limits.connections });
      return ok({ host, port: await listener.listen({ host, port }) });
    } catch (error) {
      const failure = listenFailure(error);
      if (failure) return fail(failure);
      throw error;
    }
  };

  async function answerWith(bound: Listener): Promise<void> {
    const { createServer } = await import('./server.ts');
    const { door } = bound;
    app = createServer(bound);
    await app.register(async (others) => {
      // What a plugin lets in before a body is received has shown a secret of its own.
      others.addHook('preParsing', async ({ raw }) => door.admit(raw.socket, null));
      for (const plugin of options.plugins ?? []) await others.register(plugin);
    });
    if (options.agentPage)
      await app.register(
        agentPageRoutes({
          ...options.agentPage,
          door,
          limits: options.pageLimits ?? PAGE_LIMITS,
          clock,
          log,
        }),
      );
    await app.register(routesBehind(door));
    app.addHook('preClose', async () => polls.close());
    await app.ready();
    polls.open();
    looking = setInterval(presence.look, LOOK_EVERY_MS).unref();
    bound.answerWith(app.routing);
  }

  const serve: Hub['serve'] = async () => {
    if (isClosed) return;
    if (!listener) throw new Error('the hub has no place to answer at: bind comes first');
    serving = answerWith(listener);
    await serving;
  };

  return {
    directory,
    desk,
    bind,
    serve,
    listen: async (address) => {
      const bound = await bind(address);
      if (bound.ok) await serve();
      return bound;
    },
    adopt: async () => {
      const all = await agents.list();
      if (all.ok) await presence.adopt(all.value.map(({ id }) => id));
    },
    useCertificate: (certificate) => {
      try {
        listener?.useCertificate(certificate);
        return ok(undefined);
      } catch (error) {
        if (listenFailure(error) === 'bad-certificate') return fail('bad-certificate');
        throw error;
      }
    },
    close: async () => {
      isClosed = true;
      const impatient = setTimeout(() => listener?.cut(), CLOSE_GRACE_MS);
      // Told to end while it was read what answers: nothing is armed after it, and nobody waits for an answer.
      if (serving) await serving.catch(() => undefined);
      else listener?.cut();
      clearInterval(looking);
      polls.close();
      await app?.close();
      await listener?.close();
      clearTimeout(impatient);
    },
  };
}

function listenFailure(error: unknown): ListenFailure | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EADDRINUSE') return 'address-in-use';
  // No address of this machine: not configured here, of a family that is off, or a name nobody resolves.
  if (/^(EADDRNOTAVAIL|EAFNOSUPPORT|ENOTFOUND|EAI_.+)$/.test(code)) return 'address-not-available';
  if (code === 'EACCES' || code === 'EPERM') return 'not-permitted';
  return code.startsWith('ERR_OSSL') || code.startsWith('ERR_TLS') ? 'bad-certificate' : null;
}
