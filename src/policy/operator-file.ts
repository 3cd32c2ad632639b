/**
 * The operator's own data in one file: a region pack, and firmware that was checked with the vendor. `like` takes a
 * pack of the product as it is: `{ "like": "ru", "firmware": [ … ] }`.
 */
import { fail, ok, type Result } from '../kernel/result.ts';
import {
  bareName,
  FIRMWARE_CATALOGUE,
  type FirmwareCatalogue,
  type FirmwareEntry,
  modelsOf,
  operatorRows,
  parseFirmwareEntries,
  parseProductFile,
} from './catalogue.ts';
import type { DataFault } from './data.ts';
import { linesOf, repeatedIn } from './json-lines.ts';
import { parseRegionPack, REGIONS, type RegionPack, regionPack } from './region.ts';

/** What an operator's file says. Its firmware stands before that of the product; a closer model wins. */
export interface OperatorData {
  readonly pack: RegionPack;
  readonly catalogue: FirmwareCatalogue;
}

/** A fault with the line of the file it is in, from 1. */
export interface LocatedFault extends DataFault {
  readonly line: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** What a file says before anything is put together from it; a file of the product has no pack. */
interface FileContent<Pack extends RegionPack | null> {
  readonly pack: Pack;
  readonly entries: readonly FirmwareEntry[];
}

/** Reads the text of an operator's file; every fault is named by its line and path. */
export function parseOperatorFile(text: string): Result<OperatorData, LocatedFault[]> {
  const read = readFile(text, operatorContent);
  if (!read.ok) return read;
  const { pack, entries } = read.value;
  return ok({ pack, catalogue: [...operatorRows(entries), ...FIRMWARE_CATALOGUE] });
}

/**
 * Everything that is wrong in a file of data: what keeps it from being read, and what cannot be right: dates to come, the
 * same twice, entries that contradict themselves.
 * @param today ISO date
 * @param of `operator`: as REGION_PACK names it; `product`: firmware alone
 */
export function faultsOf(
  text: string,
  today: string,
  of: 'operator' | 'product' = 'operator',
): LocatedFault[] {
  const read = of === 'operator' ? readFile(text, operatorContent) : readFile(text, productContent);
  if (!read.ok) return read.failure;
  const { pack, entries } = read.value;
  return locatedIn(text, [
    ...repeatedIn(text).map((path) => fault(path, 'twice')),
    ...(pack === null ? [] : futureIn(pack, '', today)),
    ...(pack?.lastWay ? futureIn(pack.lastWay, 'lastWay.', today) : []),
    ...entries.flatMap((entry, at) => doubtsAbout(entry, `firmware.${at}.`, today)),
    ...modelsTwice(entries),
  ]);
}

function fault(path: string, problem: DataFault['problem'], detail = ''): DataFault {
  return { path, problem, detail };
}

function futureIn({ checkedAt }: { checkedAt: string }, at: string, today: string): DataFault[] {
  return isToCome(checkedAt, today) ? [fault(`${at}checkedAt`, 'future')] : [];
}

/** `date` may be a month. */
function isToCome(date: string, today: string): boolean {
  return date > today.slice(0, date.length);
}

function doubtsAbout(entry: FirmwareEntry, at: string, today: string): DataFault[] {
  const { lines, updateTo4x, newest } = entry;
  return [
    ...futureIn(entry, at, today),
    ...(newest && isToCome(newest.date, today) ? [fault(`${at}newest.date`, 'future')] : []),
    ...(updateTo4x === 'none' && lines.includes('4.x') ? [fault(`${at}updateTo4x`, 'contradicts')] : []),
  ];
}

/** Models that stand there before, however they are spelt. */
function modelsTwice(entries: readonly FirmwareEntry[]): DataFault[] {
  const seen = new Set<string>();
  return entries.flatMap((entry, at) =>
    modelsOf(entry).flatMap((model, index) => {
      const name = bareName(model);
      if (!seen.has(name)) {
        seen.add(name);
        return [];
      }
      return [
        fault(entry.models ? `firmware.${at}.models.${index}` : `firmware.${at}.model`, 'twice', model),
      ];
    }),
  );
}

function readFile<Pack extends RegionPack | null>(
  text: string,
  content: (data: Fields) => Result<FileContent<Pack>, DataFault[]>,
): Result<FileContent<Pack>, LocatedFault[]> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    return fail([{ line: lineAt(text, Number(position ?? text.length)), ...fault('', 'not-json') }]);
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return fail(locatedIn(text, [fault('', 'wrong-type', 'object')]));
  }
  const read = content(data as Fields);
  return read.ok ? read : fail(locatedIn(text, read.failure));
}

function operatorContent({ firmware = [], ...rest }: Fields): Result<FileContent<RegionPack>, DataFault[]> {
  const entries = parseFirmwareEntries(firmware);
  const pack = packOf(rest);
  if (entries.ok && pack.ok) return ok({ pack: pack.value, entries: entries.value });
  return fail([
    ...(pack.ok ? [] : pack.failure),
    ...(entries.ok
      ? []
      : entries.failure.map(({ path, ...what }) => ({ path: `firmware${path && `.${path}`}`, ...what }))),
  ]);
}

function productContent(data: Fields): Result<FileContent<null>, DataFault[]> {
  const read = parseProductFile(data);
  return read.ok ? ok({ pack: null, entries: read.value.firmware }) : read;
}

function packOf(rest: Fields): Result<RegionPack, DataFault[]> {
  const { like, ...others } = rest;
  if (like === undefined) return parseRegionPack(rest);
  const extra = Object.keys(others).map((path) => fault(path, 'unknown-field'));
  if (extra.length > 0) return fail(extra);
  const pack = typeof like === 'string' ? regionPack(like) : fail('unknown-region' as const);
  return pack.ok ? pack : fail([fault('like', 'unknown-region', REGIONS.join(', '))]);
}

function locatedIn(text: string, faults: readonly DataFault[]): LocatedFault[] {
  const lines = linesOf(text);
  return faults.map((one) => ({ ...one, line: nearest(lines, one.path) }));
}

/** The line of a path, or of what would hold it: something missing has no line of its own. */
function nearest(lines: ReadonlyMap<string, number>, path: string): number {
  const keys = path === '' ? [] : path.split('.');
  for (let length = keys.length; length > 0; length--) {
    const line = lines.get(keys.slice(0, length).join('.'));
    if (line !== undefined) return line;
  }
  return lines.get('') ?? 1;
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}
