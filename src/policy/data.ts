/** What data the operator can replace has in common, and how it is checked. */
import * as z from 'zod';
import { fail, ok, type Result } from '../kernel/result.ts';

/** What is wrong with a field; `bot:data.problem.<word>` is its sentence. */
export const DATA_PROBLEMS = [
  'not-json',
  'missing',
  'unknown-field',
  'wrong-type',
  'not-one-of',
  'malformed',
  'too-long',
  'too-short',
  'unknown-region',
  /** An address of somebody else, where only the vendor's may stand. */
  'not-the-vendor',
  /** An address that ends in a firmware file: technicians get the model's page, never the file. */
  'firmware-file',
  'model-or-models',
  /** What the vendor's note says of Russia, said of another region. */
  'russia-only',
  /** Two fields that cannot both be right. */
  'contradicts',
  /** The same field, or the same model, a second time. */
  'twice',
  /** A day that has not come yet. */
  'future',
] as const;
export type DataProblem = (typeof DATA_PROBLEMS)[number];

/** A fault: where (`contact.email`, empty for the whole), what, and what would be right where that is short. */
export interface DataFault {
  readonly path: string;
  readonly problem: DataProblem;
  readonly detail: string;
}

/** The option of zod's checks that names our own word for a fault. */
export const saying = (problem: DataProblem): { error: DataProblem } => ({ error: problem });

/** A day, or a month where the source says no more. */
const dayOrMonth = z
  .string()
  .refine(
    (text) => /^\d{4}-\d{2}(?:-\d{2})?$/.test(text) && z.iso.date().safeParse(text.padEnd(10, '-01')).success,
    saying('malformed'),
  );

/** Endings of files that are no page to read: what updates a device, and what it may be packed in. */
const FIRMWARE_FILE = /\.(?:dav|pak|bin|img|rom|hex|fw|dat|zip|rar|7z|tar|t?gz|exe)$/i;

/** An address as Telegram makes a link of it, in a text. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"]+/gi;

/** A text that is shown as it stands: up to so many characters, and no address of a firmware file in it. */
export const shownText = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine((text) => !(text.match(ADDRESS) ?? []).some(leadsToFile), saying('firmware-file'));

/** Where a piece of data comes from and when somebody last looked; data without it is not accepted. */
export const provenance = {
  source: shownText(300),
  checkedAt: dayOrMonth,
};

/**
 * How sure a source is: H the vendor says it; M somebody else who ought to know; L one report. Null: nobody has said.
 */
export const confidence = z.enum(['H', 'M', 'L']);

/** An https address that leads to no firmware file. */
export const pageAddress = z.lazy(() =>
  z
    .url({ protocol: /^https$/ })
    .max(500)
    .refine((text) => !leadsToFile(text), saying('firmware-file')),
);

/** One on a site of the vendor's. */
export const vendorAddress = pageAddress.refine(
  (text) => !URL.canParse(text) || /(?:^|\.)hikvision\.com$/.test(new URL(text).hostname),
  saying('not-the-vendor'),
);

function leadsToFile(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { pathname, searchParams } = new URL(address);
  const named = [pathname, ...searchParams.values()].map((part) => part.replace(/%2e/gi, '.'));
  return named.some((part) => FIRMWARE_FILE.test(part));
}

/** Checks unknown data; every fault is named by its path, so that the operator finds the line. */
export function parseData<S extends z.ZodType>(schema: S, data: unknown): Result<z.infer<S>, DataFault[]> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return ok(parsed.data);
  return fail(
    parsed.error.issues.flatMap((issue) => {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [key]) : [[]];
      const isThere = valueAt(data, issue.path) !== undefined;
      return keys.map((key) => ({
        path: [...issue.path, ...key].join('.'),
        ...(isThere ? problemOf(issue) : { problem: 'missing' as const, detail: '' }),
      }));
    }),
  );
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let found = data;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  return found;
}

/** Our word for a fault, with what stands there when it is right where zod knows. */
function problemOf(issue: z.core.$ZodIssue): Pick<DataFault, 'problem' | 'detail'> {
  // Our own checks say their word as the message.
  const own = DATA_PROBLEMS.find((word) => word === issue.message);
  if (own) return { problem: own, detail: '' };
  switch (issue.code) {
    case 'unrecognized_keys':
      return { problem: 'unknown-field', detail: '' };
    case 'invalid_value':
      return { problem: 'not-one-of', detail: issue.values.join(', ') };
    case 'invalid_type':
      return { problem: 'wrong-type', detail: issue.expected };
    case 'too_big':
      return { problem: 'too-long', detail: String(issue.maximum) };
    case 'too_small':
      return { problem: 'too-short', detail: String(issue.minimum) };
    default:
      return { problem: 'malformed', detail: '' };
  }
}
