/**
 * What an emulated device is: its unchanging profile, its state, its bad manners, and the handle a test or the demo
 * holds. Schemas and types only; the same schemas check the profile files and commands of the standalone runner.
 *
 * The emulator is written from the protocol documents alone and shares no code with the agent, so that one
 * misunderstanding cannot hide on both sides (protocol/sadp.md 18).
 */
import * as z from 'zod';

const ipv4 = z.ipv4();

/** How the web server challenges (protocol/isapi.md 5.2). */
const challengeStyle = z.enum([
  /** Digest, `qop` first, no `algorithm`, `stale="FALSE"`: cameras 5.x. */
  'camera',
  /** Digest and Basic in one header value: cameras in digest/basic mode. */
  'one-header',
  /** Digest and Basic in two headers, empty `opaque`, nonce with a colon: recorders. */
  'two-headers',
  /** RFC 2069 style, no `qop`. */
  'no-qop',
  /** One Digest challenge with `algorithm="SHA-256"`. */
  'sha-256',
  /** Two Digest headers, MD5 and SHA-256. */
  'md5-and-sha-256',
  /** Cameras of about 2014. */
  'basic-only',
]);

/** Manners of the web server; the defaults are those of a camera with firmware 5.7. */
const webManners = z.strictObject({
  challenge: challengeStyle.default('camera'),
  /** A nonce counts only for the path it was issued for (protocol/isapi.md 5.3, rule 6). */
  nonceBoundToPath: z.boolean().default(false),
  /** How many requests one nonce serves before `stale="TRUE"`; null = any number. */
  nonceUses: z.number().int().min(1).nullable().default(null),
  namespace: z.string().max(128).default('http://www.isapi.org/ver20/XMLSchema'),
  /** The `version` attribute of documents: 2.0 on cameras, 1.0 on recorders 3.x and 4.x. */
  version: z.enum(['1.0', '2.0']).default('2.0'),
  /** `bare`: the body of a 401 has no counters and no namespace, as on old recorders. */
  counters: z.enum(['full', 'bare']).default('full'),
  /** `lock` in captures, `locked` in the vendor's guide. */
  lockWord: z.enum(['lock', 'locked']).default('lock'),
  /** Newer firmware only; where it is missing, ISAPI cannot tell bound from not bound. */
  showsBindStatus: z.boolean().default(true),
  /** `isSupportEZVIZUnbind` in the network capabilities; null = absent, as on cameras and recorders. */
  unbindFlag: z.boolean().nullable().default(null),
  deviceType: z.string().max(64).default('IPCamera'),
  deviceName: z.string().max(132).default('IP CAMERA'),
  /** Shown by the EZVIZ document in clear text where set, as some firmware does: readers have to redact it. */
  verificationCode: z.string().max(12).default(''),
  /** `VerificationCodeModification` of the network capabilities: whether the code on the label still counts. */
  labelCode: z.enum(['original', 'changed', 'empty']).nullable().default(null),
  /** `offlineStatus` of the EZVIZ document while offline: 1 = the verification code was refused; null = absent. */
  offlineStatus: z.number().int().min(0).nullable().default(null),
  /** Paths this firmware does not know: 404, but only after the login. */
  unknownPaths: z.array(z.string()).default([]),
});

/** What does not change while a device runs. Everything invented; see profiles.ts for ready ones. */
const deviceProfile = z.strictObject({
  model: z.string().min(1).max(64),
  fullSerial: z.string().min(1).max(48),
  shortSerial: z.string().length(9),
  /** As announced: a request must repeat exactly this spelling (protocol/sadp.md 3). */
  mac: z.string().regex(/^[0-9A-Fa-f]{2}([-:][0-9A-Fa-f]{2}){5}$/),
  /** As announced, for instance `V4.62.210build 230727`. */
  firmware: z.string().max(64),
  dspVersion: z.string().max(64).nullable().default(null),
  /** Number of the vendor's type table in `DeviceType`. */
  deviceType: z.number().int().min(0).default(141945),
  /** The address the device binds: one of 127.0.0.0/8 in tests, a real one in the standalone runner. */
  address: ipv4,
  /** What the discovery reply claims instead of `address`: a device set up for another subnet. */
  announcedAddress: ipv4.nullable().default(null),
  subnetMask: ipv4.default('255.0.0.0'),
  gateway: ipv4.default('127.0.0.1'),
  /** 0 = any free port; null = no web server at all. The real port is announced in `HttpPort`. */
  httpPort: z.number().int().min(0).max(65_535).nullable().default(0),
  adminPassword: z.string().min(1).max(32),
  /** Name of the administrator on the web server; announced only with a `securityMode` other than `standard`. */
  userName: z.string().min(1).max(32).default('admin'),
  analogChannels: z.number().int().min(0).nullable().default(0),
  digitalChannels: z.number().int().min(0).nullable().default(1),
  /** `EZVIZCode`; null = element absent. */
  ezvizBrand: z.boolean().nullable().default(null),
  salt: z.string().max(64).default('a5'.repeat(32)),
  salt2: z.string().max(64).nullable().default(null),
  securityMode: z.enum(['standard', 'high-A', 'high-B', 'custom']).nullable().default(null),
  /** Wrong passwords until the lock, and its length (protocol/sadp.md 10.2). Shared by SADP and the web server. */
  lockTries: z.number().int().min(1).max(20).default(6),
  lockMinutes: z.number().int().min(1).max(120).default(30),
  web: webManners.prefault({}),
});
export type DeviceProfile = z.infer<typeof deviceProfile>;

/** What changes while a device runs. */
const deviceState = z.strictObject({
  /** Bound to a cloud account. */
  bound: z.boolean(),
  /** `disabled`: cloud access switched off; `offline`: on, but not registered (protocol/sadp.md 7). */
  cloud: z.enum(['online', 'disabled', 'offline']),
  activated: z.boolean(),
  /** Wrong passwords left until the lock. */
  triesLeft: z.number().int().min(0).max(20),
  /** End of the lock, ms of the LAN's clock; null = not locked. */
  lockedUntil: z.number().nullable(),
  /** False: off the network; it hears nothing and says nothing. */
  plugged: z.boolean(),
});
export type DeviceState = z.infer<typeof deviceState>;

/** `Types` of the requests a device knows. */
export const requestType = z.enum([
  'inquiry',
  'getUnbindStatus',
  'exchangecode',
  'ezvizUnbind',
  'exchangecode_v31',
  'ezvizUnbind_v31',
]);
export type RequestType = z.infer<typeof requestType>;

/** Deviations, each of them seen on devices or feared (protocol/sadp.md 3, 4, 17, 18). */
const quirks = z.strictObject({
  /** How the request's Uuid comes back. */
  uuid: z.enum(['echo', 'lower', 'braces']),
  /** Newer firmware ignores requests whose Uuid is not hexadecimal. */
  strictUuid: z.boolean(),
  /** False: no `MAC` element in replies to commands. */
  macInReplies: z.boolean(),
  /** False: no `MAC` element in discovery replies, so no command can be addressed to the device. */
  macInDiscovery: z.boolean(),
  /** How this firmware writes "false". */
  flagSpelling: z.enum(['false', 'flase']),
  /** `salt-first`: `Encrypt` and `Salt` before everything; `reversed`: all elements from the end. */
  elementOrder: z.enum(['usual', 'salt-first', 'reversed']),
  /** Where replies go: to the group, to the sender's address and port, both, or the sender's address and SADP's port. */
  replyBy: z.enum(['multicast', 'unicast', 'both', 'sadp-port']),
  /** Wait before every reply, ms. */
  replyDelayMs: z.number().min(0).max(600_000),
  /** Extra copies of every reply. */
  duplicateReplies: z.number().int().min(0).max(10),
  /** Before every true reply: "success" with a foreign Uuid, with another Types, and with a foreign MAC. */
  decoys: z.boolean(),
  /** Types whose replies are cut in the middle. */
  brokenXml: z.array(requestType),
  /** Discovery replies are filled with unknown elements to more than 4 KiB. */
  bigReply: z.boolean(),
  /** Discovery replies carry a Chinese text in GB18030 under a declaration that says UTF-8. */
  gb18030Name: z.boolean(),
  /** Requests sent to the device's own address are ignored; only group and broadcast are heard. */
  ignoresUnicast: z.boolean(),
  /** `supportEzvizUnbind`: its value, or `missing`. */
  lanUnbindFlag: z.union([z.boolean(), z.literal('missing')]),
  /** `EZVIZBindStatus`: the truth, always 0, or no element. */
  bindStatusField: z.enum(['actual', 'zero', 'missing']),
  /** `SADPVersion`; null = element absent. Decides which exchange the device accepts. */
  sadpVersion: z.enum(['3.0', '3.0,3.1', '3.0,3.1.1', '3.1']).nullable(),
  /** False: silence on `getUnbindStatus`, as firmware that does not know it. */
  answersStatus: z.boolean(),
  /** False: silence on the exchange and on the unbind. */
  answersUnbind: z.boolean(),
  /** Shape of a reply to the exchange. */
  exchangeReply: z.enum(['code', 'code-and-result', 'failed', 'empty']),
  /** How long the random text of an exchange is kept, ms. */
  exchangeLifeMs: z.number().min(0),
  /**
   * A second exchange reply with another random text. `from: null` sends it from the device's own address, else from
   * the address named, which has to exist on this machine.
   */
  spoofExchange: z
    .strictObject({
      from: ipv4.nullable(),
      order: z.enum(['before', 'after']),
      delayMs: z.number().min(0).max(60_000),
    })
    .nullable(),
  /** The unbind never arrives. */
  loseUnbindRequest: z.boolean(),
  /** The unbind is carried out, its reply is lost. */
  loseUnbindReply: z.boolean(),
  /** `failed` instead of `PasswordError`, without a counter. */
  failedForWrongPassword: z.boolean(),
  /** A right password is answered by `failed` as well, and nothing is unbound: the recorder of a field report. */
  neverUnbinds: z.boolean(),
  /** `PasswordError` and `locked` come without their numbers. */
  noCounter: z.boolean(),
  /** Name of the counter element (protocol/sadp.md 10.2). */
  counterName: z.enum(['RetryTimes', 'RetryModifyTime', 'RetryTime']),
  /** `success` at once, but the status says "bound" for this long, ms. */
  settleAfterMs: z.number().min(0).max(600_000),
  /** The next unbind makes the device restart, and none after it: no reply, deaf for `ms`, then a `Hello`. */
  rebootDuringUnbind: z
    .strictObject({ ms: z.number().min(0).max(600_000), executed: z.boolean() })
    .nullable(),
});
export type Quirks = z.infer<typeof quirks>;

/** A device with good manners: what every quirk is unless a spec says otherwise. */
export const NO_QUIRKS: Quirks = {
  uuid: 'echo',
  strictUuid: true,
  macInReplies: true,
  macInDiscovery: true,
  flagSpelling: 'false',
  elementOrder: 'usual',
  replyBy: 'multicast',
  replyDelayMs: 0,
  duplicateReplies: 0,
  decoys: false,
  brokenXml: [],
  bigReply: false,
  gb18030Name: false,
  ignoresUnicast: false,
  lanUnbindFlag: true,
  bindStatusField: 'actual',
  sadpVersion: '3.0',
  answersStatus: true,
  answersUnbind: true,
  exchangeReply: 'code',
  exchangeLifeMs: 60_000,
  spoofExchange: null,
  loseUnbindRequest: false,
  loseUnbindReply: false,
  failedForWrongPassword: false,
  neverUnbinds: false,
  noCounter: false,
  counterName: 'RetryTimes',
  settleAfterMs: 0,
  rebootDuringUnbind: null,
};

/**
 * Replies that replace the emulator's own, per request type: the nth request of a type gets the nth text, the last
 * one repeats, an empty list is silence. The content of `<Uuid>` is replaced by the request's. The state machine is
 * not run for such a request.
 */
const cannedReplies = z.partialRecord(requestType, z.array(z.string().max(65_507)));
export type CannedReplies = z.infer<typeof cannedReplies>;

const playedReply = z.strictObject({
  /** After the request, ms. */
  delayMs: z.number().min(0),
  /** To the group, or to whoever asked. */
  to: z.enum(['multicast', 'unicast']),
  /** One character a byte. */
  latin1: z.string().max(65_507),
  /** The Uuid in it, as it is spelt, where it repeats that of the request; null: it keeps its own. */
  uuid: z.string().nullable(),
  /** Number of the recorded `Code` in it; each number gets a cryptogram of its own. Null: it stays as recorded. */
  code: z.number().int().nullable(),
});
export type PlayedReply = z.infer<typeof playedReply>;

/**
 * What a recorded device sent (recording.ts); comes before `canned` and the quirks of replies. A request of a kind
 * that nobody recorded is answered by the emulator itself.
 */
const script = z.strictObject({
  requests: z.array(
    z.strictObject({
      types: requestType,
      /** When it was asked, ms after the unbind; null before it. */
      afterUnbindMs: z.number().min(0).nullable(),
      replies: z.array(playedReply),
    }),
  ),
  /** Whether an unbind was recorded. */
  hasUnbind: z.boolean(),
  /** Whether the device was not bound after it. */
  unbinds: z.boolean(),
});
export type Script = z.infer<typeof script>;

/** A device to be put on the emulated LAN. */
export const deviceSpec = z.strictObject({
  profile: deviceProfile,
  /** Missing: bound, online, activated, all tries left, on the network. */
  state: deviceState.partial().default({}),
  quirks: quirks.partial().default({}),
  canned: cannedReplies.default({}),
  script: script.nullable().default(null),
});
/** What a caller writes: everything with a default may be left out. */
export type DeviceSpec = z.input<typeof deviceSpec>;

/** What may be changed on a running device; names of state and quirks never collide. */
export const deviceChanges = z.strictObject({ ...deviceState.partial().shape, ...quirks.partial().shape });
export type DeviceChanges = z.infer<typeof deviceChanges>;

/** What has happened to a device since it was made. */
export interface DeviceCounters {
  inquiries: number;
  statusAsked: number;
  exchanges: number;
  /** Unbind datagrams that arrived, duplicates included. */
  unbindsReceived: number;
  /** Unbinds carried out: each one turned a bound device into one that is not. */
  unbindsExecuted: number;
  /** Passwords compared with the right one, over SADP and over HTTP; none while a lock runs. */
  passwordsTried: number;
  /** Those of them that were wrong. */
  passwordsWrong: number;
  /** Unbind envelopes that the sender of a spoofed exchange could have opened: a password given away. */
  passwordsLeaked: number;
  httpRequests: number;
  /** Requests with wrong credentials, or with any while locked. */
  httpAuthFailures: number;
  /** Anything but GET, and any request to the unbind address (protocol/isapi.md 3.2: never probed). */
  httpWrites: number;
}

export interface DeviceSnapshot extends DeviceState, DeviceCounters {
  shortSerial: string;
  address: string;
  /** Port of the web server; null without one. */
  httpPort: number | null;
  /** True while the device restarts and hears nothing. */
  restarting: boolean;
}

/** A running emulated device. */
export interface EmulatedDevice {
  readonly profile: DeviceProfile;
  snapshot(): DeviceSnapshot;
  /** Changes state or manners from the next request on. */
  set(changes: DeviceChanges): void;
  /** Calls back after every change of what `snapshot` shows; returns the way to stop. */
  onChange(listener: (snapshot: DeviceSnapshot) => void): () => void;
  /** Restarts: deaf for `ms`, then a `Hello` to the group. */
  restart(ms: number): void;
  /** Takes the device off the network. */
  close(): Promise<void>;
}
