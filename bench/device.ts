/**
 * How long the parsers of src/device take at worst. Every pattern there is either anchored on bounded input (serials:
 * 64 characters, hosts: 253) or has one repeated part per character class, so time grows with length, not faster.
 * The baseline is one pass of a trivial pattern over the same text. Run: npx tsx bench/device.ts
 */
import { performance } from 'node:perf_hooks';
import { typedWords } from '../locales/words.ts';
import { parseFirmware } from '../src/device/firmware.ts';
import { parseLabel } from '../src/device/label.ts';
import { parseSerial } from '../src/device/serial.ts';
import { typedDevices } from '../src/device/typed.ts';

const fill = (unit: string, length = 4096) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

const messages: Record<string, string> = {
  'one letter': fill('A'),
  digits: fill('9'),
  'digits apart': fill('9 '),
  dates: fill('20240115'),
  'dates apart': fill('20240115 '),
  models: fill('DS-7608 '),
  'models with serial ends': fill('DS-A1234567 '),
  'nearly full serials': fill('DS-720240115CCRRD2000004 '),
  dots: fill('a.'),
  dashes: fill('-'),
  'dashes and letters': fill('A-'),
  announcements: fill('S/N: '),
  'Russian announcements': fill('\u0441\u0435\u0440. \u043d\u043e\u043c\u0435\u0440 '),
  colons: fill('a:b/'),
  brackets: fill('8(0'),
  'wide letters': fill('\u0416'),
  'line ends': `J50000062${fill('\r\n', 4000)}x`,
  spaces: `x${fill(' ', 4000)}x`,
  'NULs around': `${fill('\0', 4000)}x${fill('\0', 4000)}`,
  'a link': `https://a.example/?f=${fill('JCQk', 4000)}`,
  'a long host': `${fill('a-', 4000)}.com`,
};
const parsers: Record<string, (text: string) => unknown> = {
  baseline: (text) => text.replace(/[^ -~]/g, ''),
  parseSerial: (text) => parseSerial(text.slice(0, 64), text.slice(0, 64)),
  typedDevices: (text) => typedDevices(text, typedWords),
  parseLabel,
  parseFirmware: (text) => parseFirmware(text.slice(0, 64)),
};

const ROUNDS = 50;
for (const [name, parse] of Object.entries(parsers)) {
  const times = Object.entries(messages).map(([input, text]) => {
    const rounds = Array.from({ length: ROUNDS }, () => {
      const start = performance.now();
      parse(text);
      return performance.now() - start;
    }).sort((a, b) => a - b);
    return { input, median: rounds[ROUNDS / 2] ?? 0, max: rounds.at(-1) ?? 0 };
  });
  // The median tells the parser, the maximum also the machine: both are of the worst input.
  const [worst] = times.sort((a, b) => b.median - a.median);
  const max = Math.max(...times.map((time) => time.max));
  console.log(
    `${name.padEnd(14)} median ${worst?.median.toFixed(3)} ms (${worst?.input}), max ${max.toFixed(3)} ms of any input`,
  );
}
