/**
 * What is read in typed texts: devices that were missed, taken without being there, asked about although they are clear, and
 * those with another model. Beside it a plain pattern over the same texts. `npx tsx bench/typed.ts [--rounds 5]`
 */
import { typedWords } from '../locales/words.ts';
import { typedDevices } from '../src/device/typed.ts';
import own from '../test/fixtures/typed-own.json' with { type: 'json' };
import { against, alternate, asked, beside, note, report, timed } from './bench.ts';

const { rounds } = asked({ rounds: 5 });

interface Read {
  readonly short: string;
  readonly model: string | null;
  readonly doubt: string | null;
}

/** `J50000062 DS-2CD2143G2-I ?mistyped`: what is to be read, as the fixture spells it. */
function expectedOf(line: string): Read {
  const [, short = '', model = null, doubt = null] = /^(\S{9})(?: ([^?]+?))?(?: \?(\S+))?$/.exec(line) ?? [];
  return { short, model, doubt };
}

const texts = [...own.texts, ...own.later];

const readers = {
  plain: (text: string): Read[] =>
    [...text.toUpperCase().matchAll(/\b[A-Z]{0,2}\d{7,9}\b/g)]
      .map(([short]) => ({ short, model: null, doubt: null }))
      .filter(({ short }) => short.length === 9),
  ours: (text: string): Read[] =>
    typedDevices(text, typedWords).map(({ serial, model, doubt }) => ({ short: serial.short, model, doubt })),
} satisfies Record<string, (text: string) => Read[]>;

/** What a reader makes of all texts. */
function counted(read: (text: string) => Read[]) {
  const counts = {
    right: 0,
    asked: 0,
    missed: 0,
    extra: 0,
    'asked instead of taken': 0,
    'taken instead of asked': 0,
    'another model': 0,
  };
  for (const { text, devices } of texts) {
    const wanted = devices.map(expectedOf);
    const found = read(text);
    counts.extra += found.filter(({ short }) => !wanted.some((one) => one.short === short)).length;
    for (const want of wanted) {
      const got = found.find(({ short }) => short === want.short);
      if (!got) counts.missed += 1;
      else if (want.doubt === null && got.doubt !== null) counts['asked instead of taken'] += 1;
      else if (want.doubt !== null && got.doubt === null) counts['taken instead of asked'] += 1;
      else counts[want.doubt === null ? 'right' : 'asked'] += 1;
      if (got && got.model !== want.model) counts['another model'] += 1;
    }
  }
  return counts;
}

/** Milliseconds a text. */
async function readAll(read: (text: string) => Read[]): Promise<number> {
  const ms = await timed(() => {
    for (const { text } of texts) read(text);
  });
  return ms / texts.length;
}

const took = await alternate(
  { ours: () => readAll(readers.ours), plain: () => readAll(readers.plain) },
  rounds,
);
const [ours, plainly] = [counted(readers.ours), counted(readers.plain)];
note(`${texts.length} texts`);
const words = Object.keys(ours) as (keyof typeof ours)[];
report([
  ...words.map((word) =>
    against(
      word,
      'count',
      ours[word],
      { name: 'plain pattern', value: plainly[word] },
      {
        better: word === 'right' || word === 'asked' ? 'more' : 'less',
      },
    ),
  ),
  beside('a text', 'ms', took.ours, { name: 'plain pattern', rounds: took.plain }),
]);
