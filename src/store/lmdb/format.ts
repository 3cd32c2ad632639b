/**
 * How LMDB lays its data file out, as far as a look at it needs to know (mdb.c as lmdb 3.5.6 builds it: data version 2,
 * 64 bit, little endian). Pure, and total: any bytes are either understood or null.
 *
 * A page begins with a header of 24 bytes: its own number (8), the transaction that wrote it (8), pad (2), flags (2), then
 * the bounds of its free space (2 + 2) or, in front of a large value, the number of its pages (4). Offsets within a page
 * count from the end of the header.
 */

/** One tree of the file: the list of free pages, the list of tables, or a table. */
export interface Tree {
  readonly entries: number;
  /** Page number; null for an empty tree. */
  readonly root: number | null;
}

/** One of the two header pages; the one of the later transaction counts. */
export interface Meta {
  readonly version: number;
  /** Bytes. */
  readonly pageSize: number;
  readonly free: Tree;
  readonly main: Tree;
  /** Last page that was ever used; the file may end before it where the last pages are free. */
  readonly lastPage: number;
  readonly transaction: number;
}

/** A large value lies on pages of its own. */
interface Elsewhere {
  readonly page: number;
  readonly pages: number;
  readonly transaction: number;
}

/** One entry of a leaf page: where its key and value lie within the page. */
export interface Leaf {
  readonly keyAt: number;
  readonly keyEnd: number;
  /** Bytes. */
  readonly size: number;
  /** Where the value begins within the page, or the pages it lies on. */
  readonly value: number | Elsewhere;
  /** The value is a tree. */
  readonly isTree: boolean;
}

export interface Branch {
  /** Keys from this one on are below `child`; empty for the first of a page. */
  readonly keyAt: number;
  readonly keyEnd: number;
  readonly child: number;
}

export type Page =
  | { readonly kind: 'branch'; readonly transaction: number; readonly branches: readonly Branch[] }
  | { readonly kind: 'leaf'; readonly transaction: number; readonly leaves: readonly Leaf[] };

/** Bytes a header page needs at least. */
export const META_BYTES = 168;
/** The version of the layout described here. */
export const DATA_VERSION = 2;
export const HEADER_BYTES = 24;

const MAGIC = 0xbeefc0de;
const SMALLEST_PAGE = 512;
const LARGEST_PAGE = 65_536;
/** Header pages at the beginning of the file. */
const META_PAGES = 2;

const BRANCH = 0x01;
const LEAF = 0x02;
const LARGE = 0x04;
const META = 0x08;
const ELSEWHERE = 0x01;
const TREE = 0x02;
const NODE_BYTES = 8;
const TREE_BYTES = 48;
const ELSEWHERE_BYTES = 24;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;

/** Reads a header page; null when it is none of LMDB's. */
export function readMeta(bytes: Buffer): Meta | null {
  if (bytes.length < META_BYTES || bytes.readUInt32LE(24) !== MAGIC) return null;
  if ((bytes.readUInt16LE(18) & META) === 0) return null;
  const version = bytes.readUInt16LE(28);
  const pageSize = bytes.readUInt32LE(48);
  const free = readTree(bytes, 48);
  const main = readTree(bytes, 96);
  const lastPage = readLong(bytes, 144);
  const transaction = readLong(bytes, 152);
  const isPower = (pageSize & (pageSize - 1)) === 0;
  if (!isPower || pageSize < SMALLEST_PAGE || pageSize > LARGEST_PAGE) return null;
  if (!free || !main || lastPage === null || transaction === null) return null;
  if (lastPage < META_PAGES - 1) return null;
  return { version, pageSize, free, main, lastPage, transaction };
}

/** A tree as the file describes it; null when that cannot be. */
export function readTree(bytes: Buffer, at: number): Tree | null {
  if (at + TREE_BYTES > bytes.length) return null;
  const entries = readLong(bytes, at + 32);
  if (entries === null) return null;
  if (bytes.readBigUInt64LE(at + 40) === NO_PAGE) return entries === 0 ? { entries, root: null } : null;
  const root = readLong(bytes, at + 40);
  return root === null ? null : { entries, root };
}

/**
 * Reads a page of a tree. Null when anything in it points out of the page or cannot be: the engine believes what stands
 * here and would end the process.
 * @param number the page's place in the file, which stands in the page itself, too
 */
export function readPage(bytes: Buffer, number: number): Page | null {
  const transaction = readHead(bytes, number);
  if (transaction === null) return null;
  const flags = bytes.readUInt16LE(18);
  const lower = bytes.readUInt16LE(20);
  const upper = bytes.readUInt16LE(22);
  if (lower % 2 !== 0 || lower === 0 || lower > upper || HEADER_BYTES + upper > bytes.length) return null;
  const nodes: number[] = [];
  for (let at = HEADER_BYTES; at < HEADER_BYTES + lower; at += 2) {
    const offset = bytes.readUInt16LE(at);
    if (offset < upper || HEADER_BYTES + offset + NODE_BYTES > bytes.length) return null;
    nodes.push(HEADER_BYTES + offset);
  }
  if (flags === BRANCH) {
    const branches = all(nodes, (at) => readBranch(bytes, at));
    // The engine ends the process at a branch that leads to one page only.
    return branches && branches.length > 1 ? { kind: 'branch', transaction, branches } : null;
  }
  if (flags !== LEAF) return null;
  const leaves = all(nodes, (at) => readLeaf(bytes, at));
  return leaves && { kind: 'leaf', transaction, leaves };
}

/** Whether the first page of a large value says what the entry says that leads to it. */
export function beginsValue(bytes: Buffer, { page, pages, transaction }: Elsewhere): boolean {
  const isItself = readHead(bytes, page) === transaction;
  return isItself && bytes.readUInt16LE(18) === LARGE && bytes.readUInt32LE(20) === pages;
}

/**
 * Whether a list of free pages fits into its value and names pages that there are. A negative number says how many
 * pages in a row follow, zero is a place that is free in the list itself.
 */
export function listsPages(value: Buffer, lastPage: number): boolean {
  if (value.length < 8) return false;
  const count = readLong(value, 0);
  if (count === null || (count + 1) * 8 > value.length) return false;
  for (let at = 8; at < (count + 1) * 8; at += 8) {
    const listed = value.readBigInt64LE(at);
    if (listed > lastPage || -listed > lastPage) return false;
  }
  return true;
}

/** The transaction that wrote a page; null when the page is not the one it should be. */
function readHead(bytes: Buffer, number: number): number | null {
  if (bytes.length < HEADER_BYTES || readLong(bytes, 0) !== number) return null;
  return readLong(bytes, 8);
}

function readBranch(bytes: Buffer, at: number): Branch | null {
  const keyAt = at + NODE_BYTES;
  const keyEnd = keyAt + bytes.readUInt16LE(at + 6);
  if (keyEnd > bytes.length) return null;
  return { keyAt, keyEnd, child: bytes.readUInt32LE(at) + bytes.readUInt16LE(at + 4) * 2 ** 32 };
}

function readLeaf(bytes: Buffer, at: number): Leaf | null {
  const size = bytes.readUInt32LE(at);
  const flags = bytes.readUInt16LE(at + 4);
  const keyAt = at + NODE_BYTES;
  const keyEnd = keyAt + bytes.readUInt16LE(at + 6);
  const isTree = flags === TREE;
  if (keyEnd === keyAt || (isTree && size !== TREE_BYTES)) return null;
  if (flags === ELSEWHERE) {
    if (keyEnd + ELSEWHERE_BYTES > bytes.length) return null;
    const page = readLong(bytes, keyEnd);
    const transaction = readLong(bytes, keyEnd + 8);
    const pages = readLong(bytes, keyEnd + 16);
    if (page === null || transaction === null || pages === null) return null;
    // More pages than it needs, where a longer value of the same transaction was there before.
    if (pages < Math.floor((HEADER_BYTES - 1 + size) / bytes.length) + 1) return null;
    return { keyAt, keyEnd, size, value: { page, pages, transaction }, isTree };
  }
  if ((flags !== 0 && !isTree) || keyEnd + size > bytes.length) return null;
  return { keyAt, keyEnd, size, value: keyEnd, isTree };
}

/** Null where the number is beyond what a file can have. */
function readLong(bytes: Buffer, at: number): number | null {
  const long = bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
  return Number.isSafeInteger(long) ? long : null;
}

function all<T>(ats: readonly number[], read: (at: number) => T | null): T[] | null {
  const found: T[] = [];
  for (const at of ats) {
    const one = read(at);
    if (one === null) return null;
    found.push(one);
  }
  return found;
}
