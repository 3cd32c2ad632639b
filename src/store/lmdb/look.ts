/**
 * A look at the store's data file before the engine has it: the engine maps the file into memory and believes what it
 * reads, so that a file cut off or a damaged page ends the whole process (SIGBUS) where nobody can say why. Here the
 * file is read in the ordinary way. Nothing is changed.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { isReadable } from '../record-text.ts';
import type { KindLook } from '../store.ts';
import {
  type Branch,
  beginsValue,
  DATA_VERSION,
  HEADER_BYTES,
  type Leaf,
  listsPages,
  META_BYTES,
  type Meta,
  type Page,
  readMeta,
  readPage,
  readTree,
} from './format.ts';

/** What is wrong with a data file as a whole: the engine must not have it. */
export type Damage =
  /** Not a file of the engine. */
  | { readonly problem: 'foreign' }
  /** Written by another version of the engine. */
  | { readonly problem: 'other-version' }
  /** One of the two header pages cannot be read. */
  | { readonly problem: 'header' }
  /** Bytes there are, and how many there were when the last page was written. */
  | { readonly problem: 'cut-off'; readonly bytes: number; readonly needed: number }
  /** Pages of which something is wrong, `first` of them in the file. */
  | { readonly problem: 'pages'; readonly damaged: number; readonly first: number };

export interface Look {
  readonly damage: Damage | null;
  readonly bytes: number;
  /** Pages of trees that were looked at, and those beyond `mostPages`, which were not. */
  readonly pages: number;
  readonly pagesLeft: number;
  readonly kinds: readonly KindLook[];
}

export interface LookOptions {
  /** Pages to look at; which pages there are is always found out. */
  readonly mostPages: number;
  /** Newest pages of every kind whose records are read. Infinity: all. */
  readonly newest: number;
  /** Whether a record's text is what it should be; the key without its last name. */
  readonly reads: (key: readonly string[], text: string) => boolean;
}

/** 200 MB of pages: about half a second of processor time. */
export const QUICK: LookOptions = { mostPages: 50_000, newest: 3, reads: (_key, text) => isReadable(text) };
export const FULL: LookOptions = {
  ...QUICK,
  mostPages: Number.POSITIVE_INFINITY,
  newest: Number.POSITIVE_INFINITY,
};

/** Sizes of a page, bytes, where the first header does not say which. */
const USUAL_PAGES = [4_096, 8_192, 16_384, 32_768, 65_536];
/** A file may end before its last page where that one is free, but not by gigabytes. */
const MOST_MISSING_PAGES = 262_144;
/** The engine's own number of a record's version stands before its text. */
const VERSION_BYTES = 8;
const NOTHING = { pages: 0, pagesLeft: 0, kinds: [] };

/**
 * Looks at the header pages alone: no damage in what the engine reads of a file before anything is asked of it.
 * @throws NodeJS.ErrnoException what the file system said
 */
export function headersOf(path: string): Look {
  return withFile(path, (file) => {
    const { bytes, metas } = readMetas(file);
    return { damage: Array.isArray(metas) ? null : metas, bytes, ...NOTHING };
  });
}

/**
 * Looks at a data file. Whoever else may write to it meanwhile must not use again what is in use now (`pinned`).
 * @throws NodeJS.ErrnoException what the file system said
 */
export function lookAt(path: string, options: LookOptions): Look {
  return withFile(path, (file) => {
    const { bytes, metas } = readMetas(file);
    if (!Array.isArray(metas)) return { damage: metas, bytes, ...NOTHING };
    const meta = newer(metas);
    return meta ? new Walk(file, bytes, meta, options).look() : { damage: null, bytes, ...NOTHING };
  });
}

function withFile<T>(path: string, task: (file: number) => T): T {
  const file = openSync(path, 'r');
  try {
    return task(file);
  } finally {
    closeSync(file);
  }
}

/** The header pages; none of an empty file, which is a new store. */
function readMetas(file: number): { bytes: number; metas: Meta[] | Damage } {
  const bytes = fstatSync(file).size;
  if (bytes === 0) return { bytes, metas: [] };
  const first = readMeta(read(file, 0, META_BYTES));
  const sizes = first ? [first.pageSize] : USUAL_PAGES;
  const second = sizes.map((at) => readMeta(read(file, at, META_BYTES))).find((meta) => meta !== null);
  if (!first && !second) return { bytes, metas: { problem: 'foreign' } };
  if (!first || !second) return { bytes, metas: { problem: 'header' } };
  const metas = [first, second];
  if (metas.some(({ version }) => version !== DATA_VERSION)) {
    return { bytes, metas: { problem: 'other-version' } };
  }
  const most = bytes / first.pageSize + MOST_MISSING_PAGES;
  const isOdd = metas.some(({ lastPage, pageSize }) => lastPage > most || pageSize !== first.pageSize);
  return { bytes, metas: isOdd ? { problem: 'header' } : metas };
}

function newer(metas: readonly Meta[]): Meta | null {
  const [first, second] = metas;
  if (!first || !second) return null;
  return second.transaction > first.transaction ? second : first;
}

/** A page to look at, and the keys it may have: from the first on, below the second. */
interface Stop {
  readonly table: Table;
  readonly page: number;
  readonly from: Buffer | null;
  readonly to: Buffer | null;
}

interface Table {
  /** `free` and `main` are the engine's own; a table's name otherwise. */
  readonly name: string;
  readonly entries: number;
  counted: number;
}

interface Kind {
  records: number;
  unreadable: number;
  /** Latest pages, newest first. */
  newest: { readonly page: number; readonly transaction: number }[];
}

/** One walk through every tree of a file, level by level. */
class Walk {
  readonly #file: number;
  readonly #bytes: number;
  readonly #meta: Meta;
  readonly #options: LookOptions;
  readonly #tables: Table[] = [];
  readonly #kinds = new Map<string, Kind>();
  /** One bit a page: is it in use? */
  readonly #used: Uint8Array;
  #stops: Stop[] = [];
  #pages = 0;
  #left = 0;
  #damaged = 0;
  #first = Number.POSITIVE_INFINITY;
  #isCutOff = false;

  constructor(file: number, bytes: number, meta: Meta, options: LookOptions) {
    this.#file = file;
    this.#bytes = bytes;
    this.#meta = meta;
    this.#options = options;
    this.#used = new Uint8Array(Math.ceil((meta.lastPage + 1) / 8));
  }

  look(): Look {
    this.#begin('free', this.#meta.free);
    this.#begin('main', this.#meta.main);
    while (this.#stops.length > 0) {
      const stops = this.#stops;
      this.#stops = [];
      for (const stop of stops) this.#visit(stop);
    }
    if (this.#damaged === 0 && this.#left === 0) {
      for (const { counted, entries } of this.#tables) if (counted !== entries) this.#isDamaged(0);
    }
    this.#readNewest();
    return {
      damage: this.#damage(),
      bytes: this.#bytes,
      pages: this.#pages,
      pagesLeft: this.#left,
      kinds: [...this.#kinds].map(([kind, { records, unreadable }]) => ({ kind, records, unreadable })),
    };
  }

  #damage(): Damage | null {
    if (this.#isCutOff) {
      return {
        problem: 'cut-off',
        bytes: this.#bytes,
        needed: (this.#meta.lastPage + 1) * this.#meta.pageSize,
      };
    }
    return this.#damaged === 0 ? null : { problem: 'pages', damaged: this.#damaged, first: this.#first };
  }

  #begin(name: string, tree: Meta['main']): void {
    const table = { name, entries: tree.entries, counted: 0 };
    this.#tables.push(table);
    if (tree.root !== null) this.#stop({ table, page: tree.root, from: null, to: null });
  }

  /** Puts a page down for the next level, if it can be there at all. */
  #stop(stop: Stop): void {
    if (this.#takes(stop.page, 1)) this.#stops.push(stop);
  }

  /** Marks pages as used; false when they cannot be: out of the file, or used already. */
  #takes(page: number, pages: number): boolean {
    const { lastPage, pageSize } = this.#meta;
    if (page < 2 || page + pages - 1 > lastPage) {
      this.#isDamaged(page);
      return false;
    }
    for (let at = page; at < page + pages; at++) {
      const bit = 1 << (at & 7);
      const byte = this.#used[at >> 3] ?? 0;
      if ((byte & bit) !== 0) {
        this.#isDamaged(at);
        return false;
      }
      this.#used[at >> 3] = byte | bit;
    }
    if ((page + pages) * pageSize <= this.#bytes) return true;
    this.#isCutOff = true;
    return false;
  }

  #isDamaged(page: number): void {
    this.#damaged += 1;
    this.#first = Math.min(this.#first, page);
  }

  #visit(stop: Stop): void {
    if (this.#pages >= this.#options.mostPages) {
      this.#left += 1;
      return;
    }
    this.#pages += 1;
    const bytes = this.#bytesOf(stop.page);
    const page = readPage(bytes, stop.page);
    if (!page || page.transaction > this.#meta.transaction || !this.#isOrdered(bytes, page, stop)) {
      this.#isDamaged(stop.page);
    } else if (page.kind === 'branch') this.#follow(bytes, page.branches, stop);
    else this.#count(bytes, page, stop);
  }

  #count(bytes: Buffer, page: Page & { kind: 'leaf' }, stop: Stop): void {
    stop.table.counted += page.leaves.length;
    for (const leaf of page.leaves) this.#visitValue(bytes, leaf, stop);
    if (stop.table.name === 'records') this.#sortIn(bytes, page, stop.page);
  }

  #follow(bytes: Buffer, branches: readonly Branch[], { table, from, to }: Stop): void {
    const keys = branches.map(({ keyAt, keyEnd }) => bytes.subarray(keyAt, keyEnd));
    branches.forEach(({ child }, n) => {
      this.#stop({ table, page: child, from: n === 0 ? from : (keys[n] ?? null), to: keys[n + 1] ?? to });
    });
  }

  /** Keys ascend within a page, and lie within what the branch above promises. Numbers of transactions are left out. */
  #isOrdered(bytes: Buffer, page: Page, { table, from, to }: Stop): boolean {
    const keys = page.kind === 'leaf' ? page.leaves : page.branches.slice(1);
    if (table.name === 'free') return keys.every(({ keyAt, keyEnd }) => keyEnd - keyAt === 8);
    let last: { keyAt: number; keyEnd: number } | undefined;
    for (const key of keys) {
      if (last && bytes.compare(bytes, key.keyAt, key.keyEnd, last.keyAt, last.keyEnd) >= 0) return false;
      last = key;
    }
    const [first] = keys;
    if (!first || !last) return false;
    if (from && bytes.compare(from, 0, from.length, first.keyAt, first.keyEnd) < 0) return false;
    return !to || bytes.compare(to, 0, to.length, last.keyAt, last.keyEnd) < 0;
  }

  #visitValue(bytes: Buffer, leaf: Leaf, { table, page }: Stop): void {
    if (!this.#hasValue(leaf)) return;
    if (table.name === 'free') {
      if (!listsPages(this.#valueOf(bytes, leaf), this.#meta.lastPage)) this.#isDamaged(page);
    } else if (table.name === 'main' && leaf.isTree && typeof leaf.value === 'number') {
      const tree = readTree(bytes, leaf.value);
      // Names of tables end with a zero.
      const name = bytes.toString('utf8', leaf.keyAt, leaf.keyEnd).replace(/\0$/, '');
      if (tree) this.#begin(name, tree);
      else this.#isDamaged(page);
    } else if (leaf.isTree) this.#isDamaged(page);
  }

  /** Whether a large value is where its entry says. */
  #hasValue({ value }: Leaf): boolean {
    if (typeof value === 'number') return true;
    if (!this.#takes(value.page, value.pages)) return false;
    const begins = beginsValue(this.#read(value.page * this.#meta.pageSize, HEADER_BYTES), value);
    if (!begins) this.#isDamaged(value.page);
    return begins;
  }

  /** Counts a page's records by kind and keeps it in mind where it is among the newest of one. */
  #sortIn(bytes: Buffer, { transaction, leaves }: Page & { kind: 'leaf' }, page: number): void {
    for (const [name, run] of kindsOf(bytes, leaves)) {
      const kind = this.#kinds.get(name) ?? { records: 0, unreadable: 0, newest: [] };
      this.#kinds.set(name, kind);
      kind.records += run.length;
      kind.newest.push({ page, transaction });
      if (kind.newest.length <= this.#options.newest) continue;
      kind.newest.sort((a, b) => b.transaction - a.transaction);
      kind.newest.pop();
    }
  }

  #readNewest(): void {
    for (const [name, kind] of this.#kinds) {
      for (const { page } of kind.newest) {
        const bytes = this.#bytesOf(page);
        const read = readPage(bytes, page);
        if (read?.kind !== 'leaf') continue;
        for (const leaf of kindsOf(bytes, read.leaves).get(name) ?? []) {
          const key = bytes.toString('utf8', leaf.keyAt, leaf.keyEnd).split('\0').slice(0, -1);
          const text = this.#valueOf(bytes, leaf).toString('utf8', VERSION_BYTES);
          if (!this.#options.reads(key, text)) kind.unreadable += 1;
        }
      }
    }
  }

  #valueOf(bytes: Buffer, { value, size }: Leaf): Buffer {
    if (typeof value === 'number') return bytes.subarray(value, value + size);
    return this.#read(value.page * this.#meta.pageSize + HEADER_BYTES, size);
  }

  #bytesOf(page: number): Buffer {
    return this.#read(page * this.#meta.pageSize, this.#meta.pageSize);
  }

  #read(at: number, length: number): Buffer {
    return read(this.#file, at, length);
  }
}

/** Records of a page by kind: its first name, and the second one where the first is `value`. */
function kindsOf(bytes: Buffer, leaves: readonly Leaf[]): Map<string, Leaf[]> {
  const kinds = new Map<string, Leaf[]>();
  let start: Buffer = Buffer.alloc(0);
  let run: Leaf[] = [];
  for (const leaf of leaves) {
    const { keyAt, keyEnd } = leaf;
    const isSame =
      start.length > 0 &&
      keyAt + start.length <= keyEnd &&
      bytes.compare(start, 0, start.length, keyAt, keyAt + start.length) === 0;
    if (!isSame) {
      const key = bytes.subarray(keyAt, keyEnd);
      const first = key.indexOf(0);
      const isValue = key.toString('latin1', 0, Math.max(first, 0)) === 'value';
      const end = isValue ? key.indexOf(0, first + 1) : first;
      start = key.subarray(0, end + 1);
      const name = start.toString('utf8', 0, end).replace('\0', ':') || '?';
      run = kinds.get(name) ?? [];
      kinds.set(name, run);
    }
    run.push(leaf);
  }
  return kinds;
}

/** Fewer bytes than asked for at the end of the file. */
function read(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let got = 0;
  while (got < length) {
    const more = readSync(file, bytes, got, length - got, at + got);
    if (more === 0) break;
    got += more;
  }
  return bytes.subarray(0, got);
}
