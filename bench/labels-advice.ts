/**
 * Whether the tip for a photo that could not be read names what was wrong with it.
 *
 *   npx tsx bench/labels-advice.ts [--seed 2026] [--each 15] [--hard 150]
 *
 * `--each` photos of every cause are spoilt in that one way, as far as it takes to make them unreadable
 * (bench/labels/causes.ts). `--hard` photos are spoilt as in bench/labels.ts, in one or two ways; of those, the ones not
 * read are counted, and every cause they have is a right answer. A wrong tip sends a person up the ladder for nothing, no
 * tip gives the general sentence. The thresholds in src/label/quality.ts were set on seeds 1 to 10. The baseline measures
 * the whole photo, as is usual: brightness, white pixels, and the variance of the Laplacian for sharpness.
 */
import { prepareCodes } from '../src/label/codes.ts';
import { workingSize } from '../src/label/ladder.ts';
import { type Grey, openPhoto } from '../src/label/photo.ts';
import { readPhoto } from '../src/label/read-photo.ts';
import type { PhotoTip } from '../src/label/reading.ts';
import { against, asked, note, report } from './bench.ts';
import { CAUSES, type Cause, spoiltPhoto } from './labels/causes.ts';
import { hardPhoto, type Trouble } from './labels/photos.ts';

/** Enough for the whole ladder on any machine, so that the same photos count on every one. */
const BUDGET_MS = 20_000;
/** Photos tried for each that cannot be read. */
const TRIES = 6;

const RIGHT: Record<Cause | Trouble, PhotoTip | null> = {
  small: 'too-small',
  defocus: 'blurred',
  motion: 'blurred',
  glare: 'glare',
  foil: 'glare',
  dark: 'too-dark',
  nothing: null,
  perspective: null,
  shadow: null,
  curve: null,
  wear: null,
  dirt: null,
  colour: null,
  wrapped: null,
};
const TIPS = ['too-small', 'blurred', 'glare', 'too-dark', null] as const;

const { seed, each, hard } = asked({ seed: 2026, each: 15, hard: 150 });

/** What was wrong with an unread photo, and the tips given for it. */
interface Advice {
  readonly cause: string;
  readonly right: readonly (PhotoTip | null)[];
  readonly ours: PhotoTip | null;
  readonly baseline: PhotoTip | null;
}

await prepareCodes();
const advice: Advice[] = [];
for (const [at, cause] of CAUSES.entries()) {
  let found = 0;
  for (let index = 0; found < each && index < each * TRIES; index++) {
    const { bytes } = await spoiltPhoto(seed, at * 1000 + index, cause);
    if (await judge(bytes, cause, [RIGHT[cause]])) found++;
  }
}
const single = advice.length;
for (let index = 0; index < hard; index++) {
  const { bytes, ways, shot } = await hardPhoto(seed, index);
  const causes = shot.module < 1.6 ? [...ways, 'small' as const] : ways;
  await judge(
    bytes,
    'hard',
    causes.map((cause) => RIGHT[cause]),
  );
}

const column = (text: string | number) => String(text).padStart(10);
for (const who of ['ours', 'baseline'] as const) {
  note(`${who.padEnd(10)}${TIPS.map((tip) => column(tip ?? 'none')).join('')}${column('right')}`);
  for (const cause of CAUSES) {
    const of = advice.filter((one) => one.cause === cause);
    const counts = TIPS.map((tip) => column(of.filter((one) => one[who] === tip).length));
    note(`${cause.padEnd(10)}${counts.join('')}${column(count(of, who, 'right'))}`);
  }
}
const groups = { 'one cause': advice.slice(0, single), 'hard, unread': advice.slice(single) };
report(
  Object.entries(groups).flatMap(([name, all]) =>
    (['right', 'wrong', 'none'] as const).map((kind) =>
      against(
        `${name}, of ${all.length}: tip ${kind}`,
        'count',
        count(all, 'ours', kind),
        { name: 'whole photo', value: count(all, 'baseline', kind) },
        { better: kind === 'right' ? 'more' : 'less' },
      ),
    ),
  ),
);

/** Takes a photo into account if it cannot be read. */
async function judge(
  bytes: Uint8Array,
  cause: string,
  right: readonly (PhotoTip | null)[],
): Promise<boolean> {
  const reading = await readPhoto({ bytes, budgetMs: BUDGET_MS });
  const opened = await openPhoto(bytes);
  if (reading.kind !== 'unreadable' || !opened.ok) return false;
  const { working } = await workingSize(opened.value);
  advice.push({ cause, right, ours: reading.tip, baseline: wholePhoto(working) });
  return true;
}

function count(all: readonly Advice[], who: 'ours' | 'baseline', kind: 'right' | 'wrong' | 'none'): number {
  const kindOf = (one: Advice) =>
    one.right.includes(one[who]) ? 'right' : one[who] === null ? 'none' : 'wrong';
  return all.filter((one) => kindOf(one) === kind).length;
}

/** What is usual: sharpness as the variance of the Laplacian, and how much is dark or white. */
function wholePhoto({ data, width, height }: Grey): PhotoTip | null {
  const share = (is: (value: number) => boolean) => data.filter(is).length / data.length;
  if (share((value) => value < 60) > 0.75) return 'too-dark';
  if (share((value) => value >= 250) > 0.01) return 'glare';
  let [sum, squares, pixels] = [0, 0, 0];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const beside = [at - 1, at + 1, at - width, at + width].reduce((all, one) => all + (data[one] ?? 0), 0);
      const value = beside - 4 * (data[at] ?? 0);
      sum += value;
      squares += value * value;
      pixels++;
    }
  }
  return squares / pixels - (sum / pixels) ** 2 < 100 ? 'blurred' : 'too-small';
}
