/**
 * What hostile datagrams cost the agent: fixtures with bytes changed, and documents made from SADP's own grammar.
 *
 *   node --expose-gc --import tsx bench/fuzz.ts [datagrams] [seed]
 *
 * The baseline of every run is the same reader over the fixtures as devices send them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { readAnnouncement } from '../src/lan-agent/sadp/announcement.ts';
import { readMessage } from '../src/lan-agent/sadp/message.ts';
import { readExchangeReply, readStatusReply, readUnbindReply } from '../src/lan-agent/sadp/reply.ts';

const [count = 100_000, seed = 20_260_801] = process.argv.slice(2).map(Number);
const random = generator(seed);
const fixtures = ['discovery', 'replies', 'requests'].flatMap((folder) =>
  readdirSync(`test/fixtures/sadp/${folder}`).map((file) =>
    readFileSync(`test/fixtures/sadp/${folder}/${file}`),
  ),
);
const names = [...new Set(fixtures.flatMap((xml) => String(xml).match(/(?<=<)\w+/g) ?? []))];

report(
  'fixtures as they are',
  run(Math.min(count, 20_000), () => pick(fixtures)),
);
report('mutated fixtures', run(count / 2, mutated));
report('made from the grammar', run(count / 2, grammatical));

interface Figures {
  readonly datagrams: number;
  readonly read: number;
  readonly times: Float64Array;
  readonly growthKiB: number | null;
}

function run(datagrams: number, make: () => Buffer): Figures {
  const times = new Float64Array(datagrams);
  let read = 0;
  let half: number | null = null;
  for (let i = 0; i < datagrams; i++) {
    // The first half fills caches and compiles: a leak goes on after it.
    if (i === datagrams >> 1) half = heap();
    const datagram = make();
    const start = performance.now();
    if (readAll(datagram)) read++;
    times[i] = performance.now() - start;
  }
  const after = heap();
  return {
    datagrams,
    read,
    times: times.sort(),
    growthKiB: half && after ? (after - half) / 1024 : null,
  };
}

/** Everything the agent ever does with a datagram. It has to end without an exception. */
function readAll(datagram: Buffer): boolean {
  const message = readMessage(datagram);
  if (!message.ok) return false;
  readAnnouncement(message.value);
  readStatusReply(message.value);
  readExchangeReply(message.value);
  readUnbindReply(message.value);
  return true;
}

function report(what: string, { datagrams, read, times, growthKiB }: Figures): void {
  const at = (share: number) => (times[Math.floor((times.length - 1) * share)] ?? 0).toFixed(3);
  const growth = growthKiB === null ? 'unknown (run with --expose-gc)' : `${growthKiB.toFixed(0)} KiB`;
  console.log(
    `${what}: ${datagrams} datagrams, ${read} readable, 0 exceptions; ` +
      `median ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms; heap grew by ${growth} in the second half`,
  );
}

function mutated(): Buffer {
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
      return Buffer.concat([bytes.subarray(0, from), ...copies, bytes.subarray(from)]).subarray(0, 65_507);
    }
    default:
      for (let changes = 1 + below(3); changes > 0; changes--) bytes[below(bytes.length)] = below(256);
      return bytes;
  }
}

function grammatical(): Buffer {
  const root = pick(['ProbeMatch', 'Hello', 'Probe', 'x:ProbeMatch', 'Envelope']);
  const fields = Array.from({ length: below(120) }, () => field(0)).join(pick(['', '\r\n', ' ']));
  const head = pick([
    '',
    '<?xml version="1.0" encoding="utf-8"?>',
    '<?xml version = "1.0" ?>',
    '<!DOCTYPE a>',
    '\ufeff',
  ]);
  return Buffer.from(`${head}<${root}>${fields}</${root}>${pick(['', '\0\0', '<a/>'])}`).subarray(0, 65_507);
}

function field(depth: number): string {
  const name = pick(names);
  const inside = depth < 40 && below(3) === 0 ? field(depth + 1) : value();
  const attribute = pick(['', '', ' a="1"', ' xmlns="urn:x"', " b='<'"]);
  // One unclosed element in a hundred spoils every other document of the usual size.
  if (below(100) === 0) return `<${name}>${inside}`;
  return pick([`<${name}${attribute}>${inside}</${name}>`, `<${name}/>`, `<!-- ${name} -->`]);
}

function value(): string {
  const word = pick([
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
  return below(12) === 0 ? word.repeat(below(3000)) : word;
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

/** mulberry32: the same datagrams for the same seed. */
function generator(state: number): () => number {
  let a = state >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
