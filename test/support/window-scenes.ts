/** Every state of the agent's window, as what happens to an agent leads to it: for tests, and to be looked at. */
import type { Language } from '../../locales/language.ts';
import { type Check, finding } from '../../src/lan-agent/doctor/check.ts';
import { firewallCommands } from '../../src/lan-agent/doctor/firewall.ts';
import type { DiscoveryReport, Sighting } from '../../src/lan-agent/engine.ts';
import type { Attempt } from '../../src/lan-agent/journal.ts';
import type { AgentNews, JobAbout, JobEnd } from '../../src/lan-agent/news.ts';
import { describeConsent, describePlan, type ShownQuestion } from '../../src/lan-agent/prompt/prompt.ts';
import { textsFor } from '../../src/lan-agent/texts.ts';
import type { UnbindPlan, UnbindStage } from '../../src/lan-agent/unbind/contract.ts';
import {
  findingOf,
  firstScene,
  type OwnNews,
  type Scene,
  sceneAfter,
} from '../../src/lan-agent/window/scene.ts';

export const SERVER = 'https://unbind.example.org';
export const SERIAL = 'J50000062';
/** When everything here happens, ms. */
const NOW = Date.UTC(2026, 10, 29, 14, 5);

type News = AgentNews | OwnNews;

/** A laptop of the package that knows its server. */
export const NEW_LAPTOP: Scene = firstScene({
  system: 'win32',
  version: '1.4.0',
  laptop: 'NOTEBOOK-7',
  isTemporary: false,
  server: SERVER,
  paired: null,
});
const PAIRED: Scene = firstScene({ ...NEW_LAPTOP, paired: SERVER });

/** What a scene becomes by what happens, one after another. */
export function withNews(scene: Scene, ...news: readonly News[]): Scene {
  return news.reduce((before, one) => sceneAfter(before, one, NOW), scene);
}

const CONNECTED = withNews(
  PAIRED,
  { kind: 'started', server: SERVER },
  { kind: 'connected', server: SERVER },
);

export const CAMERA: Sighting = {
  shortSerial: SERIAL,
  fullSerial: 'DS-2CD2143G2-I20230117AAWRJ50000062',
  model: 'DS-2CD2143G2-I',
  kind: 'camera',
  firmware: 'V5.7.12 build 230117',
  mac: '44-19-B6-00-00-62',
  address: '192.168.1.64',
  subnetMask: '255.255.255.0',
  gateway: '192.168.1.1',
  interface: 'Ethernet',
  activated: true,
  lanUnbind: 'yes',
  bindStatus: 'bound',
  reachability: 'same-subnet',
  ezvizBrand: false,
  cloudEnabled: true,
};
const RECORDER: Sighting = {
  ...CAMERA,
  shortSerial: 'K20000011',
  model: 'DS-7608NI-K2/8P',
  kind: 'nvr',
  firmware: 'V3.4.104 build 190827',
  address: '192.168.1.70',
  lanUnbind: 'no',
  bindStatus: 'unknown',
};
const STRANGE: Sighting = {
  ...CAMERA,
  shortSerial: 'L30000007',
  model: 'DS-KV6113-WPE1(C)',
  kind: 'door-station',
  address: '192.168.1.80',
  announcedAddress: '192.0.0.65',
  reachability: 'other-subnet',
  bindStatus: 'not-bound',
  conflict: true,
};

const REPORT: DiscoveryReport = {
  devices: [CAMERA, RECORDER, STRANGE],
  interfaces: [
    { name: 'Ethernet', address: '192.168.1.20', used: true },
    { name: 'vEthernet (WSL)', address: '172.28.0.1', used: false, reason: 'virtual' },
    { name: 'Tailscale', address: '100.64.0.3', used: false, reason: 'vpn' },
  ],
  seen: true,
  omitted: 0,
  dropped: 0,
  lost: 0,
  notes: [],
  hindrances: [],
};
const NOBODY: DiscoveryReport = { ...REPORT, devices: [] };

const job = (what: Partial<JobAbout> = {}): JobAbout => ({
  id: '01JZ0000000000000000000000',
  task: 'unbind',
  origin: 'bot',
  shortSerial: SERIAL,
  technician: 'Пётр Монтажников',
  place: null,
  settles: false,
  ...what,
});
const BEGUN = { kind: 'job-begun', job: job() } as const;
const OWN = job({ origin: 'local', technician: null });
const SEARCH = job({ task: 'discover', origin: 'local', technician: null, shortSerial: null });
const stage = (name: UnbindStage): News => ({ kind: 'stage', jobId: BEGUN.job.id, stage: name });
const ended = (end: JobEnd, about: JobAbout = BEGUN.job): News => ({ kind: 'job-ended', job: about, end });
const unbound = (report: Partial<Extract<JobEnd, { kind: 'unbind' }>['report']>): JobEnd => ({
  kind: 'unbind',
  report: { shortSerial: SERIAL, outcome: 'unbound', verified: false, ...report },
});
/** A search of this laptop that has seen this. */
const searched = (report: DiscoveryReport): News[] => [
  { kind: 'job-begun', job: SEARCH },
  { kind: 'seen', jobId: SEARCH.id, report },
  ended({ kind: 'searched', found: true }, SEARCH),
];

export const PLAN: UnbindPlan = {
  shortSerial: SERIAL,
  fullSerial: CAMERA.fullSerial,
  model: CAMERA.model,
  address: CAMERA.address,
  announcedAddress: null,
  mac: CAMERA.mac ?? '',
  interface: 'Ethernet',
  driver: 'sadp-3.0',
  wireMac: null,
  askCable: false,
  attemptsLeft: 4,
  attemptsAssumed: false,
  technician: 'Пётр Монтажников',
  origin: 'bot',
};

/** A question as it is shown in a language. */
export function asking(language: Language, question: ShownQuestion): News {
  return { kind: 'asking', question: { ...question, language } };
}
const password = (language: Language, more: Partial<UnbindPlan> = {}) =>
  ({
    kind: 'password',
    model: describePlan({ ...PLAN, ...more }, textsFor(language)),
    complaint: null,
  }) as const;

const checks = (...found: readonly Check[]): News => ({
  kind: 'checked',
  findings: found.map(findingOf),
  firewall: firewallCommands('win32', 37_020, 'C:\\Users\\petr\\unbind-agent\\node.exe'),
});
const FINE = [
  finding('ok', 'agent:doctor.interfaces.ok', { names: 'Ethernet (192.168.1.20)' }),
  finding('ok', 'agent:doctor.port.free', { port: 37_020 }),
  finding('ok', 'agent:doctor.multicast.ok', { name: 'Ethernet', number: 3 }),
  finding('ok', 'agent:doctor.home.ok', { path: 'C:\\Users\\petr\\AppData\\Local\\unbind-agent' }),
  finding('ok', 'agent:doctor.crypto.ok'),
  finding('ok', 'agent:doctor.server.ok'),
];
const BLOCKED = finding('failed', 'agent:doctor.multicast.not-heard', { name: 'Ethernet', number: 0 });

const HISTORY: readonly Attempt[] = [
  attempt('06', { outcome: 'unbound', verified: true, technician: 'Пётр Монтажников', origin: 'bot' }),
  attempt('05', { outcome: 'wrong-password' }),
  attempt('04', { outcome: null }),
  attempt('03', { outcome: null, sent: false, shortSerial: 'L30000007' }),
  attempt('02', { outcome: 'read', task: 'reading', sent: false, shortSerial: 'K20000011' }),
  attempt('01', { outcome: 'not-carried-out', shortSerial: 'K20000011' }),
];
function attempt(id: string, what: Partial<Attempt>): Attempt {
  return {
    id,
    at: `2026-11-${20 + Number(id)}T09:30:00Z`,
    shortSerial: SERIAL,
    origin: 'local',
    technician: null,
    task: 'unbind',
    sent: true,
    outcome: null,
    verified: false,
    ...what,
  };
}

const known: News = { kind: 'history', attempts: HISTORY };
const atWork = withNews(CONNECTED, ...searched(REPORT), known, BEGUN, stage('discovering'), stage('status'));

/** Every state of the window, by its name; what is asked, in `language`. */
export function scenes(language: Language): Readonly<Record<string, Scene>> {
  const texts = textsFor(language);
  const asked = withNews(atWork, stage('password'), {
    kind: 'question',
    jobId: BEGUN.job.id,
    asks: 'password',
    state: 'shown',
    attemptsLeft: 4,
  });
  const confirmed = withNews(asked, {
    kind: 'question',
    jobId: BEGUN.job.id,
    asks: 'confirm',
    state: 'shown',
    attemptsLeft: 4,
  });
  const consent = (what: Parameters<typeof describeConsent>[0]) =>
    asking(language, { kind: 'consent', model: describeConsent(what, texts), complaint: null });
  return {
    code: NEW_LAPTOP,
    'code-and-server': { ...NEW_LAPTOP, server: null, system: 'linux' },
    'code-busy': withNews(NEW_LAPTOP, { kind: 'complaint', about: 'pair', what: 'busy' }),
    opening: withNews(NEW_LAPTOP, { kind: 'pairing-begun', server: SERVER, insecure: true, earlier: null }),
    number: withNews(NEW_LAPTOP, { kind: 'pairing-number', number: '123 456', expiresAt: NOW }),
    confirmed: withNews(NEW_LAPTOP, { kind: 'pairing-confirmed' }),
    'pair-refused': withNews(NEW_LAPTOP, {
      kind: 'pairing-ended',
      end: 'refused-in-chat',
      server: SERVER,
      spent: false,
    }),
    'pair-no-code': withNews(NEW_LAPTOP, {
      kind: 'pairing-ended',
      end: 'not-a-code',
      server: SERVER,
      spent: false,
    }),
    'pair-broken': withNews(NEW_LAPTOP, { kind: 'pairing-ended', end: 'reset', server: SERVER, spent: true }),
    connecting: PAIRED,
    connected: withNews(CONNECTED, known),
    away: withNews(CONNECTED, { kind: 'away', server: SERVER, reason: 'certificate-untrusted' }),
    revoked: withNews(CONNECTED, { kind: 'ended', end: 'revoked' }),
    'too-old': withNews(CONNECTED, { kind: 'ended', end: 'version-unsupported' }),
    damaged: withNews(CONNECTED, { kind: 'ended', end: 'damaged' }),
    alerts: {
      ...withNews(
        CONNECTED,
        { kind: 'key', state: 'waiting', mark: '🦊 🌵 🎈' },
        { kind: 'unwritable', code: 'ENOSPC' },
      ),
      whose: { bot: 'demo_bot', owners: ['Anna', 'Boris'] },
      newer: { version: '1.5.0', address: 'https://bot.example.org/agent' },
      isTemporary: true,
    },
    looking: withNews(CONNECTED, { kind: 'job-begun', job: SEARCH }),
    devices: withNews(NEW_LAPTOP, ...searched(REPORT)),
    'devices-paired': withNews(CONNECTED, ...searched({ ...REPORT, omitted: 2, lost: 5 }), known),
    'nobody-checking': withNews(NEW_LAPTOP, ...searched(NOBODY), { kind: 'checking' }),
    'nobody-blocked': withNews(CONNECTED, ...searched(NOBODY), checks(BLOCKED, ...FINE)),
    'nobody-by-rule': withNews(
      NEW_LAPTOP,
      ...searched(NOBODY),
      checks(...FINE, finding('failed', 'agent:doctor.rules.blocked')),
    ),
    'nobody-silent': withNews(NEW_LAPTOP, ...searched(NOBODY), checks(...FINE)),
    'nobody-silent-linux': withNews({ ...NEW_LAPTOP, system: 'linux' }, ...searched(NOBODY), checks(...FINE)),
    'nobody-mac': withNews(
      { ...NEW_LAPTOP, system: 'darwin' },
      ...searched(NOBODY),
      checks(
        finding('failed', 'agent:doctor.multicast.not-permitted', { name: 'en0', code: 'EHOSTUNREACH' }),
      ),
    ),
    'nobody-no-network': withNews(
      NEW_LAPTOP,
      ...searched({
        ...NOBODY,
        interfaces: [{ name: 'Ethernet', address: '', used: false, reason: 'down' }],
      }),
    ),
    'nobody-port': withNews(
      NEW_LAPTOP,
      ...searched({ ...NOBODY, notes: [{ kind: 'port-fallback' }] }),
      checks(finding('failed', 'agent:doctor.port.taken', { port: 37_020 })),
    ),
    checked: withNews(
      { ...CONNECTED, system: 'linux' },
      checks(
        ...FINE,
        finding('failed', 'agent:doctor.home.failed', { path: '/home/petr', code: 'ENOSPC' }),
        {
          ...finding('warning', 'agent:doctor.subnets.strict', { name: 'eth0' }),
          command: 'sudo sysctl -w net.ipv4.conf.eth0.rp_filter=2',
        },
        finding('ok', 'agent:doctor.pairing.not-paired'),
      ),
    ),
    working: atWork,
    picture: withNews(atWork, stage('challenge'), {
      kind: 'picture',
      jobId: BEGUN.job.id,
      state: 'wrong',
      triesLeft: 2,
      expiresAt: null,
    }),
    password: withNews(asked, asking(language, password(language))),
    'password-again': withNews(
      asked,
      asking(language, { ...password(language, { askCable: true }), complaint: 'not-ascii' }),
    ),
    meant: withNews(asked, asking(language, { kind: 'meant', model: describePlan(PLAN, texts) })),
    'one-press': withNews(confirmed, consent({ kind: 'unbind', plan: PLAN, group: { number: 3, of: 12 } })),
    survey: withNews(
      CONNECTED,
      { kind: 'job-begun', job: job({ task: 'survey', shortSerial: null }) },
      consent({ kind: 'survey', technician: 'Пётр Монтажников' }),
    ),
    sent: withNews(atWork, stage('sent')),
    'own-work': withNews(NEW_LAPTOP, ...searched(REPORT), { kind: 'job-begun', job: OWN }, stage('status')),
    timeout: withNews(
      asked,
      { kind: 'asking', question: null, end: 'timeout' },
      ended(unbound({ outcome: 'refused', reason: 'abandoned' })),
    ),
    unbound: withNews(atWork, stage('verifying'), ended(unbound({ verified: true }))),
    'own-unbound': withNews(
      NEW_LAPTOP,
      ...searched(REPORT),
      { kind: 'job-begun', job: OWN },
      stage('verifying'),
      ended(unbound({ verified: true }), OWN),
    ),
    unknown: withNews(
      NEW_LAPTOP,
      { kind: 'job-begun', job: OWN },
      stage('verifying'),
      ended(unbound({ outcome: 'unknown', reason: 'no-reply' }), OWN),
    ),
    'wrong-password': withNews(
      atWork,
      stage('sent'),
      ended(unbound({ outcome: 'wrong-password', attemptsLeft: 3 })),
    ),
    'after-lock': withNews(
      NEW_LAPTOP,
      { kind: 'job-begun', job: OWN },
      stage('ledger'),
      ended(unbound({ outcome: 'refused', reason: 'after-lock' }), OWN),
    ),
    'not-found': withNews(
      CONNECTED,
      BEGUN,
      stage('discovering'),
      { kind: 'noted', jobId: BEGUN.job.id, note: { kind: 'interface-skipped', name: 'Tailscale' } },
      ended(unbound({ outcome: 'not-found' })),
    ),
    'job-failed': withNews(atWork, ended({ kind: 'failed', reason: 'challenge-failed' })),
    status: withNews(
      NEW_LAPTOP,
      { kind: 'job-begun', job: job({ task: 'status', origin: 'local', technician: null }) },
      ended(
        { kind: 'status', report: { shortSerial: SERIAL, status: 'cloud-offline', device: CAMERA } },
        job({ task: 'status', origin: 'local', technician: null }),
      ),
    ),
    'no-serial': withNews(NEW_LAPTOP, { kind: 'complaint', about: 'status', what: 'not-a-serial' }),
    'support-sent': withNews(CONNECTED, { kind: 'support', sent: 'sent' }),
    'support-unsent': withNews(CONNECTED, {
      kind: 'support',
      sent: { reason: 'timeout', server: SERVER },
    }),
    forgotten: withNews(CONNECTED, { kind: 'forgotten' }),
    unpaired: withNews(CONNECTED, { kind: 'unpaired' }),
    stopping: withNews(atWork, { kind: 'over', over: 'stopping' }),
    stopped: withNews(CONNECTED, { kind: 'over', over: 'stopped' }),
  };
}
