/** `unbind-bot audit`: checks and exports the audit trail, beside a running bot if need be. Results on standard output. */
import { readFile } from 'node:fs/promises';
import { CHAIN_START, type ChainPlace, createChainCheck, readLine, type Seal } from '../audit/chain.ts';
import { type AuditName, isCommitment } from '../audit/naming.ts';
import { type Audit, type AuditCheck, createAudit } from '../audit/trail.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Texts } from '../kernel/texts.ts';
import { csvCell } from '../report/csv.ts';
import { openStore } from '../store/open.ts';

export const EXPORT_FORMATS = ['jsonl', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const COLUMNS = ['seq', 'at', 'what', 'case', 'by', 'detail', 'previous', 'hash'] as const;

interface Output {
  texts: Texts;
  /** Takes one line of the result. */
  print(line: string): void;
}

/** Opens the trail of a store, and closes the store after `task`. */
export async function withAudit<T>(
  storeUrl: string,
  seal: Seal,
  task: (audit: Audit) => Promise<Result<T, { reason: string }>>,
): Promise<Result<T, { reason: string }>> {
  const opened = await openStore(storeUrl);
  if (!opened.ok) return opened;
  try {
    return await task(createAudit(opened.value, Date.now, seal));
  } finally {
    await opened.value.close();
  }
}

/** A place of the trail as `audit verify` prints it, `seq:hash`; null for anything else. */
export function parsePlace(text: string): ChainPlace | null {
  const [, seq, hash] = /^([1-9]\d{0,11}):([0-9a-f]{64})$/.exec(text) ?? [];
  return seq === undefined || hash === undefined ? null : { seq: Number(seq), hash };
}

/**
 * Checks the trail and says what it found. False: something was changed.
 * @param known a place that an earlier check or the log named
 */
export async function verifyAudit(
  audit: Audit,
  output: Output,
  known?: ChainPlace,
): Promise<Result<boolean, { reason: string }>> {
  const checked = await audit.verify(known);
  if (!checked.ok) return checked;
  return ok(tell(checked.value, output, known));
}

/**
 * Checks an exported file (JSON lines), wherever it was taken to.
 * @param seal where the bot's token is at hand; without it nobody can tell who let a shortened trail begin
 */
export async function verifyFile(
  path: string,
  output: Output,
  known?: ChainPlace,
  seal: Seal | null = null,
): Promise<Result<boolean, { reason: string }>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return fail({ reason: error instanceof Error && 'code' in error ? String(error.code) : 'unreadable' });
  }
  const lines = text.split('\n').slice(0, text.endsWith('\n') ? -1 : undefined);
  // A trail that was shortened begins in the middle: its first good entry is believed about where.
  const at = lines.findIndex((line) => readLine(line));
  const good = readLine(lines[at] ?? '');
  const start: ChainPlace = good ? { seq: good.seq - at - 1, hash: good.previous } : CHAIN_START;
  const check = createChainCheck(start, known, seal);
  for (const line of lines) check.add(line);
  const head = check.last();
  check.end(head);
  const found = { entries: lines.length, first: start.seq + 1, head, faults: check.faults };
  if (start.seq > 0 && seal === null) output.print(output.texts('bot:audit.sealNotChecked'));
  return ok(tell(found, output, known));
}

/** The operator vouches for the beginning of the trail as it is. */
export async function sealAudit(audit: Audit, output: Output): Promise<Result<boolean, { reason: string }>> {
  const sealed = await audit.sealBeginning();
  return sealed.ok ? verifyAudit(audit, output) : sealed;
}

function tell(
  { entries, first, head, faults }: AuditCheck,
  { texts, print }: Output,
  known: ChainPlace | undefined,
): boolean {
  for (const { seq, fault } of faults) print(texts(`bot:audit.fault.${fault}`, { seq }));
  // Forgotten since: what came before it cannot be vouched for any more.
  const forgotten = known !== undefined && known.seq < first;
  if (forgotten) print(texts('bot:audit.forgotten', { seq: known.seq, first }));
  if (faults.length > 0) print(texts('bot:audit.damaged', { entries }));
  else print(texts('bot:audit.whole', { entries, first, place: `${head.seq}:${head.hash}` }));
  return faults.length === 0 && !forgotten;
}

/**
 * Prints every entry, oldest first; an entry that was damaged comes as it is. The table is for people: it shows names that
 * can still be opened. JSON lines are for proof: they are the chain to the byte.
 */
export async function exportAudit(
  audit: Audit,
  format: ExportFormat,
  print: (line: string) => void,
): Promise<Result<boolean, { reason: string }>> {
  if (format === 'jsonl') {
    const read = await audit.read(print);
    return read.ok ? ok(true) : read;
  }
  const names = await audit.names();
  if (!names.ok) return names;
  const opened = new Map(names.value.map(({ commitment, clear }) => [commitment, clear]));
  print(COLUMNS.join(','));
  const read = await audit.read((line) => print(csvOf(line, opened)));
  return read.ok ? ok(true) : read;
}

/** Prints the names entries can be opened to, one JSON object a line, with all it takes to check a commitment. */
export async function printNames(
  audit: Audit,
  print: (line: string) => void,
): Promise<Result<boolean, { reason: string }>> {
  const names = await audit.names();
  if (!names.ok) return names;
  for (const { commitment, kind, clear, salt } of names.value) {
    print(JSON.stringify({ commitment, kind, clear, salt }));
  }
  return ok(true);
}

/** Erases a name and says what that means. False: no entry names it. */
export async function eraseName(
  audit: Audit,
  name: AuditName,
  { texts, print }: Output,
): Promise<Result<boolean, { reason: string }>> {
  const erased = await audit.erase(name);
  if (!erased.ok) return erased;
  print(texts(erased.value ? 'bot:audit.erased' : 'bot:audit.notNamed', { name: name.clear }));
  return erased;
}

function csvOf(line: string, opened: ReadonlyMap<string, string>): string {
  const entry = readLine(line);
  if (!entry) return csvCell(line);
  const open = (value: unknown) => (isCommitment(value) ? (opened.get(value) ?? value) : value);
  return COLUMNS.map((column) => {
    if (column === 'at') return csvCell(new Date(entry.at).toISOString());
    if (column === 'detail') return csvCell(JSON.stringify(entry.detail, (_, value) => open(value)));
    return csvCell(String(open(entry[column]) ?? ''));
  }).join(',');
}
