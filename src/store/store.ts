import type { Result } from '../kernel/result.ts';
import type { Kind, Misfit } from './kind.ts';

/**
 * Where state lives. One `Store` is one place on disk (or, later, one Redis); whatever must be unique goes through
 * `claims`, never through get-then-set. test/contract/store/contract.ts holds every backend to this file.
 */

/**
 * Why the store could not do what was asked.
 * - `unavailable`: closed, not reachable, or the disk refused; trying again later may help.
 * - `corrupt`: the store's own files are damaged.
 * - `unreadable`: this one record is not what its kind says. It stays where it is and a copy is set aside; writing the
 *   same key again replaces it, and no other record is touched.
 * - `full`: the system says that the disk has no room, or the mailbox holds `MAILBOX_LIMIT` messages.
 * - `invalid`: a name outside 1..`MAX_NAME_BYTES`, or a value that JSON cannot carry.
 *
 * `detail` is for the log: it never contains a stored value.
 */
export interface StoreFailure {
  readonly reason: 'unavailable' | 'corrupt' | 'unreadable' | 'full' | 'invalid';
  readonly detail: string;
}

/**
 * Why a place was not opened as a store; a word for each sentence.
 * - `nothing`: there is no store, and none was to be made.
 * - `foreign`, `other-version`: a file of another program, or of another version of the engine.
 * - `header`, `cut-off`, `pages`: damaged; the file was not used.
 * - `not-a-folder`, `no-rights`, `read-only`, `no-room`, `broken-disk`: what the system says.
 * - `unreachable`, `wrong-password`, `forbidden`: a server that does not answer, lets nobody in with what the address says, or
 *   does not let its user do what is needed.
 * - `no-primary`: servers answer, and none of them may write.
 * - `evicts`, `no-memory`, `unsaved`: a server that forgets records when its memory is full, whose memory is full, or that
 *   cannot save.
 * - `old-server`, `taken-names`: a server of a version that lacks something, or with other programs' keys of our names.
 * - `other`: the `detail` says what.
 */
export type OpenProblem =
  | 'nothing'
  | 'foreign'
  | 'other-version'
  | 'header'
  | 'cut-off'
  | 'pages'
  | 'not-a-folder'
  | 'no-rights'
  | 'read-only'
  | 'no-room'
  | 'broken-disk'
  | 'unreachable'
  | 'wrong-password'
  | 'forbidden'
  | 'no-primary'
  | 'evicts'
  | 'no-memory'
  | 'unsaved'
  | 'old-server'
  | 'taken-names'
  | 'other';

export interface OpenFailure extends StoreFailure {
  readonly problem: OpenProblem;
  /** Where the store is: a path, or an address without what is secret in it. */
  readonly place: string;
  /** Of `cut-off` `bytes` and `needed`, of `pages` `damaged`; for the sentence. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** Records of one kind: values of a namespace (`value:<namespace>`), or what claims and mailboxes are made of. */
export interface KindLook {
  readonly kind: string;
  /** Expired ones that were not deleted yet are among them. */
  readonly records: number;
  /** Of those that were read: they are there, and nobody can read them. */
  readonly unreadable: number;
}

/** What a store is made of, as a look without opening it finds. */
export interface StoreLook {
  readonly place: string;
  /** Bytes. */
  readonly size: number;
  /** Why it would not be opened. What is counted below is then what can still be read. */
  readonly damage: OpenFailure | null;
  readonly kinds: readonly KindLook[];
}

export type Stored<T> = Promise<Result<T, StoreFailure>>;

/** A record as it leaves a store or comes into one, whatever the store is made of. */
export interface StoredRecord {
  /** Sort, namespace and key, or mailbox and id. */
  readonly key: readonly [sort: string, ...names: string[]];
  /** As record-text.ts has it; of one that cannot be read, whatever lay there. */
  readonly text: string;
}

/** Takes a record; false: it is enough, or cannot be taken. */
export type TakeRecord = (record: StoredRecord) => boolean | Promise<boolean>;

/** A store that is being made to take another one's place. */
export interface NewStore {
  readonly store: Store;
  /** Puts records where they lay in another store. Those whose time has run out meanwhile are swept later. */
  put(records: readonly StoredRecord[]): Stored<void>;
}

/** A record that was set aside, for the log: its names, never what is in it. */
export type Unreadable = Misfit & {
  /** Sort, namespace and key, or mailbox and id. */
  readonly key: readonly string[];
};

/** A copy of a record that could not be read. */
export interface SetAside {
  /** What it is called by: 16 hexadecimal digits. The same bytes, wherever they lay, have the same name. */
  readonly copy: string;
  /** Of the record: sort, namespace and key, or mailbox and id. */
  readonly key: readonly string[];
  readonly why: Misfit['why'];
  /** When it was set aside, and until when it is kept (null: for good), milliseconds since 1970. */
  readonly at: number;
  readonly expires: number | null;
}

/** Who hears what of a store's records. None of it keeps the store from being opened. */
export interface StoreHooks {
  /** At once: which of the newest records are no records any more. */
  onUnreadable?(kinds: readonly KindLook[]): void;
  /** While the store is in use: the engine met a damaged page. */
  onDamage?(failure: StoreFailure): void;
  /** Whenever a record is set aside because it cannot be read; once for each. */
  onSetAside?(record: Unreadable): void;
  /** Another primary answers (`Primary.term`), or the same one after a restart. */
  onNewTerm?(term: string): void;
  /** Whether the store can be reached, whenever that changes; once for each outage. `detail` says why not. */
  onReach?(reach: { readonly isReached: boolean; readonly detail: string }): void;
}

/** Longest namespace, key, claim name or mailbox name, bytes of UTF-8. */
export const MAX_NAME_BYTES = 512;

/** Messages one mailbox holds before `append` refuses with `full`. */
export const MAILBOX_LIMIT = 500;

/**
 * JSON values of one kind by key, checked when they are read; what an older version wrote comes as today's. A resolved
 * `set` or `delete` has been flushed to disk (within a task that gathers: `Store.together`). `undefined` inside a value is dropped, as JSON does.
 */
export interface Values<T> {
  /**
   * The value, or undefined when there is none or its time has run out. Fails with `unreadable` again and again until
   * the room that owns the record has put another one in its place: whether that may be is for the room to say.
   */
  get(key: string): Stored<T | undefined>;
  /** Stores the value for `ttlMs` milliseconds (more than 0), or for good. Afterwards it is deleted, not just hidden. */
  set(key: string, value: T, ttlMs?: number): Stored<void>;
  delete(key: string): Stored<void>;
  /** Deletes several keys in one commit. */
  deleteMany(keys: readonly string[]): Stored<void>;
  /**
   * Changes one value, and others of the namespace beside it, in one commit: all or nothing, whoever else writes.
   * `decide` sees the value as it is and says what takes its place for good, or null to leave everything; it is asked
   * again when somebody else was faster.
   * @returns whether anything was written
   */
  change(key: string, decide: (current: T | undefined) => ValuesChange<T> | null): Stored<boolean>;
  /**
   * As `change`, where something is written in any case and the caller need not know what: within a task (`together`) it is
   * decided when the task commits, in one commit with what else it has written. Until then the task does not see it, either.
   */
  amend(key: string, decide: (current: T | undefined) => ValuesChange<T>, how?: AmendHow): Stored<void>;
  /**
   * Keys that begin with `prefix` (all without one) in ascending order of their UTF-8 bytes. It costs what there are of
   * them: for commands of an operator, never for what somebody waits for (`page`).
   */
  keys(prefix?: string): Stored<string[]>;
  /** Keys of one page; it costs what `most` says, however many there are. */
  page(range: KeyRange): Stored<string[]>;
}

/** Some of a namespace's keys, in the order of their UTF-8 bytes. */
export interface KeyRange {
  /** All of them begin with it. */
  readonly prefix?: string;
  /** Those after, or before, this one, which need not be there; it is left out itself. */
  readonly after?: string;
  readonly before?: string;
  /** How many at most; 1 and up. */
  readonly most: number;
  /** From the last one down. */
  readonly descending?: boolean;
}

/** What `change` writes: the value, and others by their keys. */
export interface ValuesChange<T> {
  readonly value: T;
  readonly also?: Readonly<Record<string, T>>;
}

/** How `amend` writes the value. */
export interface AmendHow {
  /** For how long, milliseconds (more than 0); for good without it. */
  readonly ttlMs?: number;
  /** What lies there and cannot be read is as good as nothing, as it is to `set`. Without it the commit fails. */
  readonly anyway?: true;
}

/** Atomic claims: of any number of processes asking at once, exactly one is told yes. */
export interface Claims {
  /**
   * Takes the claim for `ttlMs` if nobody holds it. `fence` grows with every take of a name: whoever guards a
   * resource refuses a fence below the highest seen, so that a holder who overslept its time can do no harm.
   * Null when somebody holds it, the asker included.
   */
  take(name: string, ttlMs: number, owner: string): Stored<{ fence: number } | null>;
  /** Extends the owner's live claim to `ttlMs` from now; false when it is not (or no longer) the owner's. */
  renew(name: string, ttlMs: number, owner: string): Stored<boolean>;
  /** Gives the claim back. Nothing happens when it is not the owner's. */
  release(name: string, owner: string): Stored<void>;
  /**
   * Resolves when the claim may be free, `ms` have passed, the signal is aborted or the store closes. What another
   * process gives back is noticed within half a second. Take it afterwards.
   */
  wait(name: string, ms: number, signal: AbortSignal): Promise<void>;
  /**
   * True exactly once per name within `ttlMs`, whoever asks. Names here are apart from those of `take`.
   * @param joins it may be written with the next commit, as kinds that join are (kind.ts)
   */
  once(name: string, ttlMs: number, joins?: boolean): Stored<boolean>;
  /** Whether `once` has said yes to a name, and still remembers it. */
  wasSaid(name: string): Stored<boolean>;
}

/** A claim as the one has it who took it. */
export interface Held {
  readonly name: string;
  readonly owner: string;
  readonly fence: number;
}

/** `detail` of the `unavailable` that a write fails with whose claim is not its holder's any more. */
export const FENCED = 'fenced';

/**
 * What ends a wait before its time: an `AbortSignal`, or something smaller that does the same. There is a wait for every idle
 * agent, and a signal of node's is a third of what such an agent costs.
 */
export interface Ending {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: EndingListener): void;
  removeEventListener(type: 'abort', listener: EndingListener): void;
}

export interface EndingListener {
  handleEvent(): void;
}

export interface MailboxMessage<T> {
  /** ULID; ascending within a mailbox even when the clock goes back. */
  readonly id: string;
  readonly message: T;
}

/**
 * Mailboxes of one kind: ordered messages that wait for one reader. A reader's cursor is the id of the last message it
 * is done with.
 */
export interface Mailboxes<T> {
  /** Adds a message that lives `ttlMs`. Fails with `full` at `MAILBOX_LIMIT`: an old message is never pushed out. */
  append(box: string, message: T, ttlMs: number): Stored<string>;
  /** Up to `max` messages after the cursor, oldest first. One that is unreadable is set aside and leaves the box. */
  read(box: string, after: string | null, max: number): Stored<MailboxMessage<T>[]>;
  /**
   * Resolves when a message after the cursor may be there, `ms` have passed, the signal is aborted or the store
   * closes. Messages of other processes are noticed within half a second. Read afterwards.
   */
  wait(box: string, after: string | null, ms: number, signal: Ending): Promise<void>;
  /** Deletes everything up to and including the cursor. */
  ack(box: string, upTo: string): Stored<void>;
  /** Deletes every message; ids go on ascending. */
  clear(box: string): Stored<void>;
}

/** The one term of a store on the machine's own disk. */
export const ON_DISK = 'disk';

/** What stands behind a store: where several machines keep copies, one of them, which another may follow. */
export interface Primary {
  /**
   * Names the one that answers now: another one, or the same after a restart, has another name, because either may have
   * forgotten what it had acknowledged. A store on the machine's own disk forgets nothing: its name is always the same.
   */
  term(): Stored<string>;
  /** Whether all that was written before is safe: on disk, or with as many replicas as the operator wants. */
  settled(): Stored<boolean>;
}

export interface Store {
  /**
   * Whether other bots may have it open at the same time: order, timers and presence are then agreed on in it. Where it is
   * false, none of that costs anything.
   */
  readonly isShared: boolean;
  readonly primary: Primary;
  /**
   * Does a task under a claim that was taken. Whatever it writes to this store before it ends is refused (`unavailable`,
   * detail `FENCED`) once the claim is not its holder's any more, as one with the write: a holder that overslept can do no
   * harm. Within another such task both claims count. Renewing and giving back claims is always allowed.
   */
  guarded<T>(held: Held, task: () => Promise<T>): Promise<T>;
  /**
   * Does a task whose writes of kinds that gather (kind.ts) come to disk together: when it ends (it then resolves, or fails),
   * before it writes anything else, takes a claim or leaves a message, and whenever it asks for `flush`. Each time all of it is one
   * commit, done or not done. Until then only the task itself reads it. Once a commit has failed, whatever else the task asks of
   * the store fails. Within another such task, that one's writes are committed first. What goes on after the task has ended
   * writes at once.
   */
  together<T>(task: () => Promise<T>): Stored<T>;
  /**
   * Does a task that begins before something it rests on is on disk. `flush` within it resolves when that is, too, and so does
   * whatever others act on; where that was not taken, what the task asks of the store fails from then on.
   * @param written resolves when it is on disk
   */
  behind<T>(written: Stored<unknown>, task: () => Promise<T>): Promise<T>;
  /** Resolves when all that the running task has written is on disk: asked before anybody hears of it. */
  flush(): Stored<void>;
  /**
   * Lets the disk begin with what the running task has written, while it goes on: where it comes to a `flush` next, that waits
   * for less. What it writes afterwards is another commit.
   */
  begin(): void;
  /** Values of a kind: the same key in two kinds is two values. */
  values<T>(kind: Kind<T>): Values<T>;
  readonly claims: Claims;
  /** Mailboxes of a kind: boxes of the same name in two kinds are two boxes. */
  mailboxes<T>(kind: Kind<T>): Mailboxes<T>;
  /** Reads every record and names those that cannot be read, or are of none of these kinds. Changes nothing. */
  unreadable(kinds: readonly Kind<unknown>[]): Stored<Unreadable[]>;
  /** The copies that were set aside, oldest first. */
  aside(): Stored<SetAside[]>;
  /**
   * Erases copies by their names; all without any. The records stay: who reads one that still cannot be read sets a copy
   * aside again.
   * @returns how many there were
   */
  eraseAside(copies?: readonly string[]): Stored<number>;
  /** Ends waits, lets writes under way finish and closes. Later calls fail with `unavailable`. */
  close(): Promise<void>;
}
