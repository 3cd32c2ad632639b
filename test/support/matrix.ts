/**
 * The matrix: each cell is a case during which something happens to the programs, to Telegram, to the line or to the device; what
 * is judged is what the technician, the device and the trail can see (docs/decisions/0076).
 */
import { createAudit } from '../../src/audit/trail.ts';
import type { ArmedPoint, FailPointHit } from '../../src/kernel/fail-points.ts';
import type { DeviceSpec } from '../../src/sandbox/device/device.ts';
import { labelOf } from '../../src/sandbox/samples.ts';
import type { Fault } from '../../src/sandbox/telegram/faults.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { openStore } from '../../src/store/open.ts';
import type { Mishap } from './bad-line.ts';
import type { FailingHouse, Mortal } from './failing-house.ts';
import { askForReport, hasReport, walkCase } from './matrix-walk.ts';
import { LAPTOPS } from './stage.ts';

/** What happens in a cell. */
export type Blow =
  /** `also`: dies or restarts as the point is reached, from outside; a Redis that is still neither answers nor lets go. */
  | ({ readonly kind: 'point'; readonly also?: Mortal | 'device' | 'redis-still' } & Omit<ArmedPoint, 'id'>)
  /** At the first call of the method. */
  | { readonly kind: 'telegram'; readonly method: string; readonly fault: Omit<Fault, 'method'> }
  /** To the first request for the path. */
  | { readonly kind: 'line'; readonly path: string; readonly mishap: Mishap }
  | { readonly kind: 'device'; readonly quirks: DeviceSpec['quirks'] };

export interface Cell {
  readonly name: string;
  readonly blows: readonly Blow[];
  /** The way with everything on it: a photo of the label, another picture, the report of the case. */
  readonly long?: true;
  /** The bot is killed as it begins, and starts under what happens. */
  readonly anew?: true;
}

export interface Verdict {
  readonly cell: string;
  readonly serial: string;
  /** How many of its blows have happened. */
  readonly met: number;
  readonly of: number;
  readonly end: 'unbound' | 'not-bound' | 'lost';
  /** The longest time without a word after something was done, ms. */
  readonly longestMs: number;
  readonly tookMs: number;
  readonly deaths: readonly Mortal[];
  readonly pressed: readonly string[];
  /** How often the end stands in the chat: looked at when the next case has been walked. */
  readonly told: number;
  /** What is not as it has to be; then the chat, from the case before on. */
  readonly violations: readonly string[];
  readonly chat?: string;
  /** What has fired, `point subject`. */
  readonly fired: readonly string[];
  /** The bot was struck when the end stood in the chat, before it had noted that it does. */
  readonly inTheTelling: boolean;
  /** Every step that was reached, and how often. */
  readonly reached: Readonly<Record<string, number>>;
}

/** For how long what hangs does so, ms. */
const HANG_MS = 3_000;
/**
 * Longest silence after something was done, ms: the choice comes after 60 s (docs/decisions/0035), what was started anew has been
 * there within ten, and a picture or a file on its way up is given up after 120.
 */
const SILENCE_MS = 75_000;
const SILENCE_WITH_UPLOAD_MS = 200_000;
/** Longest a case may take, ms: several times what any has that came to an end. Then it is lost, however much is said in it. */
const CASE_MS = 900_000;
/** How often the laptops are asked for, where the bot asks to be asked once more. */
export const MOST_ASKED = 10;
/** For how long a Redis stands still, ms: longer than the bot waits for an answer. */
const STILL_MS = 8_000;
/** For how long a device that restarts is deaf, ms. */
const RESTART_MS = 4_000;
const LOOK_EVERY_MS = 20;
/** Of the chat, where something is wrong. */
const MOST_LINES = 60;

/**
 * Walks a case in each cell. A verdict is handed on once the next case has been walked, so that what is told twice, or late, has
 * had the time.
 */
export async function runCells(
  house: FailingHouse,
  cells: Iterable<Cell>,
  onVerdict: (verdict: Verdict) => void,
): Promise<void> {
  let last: Omit<Verdict, 'told'> | null = null;
  const judge = () => {
    if (!last) return;
    const told = tellingsOf(house, last.serial);
    const isHeld = last.end === 'lost' || told === 1 || (told === 2 && mayBeToldTwice(last));
    const violations = [...last.violations, ...(isHeld ? [] : [`told ${told} times`])];
    const lines = house.technician.transcript().split('\n');
    onVerdict({
      ...last,
      told,
      violations,
      ...(violations.length > 0 ? { chat: lines.slice(-MOST_LINES).join('\n') } : {}),
    });
  };
  let number = 0;
  async function walkOne(cell: Cell): Promise<void> {
    number += 1;
    const walked = await walkCell(house, cell, `${house.technician.messages.length}-${number}`);
    judge();
    last = walked;
  }
  for (const cell of cells) await walkOne(cell);
  await walkOne(NOTHING);
  last = null;
}

/** A case that is left alone. */
export const NOTHING: Cell = { name: 'nothing', blows: [] };

/**
 * Telegram has taken the message, and the bot does not get to know, or dies before it has noted it: Telegram has no way to ask, and
 * it is said once more. Nowhere else anything is told twice.
 */
function mayBeToldTwice({ fired, inTheTelling }: Pick<Verdict, 'fired' | 'inTheTelling'>): boolean {
  return inTheTelling || fired.some((one) => /^telegram(-after| done| answer-lost)/.test(one));
}

function tellingsOf({ technician }: FailingHouse, serial: string): number {
  return technician.messages.filter(
    ({ from, text }) =>
      from === 'bot' && text.includes(serial) && /^✅ (Unbound, verified|No account)/.test(text),
  ).length;
}

async function walkCell(house: FailingHouse, cell: Cell, number: string): Promise<Omit<Verdict, 'told'>> {
  const { technician, laptop, points, stage, line } = house;
  await house.whole();
  const began = performance.now();
  const died = house.deaths.length;
  const quirks = cell.blows.flatMap((blow) => (blow.kind === 'device' ? [blow.quirks] : []));
  const device = await house.plugIn(Object.assign({}, ...quirks));
  const serial = device.profile.shortSerial;

  const armed = cell.blows.flatMap((blow, at) =>
    blow.kind === 'point' ? [{ ...blow, id: `${number}-${at}` }] : [],
  );
  const faults = cell.blows.flatMap((blow) =>
    blow.kind === 'telegram'
      ? [
          {
            word: `telegram ${blow.fault.kind} ${blow.method}`,
            end: stage.api.fault({ ...blow.fault, method: blow.method }),
          },
        ]
      : [],
  );
  for (const blow of cell.blows) if (blow.kind === 'line') line.befall(blow.path, blow.mishap);
  points.arm(armed.map(({ kind: _kind, also: _also, ...point }) => point));
  const seen = new Set<string>();
  const watching = setInterval(() => {
    for (const { id, act, also } of armed) {
      if (seen.has(id) || !points.hasFired(id)) continue;
      seen.add(id);
      if (also === 'device') device.restart(RESTART_MS);
      else if (also === 'redis-still') house.freezeRedis(STILL_MS);
      else if (also) house.kill(also);
      if (act === 'hang') setTimeout(() => points.release(id), HANG_MS);
    }
  }, LOOK_EVERY_MS);

  const isUpload = cell.blows.some((blow) => blow.kind === 'telegram' && isUploading(blow.method));
  const silence = isUpload ? SILENCE_WITH_UPLOAD_MS : SILENCE_MS;
  const over = AbortSignal.timeout(CASE_MS);
  if (cell.anew) house.kill('bot');
  const walk = await walkCase(technician, {
    device: cell.long ? await labelOf(device.profile) : serial,
    serial,
    picture: laptop.picture,
    refresh: cell.long === true,
    silenceMs: silence,
    over,
  });
  const files = cell.long && walk.end !== 'lost' ? await askForReport(technician, silence, over) : null;
  const lastWord = technician.messages.at(-1)?.text.split('\n')[0];
  const firedAfterwards = armed.filter(({ id }) => !points.hasFired(id));
  // Answered in the chat's order: what belongs to the end of the case is done by then, and whatever is armed still meets it.
  const isAnswered = await answered(technician, silence);
  clearInterval(watching);
  const hits = points.hits();
  points.arm([]);
  for (const { id } of armed) points.release(id);
  const used = faults.filter(({ end }) => !end());
  const unmet = line.clear();
  await house.whole();
  const { bound, ...device_ } = device.snapshot();
  const lineMet = cell.blows.filter(({ kind }) => kind === 'line').length - unmet;
  const deviceMet = quirks.length;
  return {
    cell: cell.name,
    serial,
    met: armed.filter(({ id }) => points.hasFired(id)).length + used.length + lineMet + deviceMet,
    of: cell.blows.length,
    end: walk.end,
    longestMs: Math.round(walk.longestMs),
    tookMs: Math.round(performance.now() - began),
    deaths: house.deaths.slice(died),
    pressed: walk.pressed,
    violations: [
      ...(walk.end === 'lost' ? [`led nowhere: ${lastWord}`] : []),
      ...(walk.end !== 'lost' && bound ? [`told ${walk.end}, and it is bound`] : []),
      ...(isAnswered ? [] : ['what is asked afterwards is not answered']),
      ...overOne('unbinds received', device_.unbindsReceived - lostOf(cell)),
      ...overOne('unbinds carried out', device_.unbindsExecuted),
      ...overOne('passwords tried', device_.passwordsTried),
      ...(device_.passwordsWrong > 0 ? ['a wrong password'] : []),
      ...(files === null || isReport(files) ? [] : [`the report: ${files.join(', ') || 'none'}`]),
    ],
    fired: [...firedOf(hits), ...used.map(({ word }) => word)],
    inTheTelling: firedAfterwards.some(
      ({ id, point }) => points.hasFired(id) && /^(store|telegram)/.test(point),
    ),
    reached: stepsOf(hits),
  };
}

function isUploading(method: string): boolean {
  return method === 'sendPhoto' || method === 'sendDocument';
}

/**
 * Asks for the laptops until they are listed: where something failed beneath the question, the bot says so and asks for it once more.
 * @returns false: they are not
 */
export async function answered(technician: SimUser, timeoutMs: number): Promise<boolean> {
  for (let asked = 0; asked < MOST_ASKED; asked++) {
    await technician.send('/agents');
    const answer = await technician.waitFor(LAPTOPS, { timeoutMs }).catch(() => null);
    if (!answer) return false;
    if (!answer.text.includes('Please send it again')) return true;
  }
  return false;
}

/** Datagrams that come to a device as it restarts: it says afterwards that it is bound, and is sent another one. */
function lostOf({ blows }: Cell): number {
  return blows.filter((blow) => blow.kind === 'device' && blow.quirks?.rebootDuringUnbind?.executed === false)
    .length;
}

/** A PDF and a table; a file that Telegram has taken without saying so comes once more. */
function isReport(files: readonly string[]): boolean {
  return hasReport(files) && files.length < 4;
}

const overOne = (what: string, count: number) => (count > 1 ? [`${count} ${what}`] : []);

function firedOf(hits: readonly FailPointHit[]): string[] {
  return Object.keys(stepsOf(hits.filter(({ fired }) => fired !== undefined)));
}

/** The steps of hits, `point subject`, in their order, and how often each. */
function stepsOf(hits: readonly FailPointHit[]): Record<string, number> {
  const steps: Record<string, number> = {};
  for (const { point, subject } of hits) {
    const step = `${point} ${subject}`;
    steps[step] = (steps[step] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(steps).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Ends a house, and says what is wrong with its trail. Empty: it hangs together from its first entry to its last. */
export async function faultsOfTrail(house: FailingHouse): Promise<string[]> {
  await house.end();
  const opened = await openStore(house.storeUrl);
  if (!opened.ok) return [`the store: ${opened.failure.reason}`];
  const checked = await createAudit(opened.value, Date.now).verify();
  await opened.value.close();
  if (!checked.ok) return [`the trail cannot be read: ${checked.failure.reason}`];
  return checked.value.faults.map((fault) => `the trail: ${JSON.stringify(fault)}`);
}
