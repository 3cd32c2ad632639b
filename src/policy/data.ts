/** What data the operator can replace has in common, and how it is checked. */
import { z } from 'zod';
import { fail, ok, type Result } from '../kernel/result.ts';

/** Where a piece of data comes from and when somebody last looked; data without it is not accepted. */
export const provenance = {
  source: z.string().trim().min(1).max(300),
  checkedAt: z.iso.date(),
};

/** What is wrong with replaced data: where (`contact.email`, empty for the whole), and what, for the operator's log. */
export interface DataFault {
  readonly path: string;
  readonly problem: string;
}

/** Checks unknown data; every fault is named by its path, so that the operator finds the line. */
export function parseData<S extends z.ZodType>(schema: S, data: unknown): Result<z.infer<S>, DataFault[]> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return ok(parsed.data);
  return fail(
    parsed.error.issues.flatMap((issue) => {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [key]) : [[]];
      return keys.map((key) => ({ path: [...issue.path, ...key].join('.'), problem: problemOf(issue) }));
    }),
  );
}

/** Zod's word for a fault, with what stands there when it is right where zod knows. */
function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `${issue.code}: ${issue.values.join(' | ')}`;
  if (issue.code === 'invalid_type') return `${issue.code}: ${issue.expected}`;
  return issue.code;
}
