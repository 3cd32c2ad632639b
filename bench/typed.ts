/**
 * What is read in typed texts: devices that were missed, taken without being there, asked about although they are clear, and
 * those with another model. Beside it a plain pattern over the same texts. Run: npx tsx bench/typed.ts
 */
import { performance } from 'node:perf_hooks';
import { typedWords } from '../locales/words.ts';
import { typedDevices } from '../src/device/typed.ts';
import own from '../test/fixtures/typed-own.json' with { type: 'json' };

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

const readers: Record<string, (text: string) => Read[]> = {
  'plain pattern': (text) =>
    [...text.toUpperCase().matchAll(/\b[A-Z]{0,2}\d{7,9}\b/g)]
      .map(([short]) => ({ short, model: null, doubt: null }))
      .filter(({ short }) => short.length === 9),
  typedDevices: (text) =>
    typedDevices(text, typedWords).map(({ serial, model, doubt }) => ({ short: serial.short, model, doubt })),
};

for (const [name, read] of Object.entries(readers)) {
  const counts = {
    right: 0,
    asked: 0,
    missed: 0,
    extra: 0,
    'asked instead of taken': 0,
    'taken instead of asked': 0,
    'another model': 0,
  };
  const start = performance.now();
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
  const ms = (performance.now() - start) / texts.length;
  const told = Object.entries(counts).map(([what, count]) => `${what} ${count}`);
  console.log(`${name.padEnd(14)} ${texts.length} texts: ${told.join(', ')}; ${ms.toFixed(2)} ms a text`);
}
