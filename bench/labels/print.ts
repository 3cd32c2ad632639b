/** Labels and cartons as they are printed, with invented numbers: what the tables of bench/label-text.ts are made of. */
import bwipjs from 'bwip-js/node';
import type { PrintedRow } from '../../test/integration/label/printed.ts';
import type { Random } from './random.ts';

export const PRINT_KINDS = ['wrapped', 'plain', 'carton'] as const;
export type PrintKind = (typeof PRINT_KINDS)[number];

export interface PrintSheet {
  readonly shortSerial: string;
  /** Printed in full; null where only the short one is. */
  readonly fullSerial: string | null;
  readonly rows: readonly PrintedRow[];
}

const CAMERAS = [
  'DS-2CD2386G2-IU',
  'DS-2CD2347G2-LSU/SL',
  'DS-2CD2T47G2P-LSU/SL(C)',
  'DS-2CD7A46G0/P-IZHSY(C)',
  'DS-2DE4A425IWG-E',
  'DS-KV6113-WPE1(C)',
  'DS-K1T341CMFW',
];
const RECORDERS = ['DS-7608NI-K2/8P', 'DS-7216HQHI-K1', 'iDS-7204HUHI-M1/S'];
/** Letters that short serials begin with, those that look like digits among them. */
const LETTERS = [...'ABCDEFGHJKLQZ'];

/** One label: a full serial on two lines, on one line and beside a short one, or a carton with bars. */
export function drawPrint(random: Random, kind: PrintKind): PrintSheet {
  return kind === 'carton' ? carton(random) : label(random, kind === 'wrapped');
}

function label(random: Random, isWrapped: boolean): PrintSheet {
  const isRecorder = random.chance(0.3);
  const model = random.pick(isRecorder ? RECORDERS : CAMERAS);
  const shortSerial = inventShort(random, random.pick([0, 1, 1, 1, 2, 2]));
  const head = `${model}${isRecorder ? random.pick(['04', '08', '16']) : ''}`;
  const middle = `${dateOf(random)}${random.pick(['AAWR', 'CCRR', 'CCWR', 'BBRR', 'AACH', 'BBWR'])}`;
  const full = `${head}${middle}${shortSerial}${isRecorder ? random.pick(['WCVU', '']) : ''}`;
  const prints = isWrapped ? 'full' : random.pick(['both', 'both', 'short', 'full']);
  const cut = random.chance(0.5) ? head.length : whole(random, head.length + 4, full.length - 1);
  const name = random.pick(['S/N:', 'S/N: ', 'SN: ', 'Serial No.: ']);
  const serial = isWrapped ? [`${name}${full.slice(0, cut)}`, full.slice(cut)] : [`${name}${full}`];
  const code = Array.from({ length: 6 }, () => random.pick([...'ABCDEFGHJKLMNPQRSTUVWXYZ'])).join('');
  return {
    shortSerial,
    fullSerial: prints === 'short' ? null : full,
    rows: [
      'HIKVISION',
      random.pick([`Model: ${model}`, `Model: ${model}`, 'Network Camera']),
      ...(prints === 'short' ? [] : serial),
      ...(prints === 'full' ? [] : [`Serial No.: ${shortSerial}`]),
      ...(random.chance(0.6) ? [`Verification Code: ${code}`] : []),
      random.pick(['Made in China', '12 VDC, 0.5 A / PoE', 'IP67 CE FCC']),
    ],
  };
}

/** Cartons of ten years ago: a serial number and a material code of nine digits each, both under bars. */
function carton(random: Random): PrintSheet {
  const shortSerial = inventShort(random, random.chance(0.8) ? 0 : 1);
  const other = inventShort(random, 0);
  const name = random.pick([
    'Material code:',
    'Material code: ',
    'P/N: ',
    'Part No.: ',
    'Order No.: ',
    'Bar code: ',
  ]);
  const hasBars = random.chance(0.5);
  const serial = [
    random.pick(['Serial no: ', 'Serial No.: ', 'S/N: ']) + shortSerial,
    ...(hasBars ? [bars(shortSerial)] : []),
  ];
  const material = [name + other, ...(hasBars ? [bars(other)] : [])];
  const model = random.pick(CAMERAS);
  return {
    shortSerial,
    fullSerial: null,
    rows: [
      `Model: ${model}${random.pick(['', ' 2.8mm', ' 4mm'])}`,
      '4MP/ 1/3"CMOS / 20(P)/20(N)fps @ 2688x1520',
      'DC 12V,7W MAX / PoE(802.3af)',
      ...(random.chance(0.5) ? [...material, ...serial] : [...serial, ...material]),
      `Lot Number: 45${digits(random, 8)}`,
      ...(random.chance(0.5) ? [`EAN: 69${digits(random, 11)}`] : []),
      'Made in China',
    ],
  };
}

function bars(text: string): PrintedRow {
  const [raw] = bwipjs.raw({ bcid: 'code128', text });
  if (!raw || !('sbs' in raw)) throw new Error('bwip-js drew no bars');
  return { modules: [...raw.sbs] };
}

const whole = (random: Random, from: number, to: number) => Math.floor(random.between(from, to));

function digits(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.pick([...'0123456789'])).join('');
}

function inventShort(random: Random, letters: number): string {
  return Array.from({ length: letters }, () => random.pick(LETTERS)).join('') + digits(random, 9 - letters);
}

function dateOf(random: Random): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `20${two(whole(random, 14, 26))}${two(whole(random, 1, 13))}${two(whole(random, 1, 29))}`;
}
