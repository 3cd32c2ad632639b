/**
 * The operator's own data in one file: a region pack, and firmware that was checked with the vendor. `like` takes a
 * pack of the product as it is: `{ "like": "ru", "firmware": [ … ] }`.
 */
import { fail, ok, type Result } from '../kernel/result.ts';
import { FIRMWARE_CATALOGUE, type FirmwareCatalogue, parseFirmwareCatalogue } from './catalogue.ts';
import type { DataFault } from './data.ts';
import { linesOf } from './json-lines.ts';
import { parseRegionPack, type RegionPack, regionPack } from './region.ts';

/** What an operator's file says. Its firmware entries stand beside those of the product; a closer model wins. */
export interface OperatorData {
  readonly pack: RegionPack;
  readonly catalogue: FirmwareCatalogue;
}

/** A fault with the line of the file it is in, from 1. */
export interface LocatedFault extends DataFault {
  readonly line: number;
}

/** Reads the text of an operator's file; every fault is named by its line and path. */
export function parseOperatorFile(text: string): Result<OperatorData, LocatedFault[]> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    return fail([{ line: lineAt(text, Number(position ?? text.length)), path: '', problem: 'not-json' }]);
  }
  const lines = linesOf(text);
  const located = (faults: readonly DataFault[]) =>
    faults.map((fault) => ({ ...fault, line: nearest(lines, fault.path) }));
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return fail(located([{ path: '', problem: 'invalid_type' }]));
  }
  const { firmware = [], ...rest } = data as Readonly<Record<string, unknown>>;
  const catalogue = parseFirmwareCatalogue(firmware);
  const pack = packOf(rest);
  if (catalogue.ok && pack.ok)
    return ok({ pack: pack.value, catalogue: [...catalogue.value, ...FIRMWARE_CATALOGUE] });
  return fail([
    ...(pack.ok ? [] : located(pack.failure)),
    ...(catalogue.ok
      ? []
      : located(
          catalogue.failure.map(({ path, problem }) => ({ path: `firmware${path && `.${path}`}`, problem })),
        )),
  ]);
}

function packOf(rest: Readonly<Record<string, unknown>>): Result<RegionPack, DataFault[]> {
  const { like, ...others } = rest;
  if (like === undefined) return parseRegionPack(rest);
  const extra = Object.keys(others).map((path) => ({ path, problem: 'unrecognized_keys' }));
  if (extra.length > 0) return fail(extra);
  const pack = typeof like === 'string' ? regionPack(like) : fail('unknown-region' as const);
  return pack.ok ? pack : fail([{ path: 'like', problem: 'unknown-region' }]);
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
