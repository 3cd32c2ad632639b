/**
 * What hostile input costs the five parsers that read it: datagrams of SADP, documents of ISAPI, digest challenges,
 * texts of labels and chats, messages of the link. Each gets its fixtures as they are (the baseline of the same run),
 * the fixtures with bytes changed, and inputs made from its own grammar.
 *
 *   node --expose-gc --import tsx bench/fuzz.ts [--count 20000] [--seed 20260801] [--slowest 50] [--growth 8192]
 *
 * It fails, with exit code 1, where an input throws, takes longer than `slowest` milliseconds (the quickest of five
 * times: a machine that was busy is no fault of the input), or leaves more than `growth` KiB of heap behind in the
 * second half of a run. A failure names the parser, the run and the input.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { typedWords, vocabulary } from '../locales/words.ts';
import { parseFirmware } from '../src/device/firmware.ts';
import { parseLabel } from '../src/device/label.ts';
import { readPrint } from '../src/device/printed.ts';
import { typedDevices } from '../src/device/typed.ts';
import { saidInWords } from '../src/device/words.ts';
import { chooseDigest, parseChallenges } from '../src/lan-agent/isapi/challenge.ts';
import {
  readActivated,
  readCapabilities,
  readDeviceInfo,
  readEzviz,
  readLoginLock,
} from '../src/lan-agent/isapi/documents.ts';
import { readDocument } from '../src/lan-agent/isapi/read-document.ts';
import { encodePng } from '../src/lan-agent/picture/png.ts';
import { readAnnouncement } from '../src/lan-agent/sadp/announcement.ts';
import { readMessage } from '../src/lan-agent/sadp/message.ts';
import { readExchangeReply, readStatusReply, readUnbindReply } from '../src/lan-agent/sadp/reply.ts';
import { eventsRequest, LINK_VERSION, pairRequest, pollAnswer, pollRequest } from '../src/link/messages.ts';
import { stacked } from '../test/support/printed-lines.ts';
import { against, asked, note, plain, quantile, report } from './bench.ts';
import type { Figure } from './run/figure.ts';

const {
  count,
  seed,
  slowest: slowestMs,
  growth: growthKiB,
} = asked({
  count: 20_000,
  seed: 20_260_801,
  slowest: 50,
  growth: 8192,
});
const random = generator(seed);
/** An id as the link has them. */
const ID = '01KA00000000000000000000AA';

/** One that reads what strangers write. */
interface Parser {
  readonly fixtures: readonly Buffer[];
  /** Longest input that reaches it, bytes. */
  readonly most: number;
  /** Everything that is ever done with an input. Whether it could be read. */
  read(input: Buffer): boolean;
  /** An input made from its grammar. */
  make(): string;
}

const sadp = ['discovery', 'replies', 'requests'].flatMap((folder) => files(`sadp/${folder}`));
const isapi = files('isapi');
const isapiNames = namesIn(isapi);
const isapiXml = xmlOf(['DeviceInfo', 'EZVIZ', 'ResponseStatus', 'userCheck'], isapiNames);

const PARSERS: Record<string, Parser> = {
  SADP: {
    fixtures: sadp,
    most: 65_507,
    read(input) {
      const message = readMessage(input);
      if (!message.ok) return false;
      readAnnouncement(message.value);
      readStatusReply(message.value);
      readExchangeReply(message.value);
      readUnbindReply(message.value);
      return true;
    },
    make: xmlOf(['ProbeMatch', 'Hello', 'Probe', 'x:ProbeMatch', 'Envelope'], namesIn(sadp)),
  },
  ISAPI: {
    fixtures: isapi,
    most: 70_000,
    read(input) {
      const document = readDocument(input);
      if (!document.ok) return false;
      readDeviceInfo(document.value);
      readEzviz(document.value);
      readCapabilities(document.value);
      readLoginLock(document.value);
      readActivated(document.value);
      return true;
    },
    make: () => (below(3) === 0 ? jsonOf(isapiNames, 0) : isapiXml()),
  },
  challenges: {
    fixtures: challengeFixtures(),
    most: 16_384,
    read(input) {
      return chooseDigest(parseChallenges([input.toString('latin1')])).ok;
    },
    make: () =>
      some(60, () =>
        pick([
          'Digest ',
          'Basic ',
          'digest',
          'realm="',
          'nonce=',
          'qop="auth,auth-int"',
          'algorithm=SHA-256',
          'stale=TRUE',
          'opaque=""',
          '"',
          '\\"',
          '\\',
          ',',
          ', ',
          '=',
          ' = ',
          '\xff',
          'a'.repeat(below(400)),
        ]),
      ).join(''),
  },
  texts: {
    fixtures: labelFixtures(),
    most: 16_384,
    read(input) {
      const text = input.toString('utf8');
      const lines = text.split(/\r|\n/);
      readPrint(stacked(lines));
      parseFirmware(text);
      saidInWords(text, vocabulary);
      return parseLabel(text).ok || typedDevices(text, typedWords).length > 0;
    },
    make: () =>
      some(80, () =>
        pick([
          '\r',
          '\n',
          '\t',
          ' ',
          'J50000062',
          'J5OOOO062',
          'DS-2CD2386G2-IU20210805AAWRJ50000062',
          'DS-',
          'DS-7608NI-K2/8P',
          'S/N: ',
          'S/N:',
          'QWERTZ',
          'www.hik-connect.com',
          'https://',
          '?f=JCQk',
          'WIFI:T:WPA;',
          'QRC0301',
          'V4.30.005 build 201229',
          'я',
          '\u202e',
          '\ud83d',
          '0'.repeat(below(60)),
          'A'.repeat(below(60)),
        ]),
      ).join(''),
  },
  link: {
    fixtures: linkFixtures(),
    most: 400_000,
    read(input) {
      let body: unknown;
      try {
        body = JSON.parse(input.toString('utf8'));
      } catch {
        return false;
      }
      return [eventsRequest, pollRequest, pairRequest, pollAnswer].some(
        (schema) => schema.safeParse(body).success,
      );
    },
    make: () =>
      JSON.stringify({
        version: pick([LINK_VERSION, 0, '1', null]),
        epoch: pick([ID, '', 'x'.repeat(below(2000))]),
        events: some(60, linkEvent),
        commands: [],
        [pick(['__proto__', 'constructor', 'host'])]: JSON.parse(jsonOf(['type', 'id', 'jobId'], 0)),
      }),
  },
};

const failures: string[] = [];
const figures: Figure[] = [];
for (const [name, parser] of Object.entries(PARSERS)) {
  const own = run(`${name}, as they are`, parser, Math.min(count, 5000), () => pick(parser.fixtures));
  const others = {
    changed: () => changed(parser),
    made: () => Buffer.from(parser.make()).subarray(0, parser.most),
  };
  for (const [word, make] of Object.entries(others)) {
    const times = run(`${name}, ${word}`, parser, count, make);
    const baseline = { name: 'as they are', value: quantile(own, 0.99) };
    figures.push(against(`${name}, ${word}, p99`, 'ms', quantile(times, 0.99), baseline));
  }
}
for (const failure of failures) console.error(`FAILED: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;
report([...figures, plain('failures', 'count', failures.length, { reach: { atMost: 0 } })]);

/** @returns how long each input took, ms */
function run(what: string, { read }: Parser, inputs: number, make: () => Buffer): number[] {
  const times: number[] = [];
  let readable = 0;
  let half: number | null = null;
  for (let i = 0; i < inputs; i++) {
    // The first half fills caches and compiles: a leak goes on after it.
    if (i === inputs >> 1) half = heap();
    const input = make();
    const [isRead, ms] = timed(read, input, what);
    times.push(ms);
    if (isRead) readable++;
  }
  const after = heap();
  const growth = half !== null && after !== null ? (after - half) / 1024 : null;
  if (growth !== null && growth > growthKiB)
    failures.push(`${what}: the heap grew by ${growth.toFixed(0)} KiB`);
  const at = (share: number) => quantile(times, share).toFixed(3);
  const grown = growth === null ? 'unknown (run with --expose-gc)' : `${growth.toFixed(0)} KiB`;
  note(
    `${what}: ${inputs} inputs, ${readable} readable; median ${at(0.5)} ms, p99 ${at(0.99)} ms, ` +
      `worst ${at(1)} ms; heap grew by ${grown} in the second half`,
  );
  return times;
}

/** Reads an input; one that is slow, or throws, is a failure that names it. */
function timed(read: Parser['read'], input: Buffer, what: string): [isRead: boolean, ms: number] {
  const named = () => `${input.length} bytes, ${JSON.stringify(input.toString('latin1', 0, 120))}`;
  let [isRead, ms] = [false, Number.POSITIVE_INFINITY];
  try {
    for (let tries = 0; tries < 5 && ms > slowestMs; tries++) {
      const start = performance.now();
      isRead = read(input);
      ms = Math.min(ms, performance.now() - start);
    }
    if (ms > slowestMs) failures.push(`${what}: ${ms.toFixed(1)} ms for ${named()}`);
  } catch (error) {
    failures.push(`${what}: ${String(error)} for ${named()}`);
  }
  return [isRead, ms];
}

/** A fixture that was cut, joined to another, repeated inside, or has bytes changed. */
function changed({ fixtures, most }: Parser): Buffer {
  const bytes = Buffer.from(pick(fixtures));
  switch (below(5)) {
    case 0:
      return bytes.subarray(0, below(bytes.length));
    case 1: {
      const other = pick(fixtures);
      return Buffer.concat([bytes.subarray(0, below(bytes.length)), other.subarray(below(other.length))]);
    }
    case 2: {
      const from = below(bytes.length);
      const piece = bytes.subarray(from, from + below(400));
      const copies = Array.from({ length: 1 + below(160) }, () => piece);
      return Buffer.concat([bytes.subarray(0, from), ...copies, bytes.subarray(from)]).subarray(0, most);
    }
    default:
      for (let changes = 1 + below(3); changes > 0; changes--) bytes[below(bytes.length)] = below(256);
      return bytes;
  }
}

/** Documents with these roots and elements. */
function xmlOf(roots: readonly string[], names: readonly string[]): () => string {
  const field = (depth: number): string => {
    const name = pick(names);
    const inside = depth < 40 && below(3) === 0 ? field(depth + 1) : word();
    const attribute = pick(['', '', ' a="1"', ' xmlns="urn:x"', " b='<'"]);
    // One unclosed element in a hundred spoils every other document of the usual size.
    if (below(100) === 0) return `<${name}>${inside}`;
    return pick([`<${name}${attribute}>${inside}</${name}>`, `<${name}/>`, `<!-- ${name} -->`]);
  };
  return () => {
    const root = pick(roots);
    const fields = some(120, () => field(0)).join(pick(['', '\r\n', ' ']));
    const head = pick([
      '',
      '<?xml version="1.0" encoding="utf-8"?>',
      '<?xml version = "1.0" ?>',
      '<!DOCTYPE a>',
      '\ufeff',
    ]);
    return `${head}<${root}>${fields}</${root}>${pick(['', '\0\0', '<a/>'])}`;
  };
}

/** JSON with these names, up to 40 deep. */
function jsonOf(names: readonly string[], depth: number): string {
  const value = () => (depth < 40 && below(3) === 0 ? jsonOf(names, depth + 1) : JSON.stringify(word()));
  return below(4) === 0
    ? `[${some(6, value).join(',')}]`
    : `{${some(8, () => `${JSON.stringify(pick(names))}:${value()}`).join(',')}}`;
}

function word(): string {
  const one = pick([
    'success',
    'flase',
    'true',
    '1',
    'N/A',
    '192.168.1.64',
    'inquiry',
    'a & b',
    '&nbsp;',
    '&#0;',
    '&lt;',
  ]);
  return below(12) === 0 ? one.repeat(below(3000)) : one;
}

function files(folder: string): Buffer[] {
  const path = `test/fixtures/${folder}`;
  return readdirSync(path).map((file) => readFileSync(`${path}/${file}`));
}

function namesIn(documents: readonly Buffer[]): string[] {
  return [...new Set(documents.flatMap((xml) => String(xml).match(/(?<=<)\w+/g) ?? []))];
}

function challengeFixtures(): Buffer[] {
  const { challenges } = JSON.parse(readFileSync('test/fixtures/digest-challenges.json', 'utf8')) as {
    challenges: { wwwAuthenticate: string[] }[];
  };
  return challenges.map(({ wwwAuthenticate }) => Buffer.from(wwwAuthenticate.join(', '), 'latin1'));
}

function labelFixtures(): Buffer[] {
  const { labels } = JSON.parse(readFileSync('test/fixtures/labels.json', 'utf8')) as {
    labels: { text: string }[];
  };
  return labels.map(({ text }) => Buffer.from(text));
}

function linkFixtures(): Buffer[] {
  const host = { name: 'Laptop', system: 'linux', agentVersion: '0.1.0' };
  const bodies = [
    { version: LINK_VERSION, cursor: null, waitMs: 1000, epoch: ID, host },
    { version: LINK_VERSION, code: 'BCDFGHJKLM', publicKey: 'A'.repeat(59), proof: 'A'.repeat(86), host },
    ...Array.from({ length: 20 }, () => ({ version: LINK_VERSION, epoch: ID, events: [linkEvent()] })),
  ];
  return bodies.map((body) => Buffer.from(JSON.stringify(body)));
}

/** An event as an agent sends it, or nearly. */
function linkEvent(): object {
  const image = encodePng({ width: 60, height: 20, pixels: new Uint8Array(1200) }, [9, 9, 9], [0, 0, 0]);
  const about = pick([
    { type: 'discovered', devices: [], omitted: 0, interfaces: [] },
    { type: 'status', shortSerial: 'J50000062', status: 'not-bound', device: null },
    { type: 'challenge-result', challengeId: ID, result: 'passed', triesLeft: below(12) },
    { type: 'prompt', state: 'shown', attemptsLeft: null },
    { type: 'job-failed', reason: word() },
    {
      type: 'challenge',
      challengeId: ID,
      image: pick([image.toString('base64'), 'A'.repeat(below(300_000)), word()]),
      nonce: 'A'.repeat(22),
      expiresAt: 1,
      triesLeft: 2,
    },
  ]);
  return { id: ID, jobId: pick([ID, word()]), at: pick([1, -1, 1.5, Number.MAX_VALUE]), ...about };
}

function some<T>(most: number, make: () => T): T[] {
  return Array.from({ length: below(most) }, make);
}

function pick<T>(list: readonly [T, ...T[]] | readonly T[]): T {
  return list[below(list.length)] as T;
}

function below(limit: number): number {
  return Math.floor(random() * limit);
}

function heap(): number | null {
  if (!globalThis.gc) return null;
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** mulberry32: the same inputs for the same seed. */
function generator(state: number): () => number {
  let a = state >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
