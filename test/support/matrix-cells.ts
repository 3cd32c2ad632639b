/** What may happen in the matrix: the cells of the short form, and how those of the long one are made. */
import { FAIL_POINTS, type FailPoint } from '../../src/kernel/fail-points.ts';
import type { Mishap } from './bad-line.ts';
import type { Blow, Cell } from './matrix.ts';

/** Methods of the Bot API that a case calls. */
const METHODS = [
  'getUpdates',
  'answerCallbackQuery',
  'sendMessage',
  'sendPhoto',
  'editMessageText',
  'editMessageReplyMarkup',
  'deleteMessage',
] as const;
/** Those of a case whose picture is not there at once: it is said that it is being sent. */
const SLOW_METHODS = [...METHODS, 'sendChatAction'] as const;

/** Further ones, on the long way, and as the bot starts. `file` is a download. The rest: chaos/turned-pictures, integration/bot/intake. */
const LONG_METHODS = ['getFile', 'file', 'setMessageReaction', 'sendChatAction', 'sendDocument'] as const;
const START_METHODS = ['getMe', 'deleteWebhook', 'setMyCommands'] as const;

/** How a call goes wrong. Slow is slower than anybody likes, and quicker than anybody gives up. */
const TELEGRAM_FAULTS: readonly (Blow & { kind: 'telegram' })['fault'][] = [
  { kind: '429', retryAfter: 1 },
  { kind: 'status', status: 502 },
  { kind: 'html-502' },
  { kind: 'disconnect' },
  { kind: 'answer-lost' },
  { kind: 'done-status', status: 504 },
  { kind: 'delay', delayMs: 3_000 },
  { kind: 'half-open' },
];

/** Those after which nobody waits until a call is given up: half a minute, or two with a picture. The matrix waits for them. */
export const SHORT_FAULTS = TELEGRAM_FAULTS.filter(({ kind }) => kind !== 'half-open');

const MISHAPS: readonly Mishap[] = ['doubled', 'overtaken', 'late', 'answer-lost', 'silent'];
const PATHS = ['/v1/poll', '/v1/events', '/v1/permit'] as const;

/** A disk that takes nothing for a while: so many writes. */
const FULL = { act: 'fail', code: 'ENOSPC', times: 4 } as const;
const HOUR_MS = 3_600_000;

type PointBlow = Extract<Blow, { kind: 'point' }>;
const at = (point: FailPoint, subject: string, how: Omit<PointBlow, 'kind' | 'point' | 'subject'>): Blow => ({
  kind: 'point',
  point,
  subject,
  ...how,
});
const KILL = { act: 'kill' } as const;
const FAIL = { act: 'fail' } as const;
const HANG = { act: 'hang' } as const;

function cell(name: string, ...blows: readonly Blow[]): Cell {
  return { name, blows };
}

const every = (methods: readonly string[], fault: (typeof TELEGRAM_FAULTS)[number]): Blow[] =>
  methods.map((method) => ({ kind: 'telegram', method, fault }));

/** Each point at least once, each act, each who may die, and each other thing: one case for each. */
export const SHORT: readonly Cell[] = [
  cell('the bot asks its store, and it fails', at('store-read-before', 'get cases', FAIL)),
  cell(
    'the bot asks for a permit, and its store stands still',
    at('store-read-after', 'get hub-permits', HANG),
  ),
  cell(
    'kill -9 of the bot before a permit is noted as traded',
    at('store-write-before', 'set hub-trades', KILL),
  ),
  cell(
    'kill -9 of the bot after the commit of a turn',
    at('store-write-after', 'commit task', { ...KILL, nth: 9 }),
  ),
  cell('the disk of the bot is full', { kind: 'point', point: 'store-write-before', nth: 20, ...FULL }),
  cell('kill -9 of the bot before the picture', at('telegram-before', 'sendPhoto', KILL)),
  cell('kill -9 of the bot after an edit', at('telegram-after', 'editMessageText', { ...KILL, nth: 3 })),
  cell(
    'kill -9 of bot and agent before a permit',
    at('hub-before', 'POST /v1/permit', { ...KILL, also: 'agent' }),
  ),
  cell('a permit is granted, and its answer breaks off', at('hub-after', 'POST /v1/permit', FAIL)),
  cell(
    'the laptop cannot write down what it intends',
    at('journal-before', 'intent', { ...FAIL, code: 'ENOSPC' }),
  ),
  cell('kill -9 of the agent before its datagram', at('journal-after', 'intent', KILL)),
  cell('the disk of the laptop is full', at('state-before', 'outbox', { ...FULL, nth: 3 })),
  cell('kill -9 of the agent once it has counted', at('state-after', 'ledger', KILL)),
  cell('the agent stands still before it reports', at('link-before', 'POST /v1/events', { ...HANG, nth: 3 })),
  cell('the answer to a permit is lost', at('link-after', 'POST /v1/permit', FAIL)),
  cell('the datagram does not leave', at('lan-before', 'exchangecode', FAIL)),
  cell('kill -9 of the agent as its datagram is out', at('lan-after', 'ezvizUnbind', KILL)),
  cell(
    'kill -9 of agent and bot as the datagram is out',
    at('lan-after', 'ezvizUnbind', { ...KILL, also: 'bot' }),
  ),
  cell(
    'the clock of the bot goes on by an hour',
    at('store-write-after', 'set jobs', { act: 'jump', ms: HOUR_MS }),
  ),
  cell(
    'the clock of the laptop goes back by an hour',
    at('link-before', 'POST /v1/poll', { act: 'jump', ms: -HOUR_MS }),
  ),
  cell('Telegram asks to wait', ...every(SLOW_METHODS, { kind: '429', retryAfter: 1 })),
  cell('Telegram is out', ...every(METHODS, { kind: 'status', status: 502 })),
  cell('Telegram does it and tells of an outage', ...every(METHODS, { kind: 'done-status', status: 504 })),
  {
    ...cell('Telegram is out on the long way', ...every(LONG_METHODS, { kind: 'status', status: 502 })),
    long: true,
  },
  {
    ...cell('Telegram is out as the bot starts', ...every(START_METHODS, { kind: 'status', status: 502 })),
    anew: true,
  },
  cell('Telegram is slow', ...every(SLOW_METHODS, { kind: 'delay', delayMs: 1_500 })),
  cell(
    'Telegram takes calls and is not heard of',
    ...every(['answerCallbackQuery', 'editMessageText'], { kind: 'half-open' }),
  ),
  cell(
    'the line doubles, delays and reorders',
    { kind: 'line', path: '/v1/permit', mishap: 'doubled' },
    { kind: 'line', path: '/v1/events', mishap: 'overtaken' },
    { kind: 'line', path: '/v1/events', mishap: 'doubled' },
    { kind: 'line', path: '/v1/poll', mishap: 'doubled' },
    { kind: 'line', path: '/v1/poll', mishap: 'late' },
  ),
  cell('the device restarts as it is asked', at('lan-after', 'exchangecode', { ...HANG, also: 'device' })),
  cell('the device restarts as it unbinds', {
    kind: 'device',
    quirks: { rebootDuringUnbind: { ms: 4_000, executed: true } },
  }),
];

const OF_REDIS = { ...HANG, also: 'redis' } as const;
const STILL_REDIS = { ...HANG, also: 'redis-still' } as const;

/**
 * What a house with a Redis has besides: it is killed, and stands again at once, with what is on its disk; or it stands still.
 */
export const WITH_REDIS: readonly Cell[] = [
  cell('kill -9 of Redis as a case is read', at('store-read-before', 'get cases', { ...OF_REDIS, nth: 5 })),
  cell('kill -9 of Redis before a permit is traded', at('store-write-before', 'set hub-trades', OF_REDIS)),
  cell('kill -9 of Redis after a permit was traded', at('store-write-after', 'set hub-trades', OF_REDIS)),
  cell('kill -9 of Redis as replicas are asked', at('store-read-before', 'settled primary', OF_REDIS)),
  cell(
    'kill -9 of Redis as a turn is committed',
    at('store-write-before', 'commit task', { ...OF_REDIS, nth: 9 }),
  ),
  cell('kill -9 of Redis as the bot waits for Telegram', at('telegram-before', 'sendPhoto', OF_REDIS)),
  cell('kill -9 of Redis as the datagram is out', at('lan-after', 'ezvizUnbind', OF_REDIS)),
  cell(
    'kill -9 of bot and Redis before a permit',
    at('hub-before', 'POST /v1/permit', { ...KILL, also: 'redis' }),
  ),
  cell(
    'kill -9 of agent and Redis as the datagram is out',
    at('lan-after', 'ezvizUnbind', { ...KILL, also: 'redis' }),
  ),
  cell(
    'Redis stands still as a turn is committed',
    at('store-write-before', 'commit task', { ...STILL_REDIS, nth: 9 }),
  ),
  cell(
    'Redis stands still before a permit is traded',
    at('store-write-before', 'set hub-trades', STILL_REDIS),
  ),
  cell('Redis stands still as the datagram is out', at('lan-after', 'ezvizUnbind', STILL_REDIS)),
  cell('Redis has no room', { kind: 'point', point: 'store-write-before', nth: 40, ...FULL }),
  cell(
    'kill -9 of the bot before a permit is noted as traded, on Redis',
    at('store-write-before', 'set hub-trades', KILL),
  ),
  cell(
    'kill -9 of the bot after it has taken a claim',
    at('store-write-after', 'take claims', { ...KILL, nth: 20 }),
  ),
];

/** Everything by itself: each step that a case takes (`point subject`) in each way, and each other thing. */
export function singles(steps: readonly string[]): Cell[] {
  const alone = (blow: Blow): Cell => cell(nameOf(blow), blow);
  const telegram = (methods: readonly string[]) =>
    TELEGRAM_FAULTS.flatMap((fault) => every(methods, fault)).map(alone);
  return [
    ...steps.flatMap(ofStep).map(alone),
    ...telegram(METHODS),
    ...telegram(LONG_METHODS).map((one): Cell => ({ ...one, long: true })),
    ...telegram(START_METHODS).map((one): Cell => ({ ...one, anew: true })),
    ...others().map(alone),
  ];
}

function ofStep(step: string): Blow[] {
  const [point, subject] = partsOf(step);
  // That a program dies as it reads is that it dies between two writes.
  const acts = point.startsWith('store-read') ? [FAIL] : [KILL, HANG, FAIL];
  return acts.map((how) => at(point, subject, how));
}

function others(): Blow[] {
  return [
    ...PATHS.flatMap((path) => MISHAPS.map((mishap): Blow => ({ kind: 'line', path, mishap }))),
    ...[true, false].map(
      (executed): Blow => ({ kind: 'device', quirks: { rebootDuringUnbind: { ms: 4_000, executed } } }),
    ),
    ...[HOUR_MS, -HOUR_MS].flatMap((ms) => [
      at('store-write-after', 'set jobs', { act: 'jump', ms }),
      at('link-before', 'POST /v1/poll', { act: 'jump', ms }),
      at('journal-after', 'begun', { act: 'jump', ms }),
    ]),
  ];
}

/**
 * All combinations of two points, each with each act, its own included: a point dies, stands still or fails at one of its steps,
 * and so does the other one. Which steps, and at which time they come by, the number decides: other ones in another run.
 * @param steps what a case takes, `point subject`, and how often
 */
export function pairs(steps: ReadonlyMap<string, number>, seed: number): Cell[] {
  const random = numbersFrom(seed);
  const one = (point: FailPoint, how: { readonly act: 'kill' | 'hang' | 'fail' }): Blow => {
    const own = [...steps].filter(([step]) => partsOf(step)[0] === point);
    const [step = `${point} none`, times = 1] = own[Math.floor(random() * own.length)] ?? [];
    return at(point, partsOf(step)[1], { ...how, nth: 1 + Math.floor(random() * times) });
  };
  const all = FAIL_POINTS.flatMap((point) => [KILL, HANG, FAIL].map((how) => ({ point, how })));
  const cells = all.flatMap((first, i) =>
    all.slice(i).map((second) => {
      const blows = [one(first.point, first.how), one(second.point, second.how)];
      return { at: random(), cell: cell(blows.map(nameOf).join(' + '), ...blows) };
    }),
  );
  // In no order of theirs: what was run when somebody stops it is a fair part of them.
  return cells.sort((first, second) => first.at - second.at).map((drawn) => drawn.cell);
}

/** The point and the subject of a step. */
function partsOf(step: string): [FailPoint, string] {
  const [point = '', ...subject] = step.split(' ');
  return [point as FailPoint, subject.join(' ')];
}

function nameOf(blow: Blow): string {
  switch (blow.kind) {
    case 'point': {
      const { act, point, subject = 'any', nth = 1, ms } = blow;
      return `${act}${ms === undefined ? '' : ` ${ms / HOUR_MS} h`} ${point} ${subject}${nth === 1 ? '' : ` #${nth}`}`;
    }
    case 'telegram':
      return `telegram ${blow.fault.kind} ${blow.method}`;
    case 'line':
      return `line ${blow.mishap} ${blow.path}`;
    case 'device':
      return `device ${JSON.stringify(blow.quirks)}`;
  }
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
