/**
 * What the bot and the LAN agent say to each other (design: link). Every body that crosses the wire is parsed with
 * the schemas of this file on arrival; unknown fields are dropped, so that either side may be newer.
 *
 * Directions: a *command* goes bot -> mailbox -> agent (answer to a poll), an *event* goes agent -> bot (POST).
 * Both carry a ULID: a command's id is the mailbox cursor, an event's id makes its delivery idempotent.
 *
 * What is large of it is made when it is read with first (`z.lazy`): a bot answers people before laptops talk to it
 * (docs/decisions/0079).
 */
import * as z from 'zod';
import { once } from '../kernel/once.ts';
import { isSmallPng } from './picture.ts';

/** Version of the wire format; the agent sends it with every request, a hub that cannot speak it answers 426. */
export const LINK_VERSION = 3;

/**
 * What a paired laptop may speak: version 2 changed pairing alone and version 3 added `survey`, so one with an older agent
 * goes on. A field that came later is optional here, and missing from what an older agent sends.
 */
const spokenVersion = z.union([z.literal(1), z.literal(2), z.literal(LINK_VERSION)]);

/** What a laptop that is to be paired may speak: pairing has not changed since version 2. */
const pairingVersion = z.union([z.literal(2), z.literal(LINK_VERSION)]);

/** Largest body of events, and of an answer, bytes. A picture (base64) fits with room to spare. */
export const MAX_BODY_BYTES = 512 * 1024;
/** Largest body of any other request, bytes. */
export const MAX_SMALL_BODY_BYTES = 8 * 1024;

const id = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/);
const shortSerial = z.string().regex(/^(?:\d{9}|[A-Z]\d{8}|[A-Z]{2}\d{7})$/);
const text = (max: number) => z.string().max(max);

/** A device as the agent saw it on the LAN. The same object is printed by `unbind-agent discover`. */
export const deviceSighting = z.lazy(() =>
  z.object({
    shortSerial: shortSerial.nullable(),
    fullSerial: text(64).nullable(),
    model: text(64).nullable(),
    /** device/kinds, by model prefix first (protocol/isapi.md 2.3). */
    kind: text(32),
    /** As the device wrote it, for instance `V4.30.085 build 210222`. */
    firmware: text(64).nullable(),
    /** As announced: case and separators are the device's own (protocol/sadp.md 3). */
    mac: text(17).nullable(),
    /** Where its datagrams come from and everything is sent to; older agents: the announced one. */
    address: text(45),
    /** Only where the device announces another address than `address`; never from older agents. */
    announcedAddress: text(45).optional(),
    /** As announced, `0.0.0.0` where none is set; null when the device does not say, missing from older agents. */
    subnetMask: text(45).nullable().optional(),
    gateway: text(45).nullable().optional(),
    /** Name of the laptop's interface through which the device answered. */
    interface: text(64),
    activated: z.boolean().nullable(),
    lanUnbind: z.enum(['yes', 'no', 'unknown']),
    bindStatus: z.enum(['bound', 'not-bound', 'unknown']),
    /** `other-subnet`: the device answers multicast, but the address it has set is not of this interface's subnet. */
    reachability: z.enum(['same-subnet', 'other-subnet']),
    /** EZVIZ-branded by `EZVIZCode` or a `CS-` model; null when the device does not say. */
    ezvizBrand: z.boolean().nullable(),
    /** `HCPlatformEnable`; null when the device does not say. */
    cloudEnabled: z.boolean().nullable(),
  }),
);
export type DeviceSighting = z.infer<typeof deviceSighting>;

/** Answer to getUnbindStatus in our words (protocol/sadp.md 7), plus what can keep the question from being asked. */
export const unbindStatus = z.enum([
  'can-unbind',
  'not-bound',
  'cloud-disabled',
  'cloud-offline',
  'unanswered',
  'refused',
  'unexpected',
  'not-found',
]);
export type UnbindStatus = z.infer<typeof unbindStatus>;

/** How an unbind ended. `unknown` means the datagram may have worked and the status could not settle it. */
export const unbindOutcome = z.enum([
  'unbound',
  'accepted-unconfirmed',
  'unknown',
  'not-bound',
  'wrong-password',
  'denied',
  'locked',
  'not-found',
  'refused',
]);
export type UnbindOutcome = z.infer<typeof unbindOutcome>;

/** Result of one unbind, as printed by `unbind-agent unbind --json` and sent as the `outcome` event. */
export const unbindReport = z.lazy(() =>
  z.object({
    shortSerial,
    outcome: unbindOutcome,
    /** Why an outcome is what it is, a closed word such as `few-attempts`; always present for `refused`. */
    reason: text(64).optional(),
    /** Tries left by the device's own counter, 0 and up; never what the laptop assumes. */
    attemptsLeft: z.number().int().min(0).max(1000).optional(),
    /** Whole minutes until the lock ends. */
    lockMinutes: z.number().int().min(0).max(10_080).optional(),
    /** True: the device has not said `lockMinutes`; the laptop waits for them to be safe. */
    lockAssumed: z.boolean().optional(),
    /** True only when the device itself said afterwards that it is not bound. */
    verified: z.boolean(),
  }),
);
export type UnbindReport = z.infer<typeof unbindReport>;

/** The most devices of one site that are worked through one after another. */
export const MOST_IN_GROUP = 60;

/** An unbind's place in a group: devices of one site that one technician works through one after another. */
const groupPlace = z.lazy(() =>
  z.object({
    /** Of this run: another one at every start and every resume. What stopped one run says nothing about the next. */
    id,
    /** The technician says that all of its devices have one password: what is typed may be kept for the rest of the run. */
    samePassword: z.boolean(),
    /** Nothing of the run comes after this device. */
    last: z.boolean(),
    /** Which of how many this device is, for the person at the laptop. */
    number: z.number().int().min(1).max(MOST_IN_GROUP),
    of: z.number().int().min(1).max(MOST_IN_GROUP),
  }),
);

const command = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.object({ id, type: z.literal(type), jobId: id, expiresAt: z.number().int(), ...shape });

/** Commands for the agent. `jobId` names the job from its first command to its last event. `expiresAt`: ms, server clock. */
export const agentCommands = once(() => [
  /** Scan the LAN. Ends early when `until` has answered. */
  command('discover', { until: shortSerial.nullable(), waitMs: z.number().int().min(500).max(60_000) }),
  /**
   * List the devices of the LAN for the chat, once the person at the laptop has allowed it. Since version 3: an agent of
   * before cannot read an answer that has this command in it.
   */
  command('survey', {
    technician: text(64),
    /** What the question at the laptop speaks, as with `unbind`. */
    language: text(16),
    /** What was allowed for a visit is not asked again for it, for as long as the agent runs, and 12 hours at most. */
    visit: id,
    waitMs: z.number().int().min(500).max(60_000),
  }),
  /** Ask one device for its unbind status; read-only, no password. */
  command('status', { shortSerial }),
  /** Do one unbind. `permit` is single-use and bound to this agent, device and case. */
  command('unbind', {
    permit: text(64),
    shortSerial,
    technician: text(64),
    /** What the prompt speaks: a BCP 47 tag. A laptop that does not know it speaks English. */
    language: text(16),
    /** A person confirmed one careful try after a lock has run out. */
    afterLock: z.boolean(),
    /** Missing: the device stands alone. An agent of before version 3 asks for the password each time. */
    group: groupPlace.optional(),
  }),
  /**
   * What the person in the chat typed under the picture, as `pictureAnswerProof(nonce, typed)` of picture-answer.ts:
   * the typed text is neither stored nor sent.
   */
  command('challenge-answer', { challengeId: id, proof: text(64) }),
  /** Another picture, please. */
  command('challenge-refresh', { challengeId: id }),
  /**
   * Stop the job if nothing dangerous was sent yet. With the id of a group's run as `jobId`: nothing more of the run is
   * begun, and the password kept for it is forgotten; agents of before know no such job.
   */
  command('cancel', {}),
]);
export const agentCommand = z.lazy(() => z.discriminatedUnion('type', agentCommands()));
export type AgentCommand = z.infer<typeof agentCommand>;

/** End of the year 9999, ms. */
const LATEST = 253_402_300_799_999;

/** `at`: when it happened by the agent's clock, ms since 1970; for people, the house goes by its own. */
const event = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.object({ id, type: z.literal(type), jobId: id, at: z.number().int().min(0).max(LATEST), ...shape });

/** Interface of the laptop as discovery used or skipped it. */
export const interfaceReport = z.lazy(() =>
  z.object({
    name: text(64),
    address: text(45),
    used: z.boolean(),
    /** Closed word when not used, such as `virtual`, `vpn`, `down`. */
    reason: text(64).optional(),
  }),
);

/**
 * Why a laptop may not have heard a device, or that it heard it through an interface set aside by its name: words of
 * ours with the laptop's name of an interface, nothing else.
 */
export const hindranceReport = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.object({ kind: z.enum(['no-interface', 'port-fallback']) }),
    z.object({
      kind: z.enum(['interface-failed', 'send-failed', 'interface-skipped', 'found-set-aside']),
      name: text(64),
    }),
  ]),
);
export type HindranceReport = z.infer<typeof hindranceReport>;

/** Most hindrances an event tells of. */
export const MOST_HINDRANCES = 8;

/** Missing from older agents. One that cannot be read, as a newer agent's may be, does not cost the event. */
const hindrances = z.array(hindranceReport).max(MOST_HINDRANCES).optional().catch(undefined);

const devicesSeen = () => ({
  devices: z.array(deviceSighting).max(500),
  /** How many more there were: those nobody asked about, and those that do not fit. */
  omitted: z.number().int().min(0).max(100_000),
  interfaces: z.array(interfaceReport).max(64),
});

/** Events from the agent. */
export const agentEvent = z.lazy(() =>
  z.discriminatedUnion('type', [
    /** Where one device is looked for, `devices` holds that one and whatever else claims its serial number. */
    event('discovered', { ...devicesSeen(), hindrances }),
    /** Every device of the LAN, as the person at the laptop has allowed. */
    event('surveyed', { ...devicesSeen(), hindrances }),
    /** `hindrances`: with `not-found`. */
    event('status', {
      shortSerial,
      status: unbindStatus,
      device: deviceSighting.nullable(),
      hindrances,
      /** Tries left by the device's own words, as the laptop's ledger has them; null: not known. Missing from older agents. */
      attemptsLeft: z.number().int().min(0).max(1000).nullable().optional(),
    }),
    /** A picture for the chat. The answer never travels with it. */
    event('challenge', {
      challengeId: id,
      /** PNG, base64, at most 2000 pixels a side. */
      image: text(300_000).refine(isSmallPng),
      /** Key of the answer's proof (picture-answer.ts), base64url, fresh for every picture. */
      nonce: text(64),
      /** Ms since 1970, server clock. */
      expiresAt: z.number().int().min(0).max(LATEST),
      triesLeft: z.number().int().min(0).max(9),
    }),
    event('challenge-result', {
      challengeId: id,
      result: z.enum(['passed', 'wrong', 'expired']),
      triesLeft: z.number().int().min(0).max(9),
    }),
    /**
     * A question on the laptop: shown, answered, or left without an answer. Never anything about what was typed; older
     * agents do not say that it was.
     */
    event('prompt', {
      state: z.enum(['shown', 'typed', 'abandoned']),
      /** Of the device; null also with `survey`, which is about none. */
      attemptsLeft: z.number().int().min(0).max(1000).nullable(),
      /**
       * Missing: the password. `confirm`: one key, the group's password is at the laptop. `survey`: whether the list of
       * devices may be sent; a no is `abandoned`, the job's end says which.
       */
      asks: z.enum(['password', 'confirm', 'survey']).optional(),
    }),
    /** The unbind ended. Exactly one per `unbind` command that was accepted. `hindrances`: with `not-found`. */
    event('outcome', { report: unbindReport, hindrances }),
    /**
     * A command could not be carried out; `reason` is a closed word. Of a survey `survey-refused`, `survey-abandoned`,
     * `no-terminal`; of an unbind `group-stopped` where this run of its group has stopped at the laptop.
     */
    event('job-failed', { reason: text(64) }),
  ]),
);
export type AgentEvent = z.infer<typeof agentEvent>;

/** Who and where the agent is; shown in the chat before pairing is confirmed and in /agents. */
export const hostInfo = z.object({
  name: text(64),
  /** `linux`, `darwin`, `win32`. */
  system: text(32),
  agentVersion: text(32),
});
export type HostInfo = z.infer<typeof hostInfo>;

/** 32 bytes, base64url. */
const bytes32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/**
 * `POST /v1/pair`: the code, which names the technician and is used up by this. Pairing is in three steps, and their
 * order is what it stands on (docs/decisions/0024): the hub is bound, the laptop shows its key, the hub shows its own.
 */
export const pairRequest = z.object({ version: pairingVersion, code: text(32) });

/** The hub's commitment to its key and a nonce (pairing-number.ts). */
export const pairOpening = z.object({ pairing: id, commitment: bytes32 });
export type PairOpening = z.infer<typeof pairOpening>;

/** `POST /v1/pair/key` (unsigned: the key is not known yet; the body proves possession by `proof`). Answered once. */
export const pairKeyRequest = z.object({
  version: pairingVersion,
  pairing: id,
  /** Ed25519 public key, SPKI DER, base64url. */
  publicKey: text(128),
  nonce: bytes32,
  /** Ed25519 signature over all of this and the hub's commitment (signing.ts), base64url. */
  proof: text(128),
  host: hostInfo,
});
export type PairKeyRequest = z.infer<typeof pairKeyRequest>;

/** What the commitment was made from. Now both sides know the number; the person in the chat types the laptop's. */
export const pairAnswer = z.object({
  agentId: id,
  /** Ed25519 public key of the hub, SPKI DER, base64url: pinned by the agent; answers to pairing are signed with it. */
  hubKey: text(128),
  hubNonce: bytes32,
  expiresAt: z.number().int(),
});
export type PairAnswer = z.infer<typeof pairAnswer>;

/** `GET /v1/pair` (signed): has the person confirmed? Held open up to `HOLD_MS` (times.ts). */
export const pairState = z.object({ state: z.enum(['waiting', 'confirmed', 'refused', 'expired']) });
export type PairState = z.infer<typeof pairState>;

/** `POST /v1/poll` (signed). The cursor acknowledges every command up to it. Held open up to `waitMs` or `HOLD_MS`. */
export const pollRequest = z.object({
  version: spokenVersion,
  cursor: id.nullable(),
  waitMs: z.number().int().min(0).max(50_000),
  /** Start of this agent process (ULID): a newer epoch takes over, an older one is answered `superseded`. */
  epoch: id,
  host: hostInfo,
});
export type PollRequest = z.infer<typeof pollRequest>;

/** Whose a laptop is and what is newest, for the person at it. */
export const hubAbout = z.lazy(() =>
  z.object({
    /** Telegram's name of the bot, without the @. */
    bot: text(64),
    /** What the bot calls the laptop: another one may have its name. */
    laptop: text(64),
    /** Who may use it, as Telegram names them. */
    owners: z.array(text(64)).max(20),
    /** The newest agent there is, and where a person gets it. */
    newest: z.object({ version: text(32), address: text(300) }),
  }),
);
export type HubAbout = z.infer<typeof hubAbout>;

/** `about`: with the answer to a poll that is not held, as an agent's first one is. Missing from older hubs. */
export const pollAnswer = z.lazy(() =>
  z.object({
    commands: z.array(agentCommand).max(100),
    about: hubAbout.optional().catch(undefined),
  }),
);
export type PollAnswer = z.infer<typeof pollAnswer>;

/**
 * `POST /v1/goodbye` (signed): this process polls no more, so the agent is away at once. Agents of before fall silent
 * instead; a hub of before answers `bad-request`, which nobody minds.
 */
export const goodbyeRequest = z.object({ version: spokenVersion, epoch: id });
export type GoodbyeRequest = z.infer<typeof goodbyeRequest>;

export const goodbyeAnswer = z.object({});
export type GoodbyeAnswer = z.infer<typeof goodbyeAnswer>;

/** `POST /v1/events` (signed). Accepted ids are safe: the agent forgets them; others are sent again. */
export const eventsRequest = z.object({
  version: spokenVersion,
  epoch: id,
  events: z.array(agentEvent).min(1).max(50),
});
export type EventsRequest = z.infer<typeof eventsRequest>;

export const eventsAnswer = z.object({ accepted: z.array(id) });
export type EventsAnswer = z.infer<typeof eventsAnswer>;

/** `POST /v1/permit` (signed): trade a permit for the right to send one datagram. Answered once, ever. */
export const permitRequest = z.object({
  version: spokenVersion,
  permit: text(64),
  jobId: id,
  shortSerial,
});
export type PermitRequest = z.infer<typeof permitRequest>;
export const permitAnswer = z.object({ granted: z.boolean() });
export type PermitAnswer = z.infer<typeof permitAnswer>;

/**
 * `POST /v1/rotate` (signed with the key that counts): `publicKey` is to take its place once the owner says so in the
 * chat. Asked again it is answered how that stands, under the new key, too, once that counts.
 */
export const rotateRequest = z.object({
  version: spokenVersion,
  /** Ed25519 public key, SPKI DER, base64url. */
  publicKey: text(128),
  /** Ed25519 signature of the new key over `unbind-rotate\n` + agent id + `\n` + publicKey, base64url. */
  proof: text(128),
});
export type RotateRequest = z.infer<typeof rotateRequest>;
export const rotateAnswer = z.object({
  /** All that agents of link version 1 understand. */
  rotated: z.boolean(),
  state: z.enum(['rotated', 'waiting', 'refused']),
});
export type RotateAnswer = z.infer<typeof rotateAnswer>;

/** Longest file for support, characters: with every one of them escaped it still fits into a body. */
export const MOST_SUPPORT_CHARACTERS = 80_000;

/**
 * `POST /v1/support` (signed): what a laptop says of itself, for whoever helps its people; JSON as a text. It goes to
 * their chat, without a secret. A hub of before has no such route.
 */
export const supportRequest = z.object({ version: spokenVersion, bundle: text(MOST_SUPPORT_CHARACTERS) });
export type SupportRequest = z.infer<typeof supportRequest>;
/** `taken`: false where it is not what it should be, or nobody is there who could get it. */
export const supportAnswer = z.object({ taken: z.boolean() });
export type SupportAnswer = z.infer<typeof supportAnswer>;

/** Every refusal of the hub, each with one HTTP status. */
export const HUB_ERRORS = {
  'bad-request': 400,
  'bad-signature': 401,
  'unknown-agent': 401,
  'clock-skew': 401,
  'replayed-nonce': 409,
  superseded: 409,
  'code-unknown': 404,
  'not-confirmed': 403,
  revoked: 410,
  'too-large': 413,
  'version-unsupported': 426,
  'too-many-requests': 429,
  internal: 500,
  'store-unavailable': 503,
} as const;
export type HubErrorCode = keyof typeof HUB_ERRORS;
export const hubError = z.object({
  error: z.enum(Object.keys(HUB_ERRORS) as [HubErrorCode, ...HubErrorCode[]]),
  /** Seconds to wait before trying again, where that helps. */
  retryAfter: z.number().int().min(0).optional(),
});
