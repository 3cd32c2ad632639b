/**
 * How long the parsers of src/device take at worst. Every pattern there is either anchored on bounded input (serials:
 * 64 characters, hosts: 253) or has one repeated part per character class, so time grows with length, not faster.
 * The baseline is one pass of a trivial pattern over the same text. `npx tsx bench/device.ts [--rounds 50]`
 */
import { typedWords } from '../locales/words.ts';
import { parseFirmware } from '../src/device/firmware.ts';
import { parseLabel } from '../src/device/label.ts';
import { parseSerial } from '../src/device/serial.ts';
import { typedDevices } from '../src/device/typed.ts';
import { alternate, asked, beside, note, quantile, report, timed } from './bench.ts';
import type { Figure } from './run/figure.ts';

const { rounds } = asked({ rounds: 50 });

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
const trivial = (text: string) => text.replace(/[^ -~]/g, '');
const parsers: Record<string, (text: string) => unknown> = {
  parseSerial: (text) => parseSerial(text.slice(0, 64), text.slice(0, 64)),
  typedDevices: (text) => typedDevices(text, typedWords),
  parseLabel,
  parseFirmware: (text) => parseFirmware(text.slice(0, 64)),
};

const figures: Figure[] = [];
for (const [name, parse] of Object.entries(parsers)) {
  let worst: { input: string; took: { parser: number[][]; trivial: number[][] } } | null = null;
  const most = ({ parser }: { parser: number[][] }) => quantile(parser.flat(), 0.5);
  for (const [input, text] of Object.entries(messages)) {
    const took = await alternate(
      { parser: () => timed(() => parse(text)), trivial: () => timed(() => trivial(text)) },
      rounds,
    );
    if (worst === null || most(took) > most(worst.took)) worst = { input, took };
  }
  if (worst === null) continue;
  const { input, took } = worst;
  note(`${name}: slowest on ${input}, ${quantile(took.parser.flat(), 1).toFixed(3)} ms at most`);
  figures.push(beside(name, 'ms', took.parser, { name: 'trivial pattern', rounds: took.trivial }));
}
report(figures);
