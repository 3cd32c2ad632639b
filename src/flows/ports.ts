/**
 * All a flow may ask of the house. The bot implements it on the store, the label reader and the hub; flows know
 * neither. Answers are small and plain: the engine records them.
 */
import type { Language } from '../../locales/language.ts';
import type { CaseAction, CaseOrder, CaseOther, CaseRecord, CaseRefusal } from '../cases/case.ts';
import type { LabelFacts, LabelRefusal, LabelSource } from '../device/label.ts';
import type { PrintCertainty } from '../device/printed.ts';
import type { GroupAction, GroupRecord, GroupRefusal, NewMember } from '../groups/group.ts';
import type { ListedDevice, Wanted, Which } from '../groups/listed.ts';
import type { Result } from '../kernel/result.ts';
import type { FirmwareRow } from '../policy/catalogue.ts';
import type { RegionPack } from '../policy/region.ts';
import type { Waiting } from './engine/events.ts';

/** The house itself is out of order for the moment; what the technician did is not lost. */
export type HouseFailure = 'store-unavailable';
/** `unreadable`: the record of the case cannot be read, and trying again does not help. */
export type CaseFailure = HouseFailure | 'unreadable';
type Answer<T> = Promise<Result<T, HouseFailure>>;

export interface House {
  language(chatId: number): Promise<Language>;
  cases: CasePort;
  labels: LabelPort;
  agents: AgentPort;
  surveys: SurveyPort;
  groups: GroupPort;
  limits: LimitPort;
  region: RegionPort;
  firmware: FirmwarePort;
  notes: NotesPort;
  contacts: ContactPort;
  reports: ReportPort;
  handOvers: HandOverPort;
  misunderstood: MisunderstoodPort;
  announcements: AnnouncePort;
}

export interface CasePort {
  /** Opens a case at stage identify. */
  open(chatId: number): Answer<CaseRecord>;
  get(id: string): Promise<Result<CaseRecord | null, CaseFailure>>;
  /** What this technician stated about the order for an earlier device of the same visit; null: nothing. */
  orderOfVisit(chatId: number): Answer<CaseOrder | null>;
  /** The other devices named with a case that have had no case since. */
  untouched(id: string): Promise<Result<CaseOther[], CaseFailure>>;
  /** What was named together with this device in a case of the same visit and has had no case since. */
  namedBeside(chatId: number, shortSerial: string): Answer<CaseOther[]>;
  /** The latest open case of a chat about this device; null: none among its latest cases. */
  openAbout(chatId: number, shortSerial: string): Answer<CaseRecord | null>;
  /** Applies an action; the same action twice changes nothing the second time. */
  apply(
    id: string,
    action: CaseAction,
  ): Promise<Result<{ case: CaseRecord; refused: CaseRefusal | null }, CaseFailure>>;
}

/** A label and where on it that was read. Not certain: only a person may take the number for a serial. */
export interface FoundLabel {
  facts: LabelFacts;
  sources: readonly LabelSource[];
  isCertain: boolean;
}

/** What a photo showed, or why it could not be looked at. */
export type PhotoReading =
  | ({ kind: 'label' } & FoundLabel)
  /**
   * `picture`: key of a stored picture that shows which is where, numbered in this order. `more`: short serials of labels
   * beyond those.
   */
  | { kind: 'several'; labels: FoundLabel[]; more: string[]; picture: string }
  /** Read from print, the surest first. `picture`: key of a stored picture of those lines. */
  | { kind: 'printed'; labels: LabelFacts[]; certainty: PrintCertainty; picture: string | null }
  | { kind: 'refused'; reason: LabelRefusal; host?: string }
  | { kind: 'unreadable'; tip: 'too-dark' | 'too-small' | 'blurred' | 'glare' | 'no-time' | null }
  | {
      kind: 'rejected';
      reason:
        | 'too-large'
        | 'too-many-pixels'
        | 'not-an-image'
        /** HEIC, HEIF or AVIF, sent as a file. */
        | 'heif'
        | 'timeout'
        | 'busy'
        | 'crashed'
        | 'download-failed'
        /** Another photo came while this one was being read. */
        | 'superseded';
    };

export interface LabelPort {
  /**
   * Downloads a photo from Telegram and reads it. Nothing of the photo is kept, but for some minutes a picture that
   * a person needs for an answer: printed serial numbers to compare, or where each of several labels is. `quick`: only
   * what is read within seconds counts, and no picture is kept. `onPrint` hears when the print begins to be read, which
   * takes seconds.
   */
  read(
    chatId: number,
    fileId: string,
    how?: { quick?: boolean; onPrint?: () => void },
  ): Promise<Result<PhotoReading, HouseFailure>>;
  /** Deletes the picture of a reading; one that is gone is no failure. */
  forget(picture: string): Answer<void>;
}

export interface AgentView {
  id: string;
  name: string;
  online: boolean;
}

/** Why a job could not be given to an agent. */
export type JobRefusal =
  | 'agent-unknown'
  | 'agent-offline'
  /** It came back with a backup, and no admin has confirmed that yet. */
  | 'agent-paused'
  /** The agent on the laptop is of a version that does not know this job. */
  | 'agent-old'
  | 'not-yours'
  | 'not-seen-by-agent'
  | 'case-closed'
  | 'busy'
  /** Another technician works with this laptop. */
  | 'driven'
  /** The technician has to type their PIN first. */
  | 'needs-pin'
  /** On whose order the device is unbound was not stated. */
  | 'needs-order'
  /** The group of the case is stopped, paused, or at another device: first it has to go on. */
  | 'group-stopped'
  /** Another device of the group was sent a password, and nobody knows yet what came of it. */
  | 'group-open'
  /** The technician's unbinds of the day are used up. */
  | 'daily-limit';

/** A job was started (or was already running: starting is idempotent per case and kind), or why not. */
export type JobStart = { started: true; jobId: string } | { started: false; reason: JobRefusal };

export interface AgentPort {
  /** Agents this technician may use, those online first. */
  list(technicianId: number): Answer<AgentView[]>;
  /** Looks for the case's device on the agent's LAN. Ends in `discovered`, `job-failed` or `job-overdue`. */
  discover(caseId: string, agentId: string): Answer<JobStart>;
  /** Reads the unbind status. Ends in `status`, `job-failed` or `job-overdue`. */
  status(caseId: string): Answer<JobStart>;
  /**
   * Has the agent unbind the case's device, which it must have seen itself. Ends in `outcome`, `job-failed` or
   * `job-overdue`; on the way come `challenge`, `challenge-result` and `prompt`.
   */
  unbind(caseId: string, options: { afterLock: boolean }): Answer<JobStart>;
  /** Hands in the proof of an answer that was typed to the picture with this nonce. False: the case shows no such picture any more. */
  answerChallenge(caseId: string, nonce: string, proof: string): Answer<boolean>;
  /** Asks for another picture in the place of the one with this nonce. False as above. */
  refreshChallenge(caseId: string, nonce: string): Answer<boolean>;
  /** The technician waits on for the same: the alarm of the running job begins anew. */
  waitOn(caseId: string, waiting: Exclude<Waiting, 'picture'>): Answer<void>;
  /** Stops the running job if nothing dangerous was sent yet. */
  cancel(caseId: string): Answer<void>;
}

/** A part of a survey's list. */
export interface ListedPart {
  readonly devices: readonly ListedDevice[];
  /** Place of its first among those that are wanted, from 0. */
  readonly from: number;
  /** How many are wanted, of those how many say who they are, and how many a group goes all the way with. */
  readonly wanted: number;
  readonly named: number;
  readonly along: number;
  /** How many there are on the whole list, and of those how many are not known to be unbound. */
  readonly all: number;
  readonly bound: number;
}

/** What a laptop sees on its network, once somebody at it has allowed that it is sent for this visit. Kept for an hour. */
export interface SurveyPort {
  /**
   * Has a laptop ask for leave and look, or makes sure of the survey that is under way. Ends in `surveyed`, `survey-failed` or
   * `job-overdue`; on the way comes `prompt`, which says that somebody is being asked there.
   */
  begin(chatId: number, agentId: string): Answer<JobStart>;
  /** Stops the survey that is under way. */
  cancel(chatId: number): Answer<void>;
  /**
   * A part of the list of a survey, bound ones first. Null: it is kept no more.
   * @param survey its job
   * @param from place of the first, which is moved where the list is shorter
   */
  part(
    chatId: number,
    survey: string,
    which: Wanted & { from: number; most: number },
  ): Answer<ListedPart | null>;
  /**
   * Devices of the list as members of a group, in the order of `which`. Those without a serial number are none. Null: the list is
   * kept no more.
   */
  members(chatId: number, survey: string, which: Which): Answer<NewMember[] | null>;
}

/** A group as it is after what was asked of it. */
type GroupAnswer<R> = Answer<{ group: GroupRecord; refused: R | null } | null>;

export interface GroupPort {
  /**
   * Plans a group: nothing is begun. Refused where another one of this chat has begun and is not over: then it is that one. Null: of
   * that nothing can be read.
   */
  open(chatId: number, what: { agentId: string; members: readonly NewMember[] }): GroupAnswer<'open-group'>;
  /** Null: it is kept no more, or cannot be read. */
  get(id: string): Answer<GroupRecord | null>;
  /** The group of a chat that is not over. */
  of(chatId: number): Answer<GroupRecord | null>;
  /** Applies an action; the same action twice changes nothing the second time. Null: it is kept no more, or cannot be read. */
  apply(id: string, action: GroupAction): GroupAnswer<GroupRefusal>;
}

export interface LimitPort {
  /** How many devices a technician may still have unbound within the day; null: an admin has lifted the limit. */
  leftToday(chatId: number): Answer<number | null>;
  /** Asks the admins to lift it: so many devices are to be unbound. */
  askForMore(chatId: number, devices: number): Answer<void>;
}

export interface RegionPort {
  /** The operator's region pack: whom to write to, what is asked for, our advice. */
  pack(): Answer<RegionPack>;
}

export interface FirmwarePort {
  /** What the firmware catalogue has of a model; null: nothing. */
  of(model: string): Answer<FirmwareRow | null>;
}

/** What became of something that was to be kept with a case. */
export type Kept = 'kept' | 'too-large' | 'not-a-photo' | 'not-now' | 'download-failed' | 'too-many';

export interface NotesPort {
  /** Keeps the picture of a photo from Telegram with the case, without place and names. The same twice is kept once. */
  photo(caseId: string, fileId: string): Answer<Kept>;
  /** Keeps a text with the case, as it is. */
  text(caseId: string, text: string): Answer<Kept>;
  /** Stores a text as bytes under a key, to be sent as a file. */
  file(blob: string, content: string): Answer<null>;
}

/** How a technician is named, in his own words; null: he leaves it out. */
export interface ContactSaid {
  readonly name: string | null;
  readonly firm: string | null;
  readonly phone: string | null;
}

/** The same as it stands in letters and reports: with the operator's firm, where he has named one. */
export interface Contact extends ContactSaid {
  /** Sites of his latest reports, the latest first. */
  readonly sites: readonly string[];
}

export interface ContactPort {
  /** Null: he was never asked, or has had it forgotten. */
  get(chatId: number): Answer<Contact | null>;
  /** What is known without asking: his name in Telegram (may be empty), the operator's firm. */
  suggested(chatId: number): Answer<{ name: string; firm: string | null }>;
  keep(chatId: number, said: ContactSaid): Answer<null>;
  /** Remembers the site of a report, to offer it again. */
  keepSite(chatId: number, site: string): Answer<null>;
  /** Forgets all of it, the sites too. */
  forget(chatId: number): Answer<null>;
}

/** What a report is about: one case, or the cases of a day (ISO date). */
export type ReportScope = { readonly caseId: string } | { readonly day: string };

/** A report that was made. */
export interface MadeReport {
  /** Keys of its files, which are kept for a day. `pdf` is null where it could not be made. */
  readonly pdf: string | null;
  readonly table: string;
  /** Name of both files, without what tells their kind. */
  readonly name: string;
  readonly devices: number;
  /** There are more cases of that day than were looked at. */
  readonly isCut: boolean;
}

export interface ReportPort {
  /** What can be reported: the case of this id, else the latest (null: there is none with a device), and days, the latest first. */
  choices(
    chatId: number,
    caseId: string,
  ): Answer<{
    readonly atHand: { readonly id: string; readonly serial: string } | null;
    readonly days: readonly { readonly day: string; readonly isToday: boolean; readonly cases: number }[];
  }>;
  /** Makes a report in the chat's language. Null: none of these cases has a device. */
  make(chatId: number, scope: ReportScope, site: string | null): Answer<MadeReport | null>;
}

/** What became of offering a case to a colleague. */
export type Offered = 'offered' | 'at-work' | 'in-group' | 'closed' | 'nobody';

export interface HandOverPort {
  /** Who may be offered a case of this chat: everybody the operator has let in, by name. */
  colleagues(chatId: number): Answer<readonly { readonly id: number; readonly name: string }[]>;
  /** Asks a colleague to take a case; until they have accepted it is whose it was. A later offer replaces an earlier one. */
  offer(caseId: string, to: number): Answer<Offered>;
}

export interface MisunderstoodPort {
  /** Counts an answer that was not understood, by the name of its question and nothing else. */
  count(question: string): Answer<null>;
}

export interface AnnouncePort {
  /** How many people hear what this admin announces. */
  audience(by: number): Answer<number>;
  /** Begins to tell everybody; gives its id, or null where this is no admin (any more). */
  begin(by: number, text: string): Answer<string | null>;
}
