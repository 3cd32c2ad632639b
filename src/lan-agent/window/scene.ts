/**
 * What the window shows, as plain data: whoever redraws it needs nothing else. It changes by what happens to the agent
 * (news.ts), and by the few things that happen in the window alone. Nothing here holds a secret; the pairing code and
 * whatever is typed beside a serial number are not kept, either.
 */
import type { Language } from '../../../locales/language.ts';
import type { Check } from '../doctor/check.ts';
import type { DiscoveryReport, Sighting } from '../engine.ts';
import type { Attempt } from '../journal.ts';
import type { HubFailure } from '../link/hub-client.ts';
import type { KeyNews } from '../link/rotate.ts';
import type { AgentNews, JobAbout, JobEnd, Note, PairEnd, RunEnd } from '../news.ts';
import type { ShownQuestion } from '../prompt/prompt.ts';
import type { SendFailure } from '../support/send.ts';
import { textsFor } from '../texts.ts';
import type { UnbindStage } from '../unbind/contract.ts';

/** How it stands with a bot. */
export type Line =
  | { readonly is: 'unpaired' }
  /** Nothing is known of the server yet. */
  | { readonly is: 'connecting' | 'connected'; readonly server: string }
  | { readonly is: 'away'; readonly server: string; readonly reason: HubFailure['reason'] }
  /** The agent works for no bot until a person has done something. */
  | { readonly is: 'ended'; readonly end: Exclude<RunEnd, 'stopped'> };

/** A pairing on its way, or how the last one has failed. */
export type Pairing =
  | { readonly step: 'opening'; readonly server: string; readonly insecure: boolean }
  /** `number`: to be typed in the chat. `expiresAt`: ms since 1970, server clock. */
  | { readonly step: 'number'; readonly number: string; readonly expiresAt: number }
  /** The server says paired; the person is asked whether the chat says so, too. */
  | { readonly step: 'confirmed' }
  | {
      readonly step: 'failed';
      readonly end: Exclude<PairEnd, 'paired'>;
      readonly server: string | null;
      /** The code is good for no other try. */
      readonly spent: boolean;
    };

/** A question to the person at the laptop, in the language of whoever asked. */
export type Asked = ShownQuestion & { readonly language: Language };

/** A job, as far as it has come. */
export interface Work {
  readonly job: JobAbout;
  /** The last stage that has begun; null: none that is told. */
  readonly stage: UnbindStage | null;
  /** The picture code in the chat; null: none was shown. */
  readonly picture: {
    readonly state: 'shown' | 'passed' | 'wrong' | 'expired';
    readonly triesLeft: number;
  } | null;
  /** What is being asked at this laptop; null: nothing. */
  readonly asks: 'password' | 'confirm' | 'survey' | null;
  readonly notes: readonly Note[];
}

/** A job that has ended, with when (ms since 1970, this laptop's clock). */
export interface Ended extends Work {
  readonly end: JobEnd;
  readonly at: number;
}

/** One thing the doctor has found, in every language: who reads it may change. */
export interface Finding extends Omit<Check, 'sentence'> {
  readonly says: Readonly<Record<Language, string>>;
}

/** What is known of this laptop's own state. */
export interface Checkup {
  readonly is: 'none' | 'running' | 'done';
  readonly findings: readonly Finding[];
  /** Commands that let answers through the firewall; they need an administrator. */
  readonly firewall: readonly string[];
}

/** What a search has seen last. */
export interface Seen {
  readonly devices: readonly Sighting[];
  readonly report: Omit<DiscoveryReport, 'devices'>;
  readonly at: number;
}

/** How a question ended. `taken`, `cancelled`: by the person; the others by itself. */
export type QuestionEnd = 'taken' | 'cancelled' | 'timeout' | 'stopped' | 'forgotten';

/** Something that is over and has to be said once, until something else happens. */
export type Notice = Exclude<QuestionEnd, 'taken'> | 'unpaired';

/** What is wrong with a form that was sent; what was typed is not kept. */
export interface Complaint {
  readonly about: 'status' | 'unbind' | 'unpair' | 'search' | 'pair';
  readonly what: 'not-a-serial' | 'confirm-mismatch' | 'not-sure' | 'busy';
}

/** What became of the file for support that was to go to the chat. */
export type Sent = 'sending' | 'sent' | { readonly reason: SendFailure; readonly server: string };

/** All that the window shows. */
export interface Scene {
  readonly system: NodeJS.Platform;
  readonly version: string;
  /** This laptop's name, as the chat has it. */
  readonly laptop: string;
  /** The program was started out of an archive, into a folder that the system empties. */
  readonly isTemporary: boolean;
  /** The server of the package; null: the form asks for its address, too. */
  readonly server: string | null;
  readonly line: Line;
  readonly pairing: Pairing | null;
  readonly key: KeyNews | null;
  readonly work: Work | null;
  readonly question: Asked | null;
  /** The job before, until another one begins. */
  readonly ended: Ended | null;
  readonly notice: Notice | null;
  readonly complaint: Complaint | null;
  /** The system's code for why the state folder cannot be used; null: it can. */
  readonly unwritable: string | null;
  readonly seen: Seen | null;
  readonly checkup: Checkup;
  /** Null: nobody has wished to send it. */
  readonly support: Sent | null;
  /** The newest first; null: the journal cannot be read. */
  readonly history: readonly Attempt[] | null;
  /** Telegram's name of the bot, and who may use this laptop there; null: the server has not said. */
  readonly whose: { readonly bot: string; readonly owners: readonly string[] } | null;
  /** A newer version the hub knows, and where it is got; null: there is none, or nobody has said. */
  readonly newer: { readonly version: string; readonly address: string } | null;
  /** The agent goes away: nothing can be pressed any more. */
  readonly over: 'stopping' | 'stopped' | null;
}

/** What happens in the window alone; a job of its own is told as those of the chat are, with `local` as its origin. */
export type OwnNews =
  /** A question is there, or the same one anew with a complaint; null: none is any more, `end` says why. */
  | { readonly kind: 'asking'; readonly question: Asked | null; readonly end?: QuestionEnd }
  | { readonly kind: 'complaint'; readonly about: Complaint['about']; readonly what: Complaint['what'] }
  | { readonly kind: 'checking' }
  | {
      readonly kind: 'checked';
      readonly findings: readonly Finding[];
      readonly firewall: readonly string[];
    }
  | { readonly kind: 'history'; readonly attempts: readonly Attempt[] | null }
  | { readonly kind: 'support'; readonly sent: Sent }
  | { readonly kind: 'unpaired' }
  | { readonly kind: 'over'; readonly over: 'stopping' | 'stopped' };

const NOT_CHECKED: Checkup = { is: 'none', findings: [], firewall: [] };

/** The window before anything has happened. @param of.paired the server this laptop is paired with */
export function firstScene(
  of: Pick<Scene, 'system' | 'version' | 'laptop' | 'isTemporary' | 'server'> & {
    readonly paired: string | null;
  },
): Scene {
  const { paired, ...known } = of;
  return {
    ...known,
    line: paired === null ? { is: 'unpaired' } : { is: 'connecting', server: paired },
    pairing: null,
    key: null,
    work: null,
    question: null,
    ended: null,
    notice: null,
    complaint: null,
    unwritable: null,
    seen: null,
    checkup: NOT_CHECKED,
    support: null,
    history: [],
    whose: null,
    newer: null,
    over: null,
  };
}

/** The scene after something has happened. @param now ms since 1970, this laptop's clock */
export function sceneAfter(scene: Scene, news: AgentNews | OwnNews, now: number): Scene {
  switch (news.kind) {
    case 'pairing-begun': {
      const { server, insecure } = news;
      return { ...scene, notice: null, complaint: null, pairing: { step: 'opening', server, insecure } };
    }
    case 'pairing-number': {
      const { number, expiresAt } = news;
      return { ...scene, pairing: { step: 'number', number, expiresAt } };
    }
    case 'pairing-confirmed':
      return { ...scene, pairing: { step: 'confirmed' } };
    case 'pairing-ended': {
      const { end, server, spent } = news;
      if (end !== 'paired') return { ...scene, pairing: { step: 'failed', end, server, spent } };
      // The address of this pairing was told when it began.
      const known = scene.server ?? server;
      return known === null
        ? { ...scene, pairing: null }
        : { ...scene, pairing: null, line: { is: 'connecting', server: known } };
    }
    case 'started':
      return { ...scene, pairing: null, line: { is: 'connecting', server: news.server } };
    case 'connected':
      return { ...scene, line: { is: 'connected', server: news.server } };
    case 'whose': {
      const { bot, laptop, owners } = news;
      return { ...scene, laptop, whose: { bot, owners } };
    }
    case 'newer':
      return { ...scene, newer: { version: news.version, address: news.address } };
    case 'away':
      return { ...scene, line: { is: 'away', server: news.server, reason: news.reason } };
    case 'ended':
      return lineEnded(scene, news.end);
    case 'job-begun': {
      const work = { job: news.job, stage: null, picture: null, asks: null, notes: [] };
      return { ...scene, work, ended: null, notice: null, complaint: null, unwritable: null };
    }
    case 'stage':
      return atWork(scene, news.jobId, () => ({ stage: news.stage }));
    case 'noted':
      return atWork(scene, news.jobId, ({ notes }) => ({ notes: withNote(notes, news.note) }));
    case 'picture': {
      const { state, triesLeft } = news;
      return atWork(scene, news.jobId, () => ({ picture: { state, triesLeft } }));
    }
    case 'question':
      return atWork(scene, news.jobId, () => ({ asks: news.state === 'shown' ? news.asks : null }));
    case 'seen': {
      const seen = afterSearch(scene, news.jobId, news.report, now);
      // What kept it from hearing before may be out of the way.
      const checkup = seen.devices.length === 0 ? NOT_CHECKED : scene.checkup;
      return { ...scene, seen, checkup };
    }
    case 'job-ended':
      return jobEnded(scene, news.job, news.end, now);
    case 'key':
      return { ...scene, key: { state: news.state, mark: news.mark } };
    case 'forgotten':
      return { ...scene, notice: 'forgotten' };
    case 'unwritable':
      return { ...scene, unwritable: news.code };
    case 'asking': {
      const { question, end } = news;
      const notice = end === undefined || end === 'taken' ? null : end;
      return { ...scene, question, notice, complaint: null };
    }
    case 'complaint':
      return { ...scene, complaint: { about: news.about, what: news.what } };
    case 'checking':
      return { ...scene, complaint: null, checkup: { ...scene.checkup, is: 'running' } };
    case 'checked': {
      const { findings, firewall } = news;
      return { ...scene, checkup: { is: 'done', findings, firewall } };
    }
    case 'support':
      return { ...scene, support: news.sent };
    case 'history':
      return { ...scene, history: news.attempts };
    case 'unpaired':
      return {
        ...scene,
        line: { is: 'unpaired' },
        whose: null,
        pairing: null,
        key: null,
        notice: 'unpaired',
      };
    case 'over':
      return { ...scene, over: news.over, question: null };
  }
}

function lineEnded(scene: Scene, end: RunEnd): Scene {
  if (end === 'stopped') return scene;
  const line: Line = end === 'not-paired' ? { is: 'unpaired' } : { is: 'ended', end };
  return { ...scene, line, key: null };
}

function atWork(scene: Scene, jobId: string, change: (work: Work) => Partial<Work>): Scene {
  const { work } = scene;
  return work?.job.id === jobId ? { ...scene, work: { ...work, ...change(work) } } : scene;
}

/** The same about one job twice would hide what is new. */
function withNote(notes: readonly Note[], note: Note): readonly Note[] {
  const same = JSON.stringify(note);
  return notes.some((one) => JSON.stringify(one) === same) ? notes : [...notes, note];
}

function jobEnded(scene: Scene, job: JobAbout, end: JobEnd, now: number): Scene {
  const { work, seen } = scene;
  // Whom a search of the window has found stands among the devices.
  if (end.kind === 'searched' && job.origin === 'local') return { ...scene, work: null };
  const done = work?.job.id === job.id ? work : { job, stage: null, picture: null, asks: null, notes: [] };
  return {
    ...scene,
    // One that could not even be begun ends beside the one at work.
    work: done === work ? null : work,
    ended: { ...done, asks: null, end, at: now },
    seen: seen && { ...seen, devices: afterEnd(seen.devices, end) },
  };
}

/** A search for one device ends with it: who was seen before is still there. */
function afterSearch(scene: Scene, jobId: string, report: DiscoveryReport, now: number): Seen {
  const { devices, ...rest } = report;
  const wanted = scene.work?.job.id === jobId ? scene.work.job.shortSerial : null;
  const others =
    wanted === null ? [] : (scene.seen?.devices ?? []).filter((one) => !devices.some(isLike(one)));
  return { devices: [...devices, ...others], report: rest, at: now };
}

/** Its address may have changed since. */
function isLike({ shortSerial, mac }: Sighting): (other: Sighting) => boolean {
  return (other) => (shortSerial === null ? other.mac === mac : other.shortSerial === shortSerial);
}

/** What the end of a job says of a device's binding. */
function afterEnd(devices: readonly Sighting[], end: JobEnd): readonly Sighting[] {
  const learnt = learntFrom(end);
  if (learnt === null) return devices;
  const { shortSerial, ...told } = learnt;
  return devices.map((one) => (one.shortSerial === shortSerial ? { ...one, ...told } : one));
}

function learntFrom(end: JobEnd): (Pick<Sighting, 'shortSerial' | 'bindStatus'> & Partial<Sighting>) | null {
  switch (end.kind) {
    case 'status': {
      const { shortSerial, status } = end.report;
      if (status === 'can-unbind') return { shortSerial, bindStatus: 'bound', lanUnbind: 'yes' };
      if (status === 'not-bound') return { shortSerial, bindStatus: 'not-bound', lanUnbind: 'yes' };
      return null;
    }
    case 'unbind': {
      const { shortSerial, outcome, verified } = end.report;
      return verified || outcome === 'not-bound' ? { shortSerial, bindStatus: 'not-bound' } : null;
    }
    case 'searched':
    case 'failed':
      return null;
  }
}

/** What of a doctor's finding is kept. */
export function findingOf({ sentence, ...finding }: Check): Finding {
  return { ...finding, says: { en: sentence(textsFor('en')), ru: sentence(textsFor('ru')) } };
}

/** Why no device is listed; `looking`: somebody is still at it. `silent`: nothing stands in the way that could be found. */
export type Silence =
  | 'looking'
  | 'checking'
  | 'no-interface'
  | 'not-permitted'
  | 'blocked'
  | 'cannot-send'
  | 'port-taken'
  | 'silent';

/**
 * Why a search has found nobody. That nobody is there is never said: where the laptop could not hear, that is the
 * reason; where it cannot be told, `silent`, whose words name the firewall, too.
 */
export function silenceOf({ seen, work, checkup }: Pick<Scene, 'seen' | 'work' | 'checkup'>): Silence | null {
  if (seen !== null && seen.devices.length > 0) return null;
  if (work !== null && work.job.shortSerial === null) return 'looking';
  if (seen === null) return null;
  if (seen.report.interfaces.every(({ used }) => !used)) return 'no-interface';
  if (checkup.is !== 'done') return 'checking';
  const found = (detail: string, check = 'multicast') =>
    checkup.findings.some((one) => one.check === check && one.detail === detail);
  if (found('not-permitted')) return 'not-permitted';
  if (found('not-heard') || found('blocked', 'rules') || found('partly', 'rules')) return 'blocked';
  if (found('send-failed')) return 'cannot-send';
  if (found('taken', 'port')) return 'port-taken';
  return 'silent';
}
