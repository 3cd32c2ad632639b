/** Draws a card: SVG made of data, turned into a PNG. No font of the machine takes part (lettering.ts). */
import sharp from 'sharp';
import type { Language } from '../../locales/language.ts';
import { textsFor } from '../../src/kernel/all-texts.ts';
import type { Texts } from '../../src/kernel/texts.ts';
import { type Card, type CardWord, type Item, wordsOf } from './cards.ts';
import { lineOf, widthOf } from './lettering.ts';

const WIDTH = 960;
const HEIGHT = 600;
const INK = '#1f2933';
const SOFT = '#52606d';
const LINE = '#9aa5b1';
const PAPER = '#ffffff';
const BLUE = '#2563a8';
const GOOD = '#17803d';
const WARN = '#b45309';
const HERE = '#d7263d';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Room inside each frame for its items, where its title stands, and how deep the line that explains the asterisk. */
const FRAMES: Readonly<
  Record<
    Card['frame'],
    { readonly box: Box; readonly title: { x: number; y: number; w: number }; readonly note: number }
  >
> = {
  window: { box: { x: 110, y: 150, w: 740, h: 352 }, title: { x: 110, y: 103, w: 640 }, note: 538 },
  monitor: { box: { x: 130, y: 140, w: 700, h: 324 }, title: { x: 130, y: 106, w: 700 }, note: 494 },
  phone: { box: { x: 320, y: 148, w: 320, h: 376 }, title: { x: 320, y: 112, w: 320 }, note: 550 },
};

/** Draws a card as a PNG of 960 x 600 pixels. */
export function drawCard(card: Card, language: Language): Promise<Buffer> {
  return sharp(Buffer.from(svgOf(card, language)))
    .png({ compressionLevel: 9, palette: true, effort: 10 })
    .toBuffer();
}

/** Least space between two items, pixels. */
const LEAST_GAP = 8;

/** Whether everything on the card has room in its frame. */
export function fits({ frame, items }: Card): boolean {
  const needed = items.reduce((sum, item) => sum + heightOf(item, frame), 0);
  return needed + LEAST_GAP * (items.length - 1) <= FRAMES[frame].box.h;
}

/** The card as SVG. */
export function svgOf(card: Card, language: Language): string {
  const t = textsFor(language);
  const { box, title, note } = FRAMES[card.frame];
  const heights = card.items.map((item) => heightOf(item, card.frame));
  const gap = Math.min(
    26,
    (box.h - heights.reduce((sum, height) => sum + height, 0)) / Math.max(1, heights.length - 1),
  );
  let y = box.y;
  const pointers: string[] = [];
  const drawn = card.items.map((item, index) => {
    const room: Box = { x: box.x, y, w: box.w, h: heights[index] ?? 0 };
    y += room.h + Math.max(LEAST_GAP, gap);
    // What points lies above everything, also above what is drawn later.
    if (item.here) pointers.push(pointAt(item, t, room));
    return drawItem(t, item, room);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#e4ebf2"/>`,
    FRAME_DRAWINGS[card.frame],
    lineOf(word(t, card.title), {
      ...title,
      size: 30,
      fill: card.frame === 'phone' ? INK : PAPER,
      width: title.w,
    }),
    ...drawn,
    ...pointers,
    wordsOf(card).some((id) => word(t, id).includes('*'))
      ? lineOf(word(t, 'ours'), { x: box.x, y: note, size: 24, fill: SOFT, width: box.w })
      : '',
    '</svg>',
  ].join('');
}

const rect = (box: Box, attributes: string, radius = 8) =>
  `<rect x="${box.x}" y="${box.y}" width="${box.w}" height="${box.h}" rx="${radius}" ${attributes}/>`;

const FRAME_DRAWINGS: Readonly<Record<Card['frame'], string>> = {
  window:
    rect({ x: 70, y: 56, w: 820, h: 500 }, `fill="${PAPER}" stroke="${LINE}" stroke-width="3"`, 14) +
    `<path d="M70 128 V70 a14 14 0 0 1 14 -14 H876 a14 14 0 0 1 14 14 V128 Z" fill="${BLUE}"/>` +
    `<path d="M842 82 l20 20 m0 -20 l-20 20" stroke="${PAPER}" stroke-width="4" stroke-linecap="round"/>`,
  monitor:
    `<path d="M420 520 h120 l20 50 h-160 Z" fill="${SOFT}"/>` +
    rect({ x: 80, y: 40, w: 800, h: 490 }, `fill="${INK}"`, 18) +
    rect({ x: 104, y: 64, w: 752, h: 442 }, `fill="${PAPER}"`, 4) +
    `<path d="M104 64 h752 v58 h-752 Z" fill="${SOFT}"/>`,
  phone:
    rect({ x: 284, y: 16, w: 392, h: 572 }, `fill="${INK}"`, 44) +
    rect({ x: 298, y: 52, w: 364, h: 510 }, `fill="${PAPER}"`, 10) +
    `<path d="M440 34 h80" stroke="${LINE}" stroke-width="6" stroke-linecap="round"/>` +
    `<path d="M298 132 h364" stroke="${LINE}" stroke-width="2"/>`,
};

function heightOf(item: Item, frame: Card['frame']): number {
  switch (item.is) {
    case 'line':
      return 34;
    case 'picture-code':
      return 84;
    case 'notice':
      return frame === 'phone' ? 150 : 100;
    case 'viewfinder':
      return 290;
    case 'progress':
      return 80;
    case 'wiring':
      return 330;
    case 'field':
      return frame === 'phone' ? 84 : 58;
    default:
      return 58;
  }
}

function word(t: Texts, id: CardWord): string {
  return t(`card:text.${id}`);
}

function drawItem(t: Texts, item: Item, room: Box): string {
  const middle = room.y + room.h / 2 + 9;
  switch (item.is) {
    case 'line':
      return lineOf(word(t, item.word), { x: room.x, y: middle, size: 24, fill: SOFT, width: room.w });
    case 'row': {
      const text = item.say ?? (item.word === undefined ? '' : word(t, item.word));
      const inset = item.tick === undefined ? 20 : 66;
      return (
        rect(room, `fill="${item.here ? '#fdecee' : '#f5f8fb'}" stroke="${LINE}" stroke-width="1.5"`) +
        (item.tick === undefined ? '' : tickBox(room, item.tick === 'on')) +
        lineOf(text, { x: room.x + inset, y: middle, size: 26, fill: INK, width: room.w - inset - 16 })
      );
    }
    case 'field':
      return drawField(t, item, room);
    case 'button':
    case 'corner':
      return drawButton(word(t, item.word), buttonBox(word(t, item.word), item, room), item.here === true);
    case 'picture-code':
      return pictureCode(room);
    case 'notice':
      return drawNotice(word(t, item.word), item.tone, room);
    case 'viewfinder':
      return viewfinder(room);
    case 'progress':
      return (
        rect({ ...room, h: 22 }, `fill="#e4ebf2"`, 11) +
        rect({ ...room, h: 22, w: room.w * 0.62 }, `fill="${BLUE}"`, 11) +
        lineOf(word(t, item.word), { x: room.x, y: room.y + 64, size: 28, fill: HERE, width: room.w })
      );
    case 'wiring':
      return wiring(t, room);
  }
}

/** A label; our own name for it stands below in small print where one line would be too small to read. */
function drawLabel(text: string, { x, y, w }: { x: number; y: number; w: number }, narrow: boolean): string {
  const [printed = '', ours] = text.split(/ (?=\()/);
  if (narrow || ours === undefined) return lineOf(text, { x, y, size: 26, fill: SOFT, width: w });
  return (
    lineOf(printed, { x, y: y - 12, size: 26, fill: SOFT, width: w }) +
    lineOf(ours, { x, y: y + 16, size: 22, fill: SOFT, width: w })
  );
}

function tickBox(room: Box, on: boolean): string {
  const box = { x: room.x + 18, y: room.y + room.h / 2 - 15, w: 30, h: 30 };
  const tick = `<path d="M${box.x + 6} ${box.y + 15} l7 8 l12 -16" fill="none" stroke="${PAPER}" stroke-width="4"/>`;
  return (
    rect(box, `fill="${on ? BLUE : PAPER}" stroke="${on ? BLUE : LINE}" stroke-width="2"`, 5) +
    (on ? tick : '')
  );
}

/** Label and value side by side, or one above the other where the frame is narrow. */
function drawField(t: Texts, item: Extract<Item, { is: 'field' }>, room: Box): string {
  const narrow = room.w < 400;
  const label = narrow
    ? { x: room.x, y: room.y + 22, w: room.w }
    : { x: room.x, y: room.y + 38, w: room.w * 0.4 };
  const value: Box = narrow
    ? { x: room.x, y: room.y + 34, w: room.w, h: 50 }
    : { x: room.x + room.w * 0.43, y: room.y, w: room.w * 0.57, h: room.h };
  const middle = value.y + value.h / 2 + 9;
  const dots = Array.from(
    { length: 8 },
    (_, at) => `<circle cx="${value.x + 28 + at * 24}" cy="${middle - 9}" r="7" fill="${INK}"/>`,
  );
  const arrow = `<path d="M${value.x + value.w - 44} ${middle - 15} l12 14 l12 -14" fill="none" stroke="${INK}" stroke-width="4"/>`;
  const said = item.choice ? word(t, 'ownersRegion') : (item.say ?? '');
  return (
    drawLabel(word(t, item.word), label, narrow) +
    rect(value, `fill="${PAPER}" stroke="${INK}" stroke-width="2"`) +
    (item.secret
      ? dots.join('')
      : lineOf(said, {
          x: value.x + 16,
          y: middle,
          size: 26,
          fill: INK,
          width: value.w - (item.choice ? 76 : 32),
        })) +
    (item.choice ? arrow : '')
  );
}

/** In the middle of its room, or at the right end of it. */
function buttonBox(text: string, { is }: Item, room: Box): Box {
  const w = Math.min(room.w, Math.max(180, widthOf(text, 28) + 60));
  return { x: room.x + (room.w - w) / (is === 'corner' ? 1 : 2), y: room.y, w, h: room.h };
}

function drawButton(text: string, box: Box, pressed: boolean): string {
  const size = Math.min(28, (28 * (box.w - 24)) / widthOf(text, 28));
  const x = box.x + (box.w - widthOf(text, size)) / 2;
  return (
    rect(box, pressed ? `fill="${BLUE}"` : `fill="#eef2f6" stroke="${LINE}" stroke-width="2"`, 10) +
    lineOf(text, { x, y: box.y + box.h / 2 + 10, size, fill: pressed ? PAPER : INK })
  );
}

/** A picture with characters, as such pictures look: askew, with lines across. */
function pictureCode(room: Box): string {
  const x = room.x + room.w / 2 - 120;
  const letters = [...'7KXQ'].map(
    (letter, at) =>
      `<g transform="rotate(${[-14, 9, -7, 15][at] ?? 0} ${x + 40 + at * 52} ${room.y + 42})">${lineOf(letter, { x: x + 24 + at * 52, y: room.y + 58, size: 46, fill: SOFT })}</g>`,
  );
  return (
    rect({ x, y: room.y, w: 240, h: room.h }, `fill="#eef2f6" stroke="${LINE}" stroke-width="2"`) +
    letters.join('') +
    `<path d="M${x + 10} ${room.y + 60} q60 -50 110 -10 t110 -20" fill="none" stroke="${LINE}" stroke-width="3"/>`
  );
}

function drawNotice(text: string, tone: 'good' | 'warn', room: Box): string {
  const colour = tone === 'good' ? GOOD : WARN;
  const sign =
    tone === 'good'
      ? `<path d="M${room.x + 28} ${room.y + room.h / 2} l14 16 l24 -32" fill="none" stroke="${colour}" stroke-width="8" stroke-linecap="round" stroke-linejoin="round"/>`
      : `<path d="M${room.x + 46} ${room.y + room.h / 2 - 24} l28 48 h-56 Z" fill="none" stroke="${colour}" stroke-width="6" stroke-linejoin="round"/><path d="M${room.x + 46} ${room.y + room.h / 2 - 8} v16" stroke="${colour}" stroke-width="6"/>`;
  const lines = wrapped(text, 26, room.w - 116);
  const top = room.y + room.h / 2 + 9 - ((lines.length - 1) * 32) / 2;
  return (
    rect(
      room,
      `fill="${tone === 'good' ? '#e8f6ec' : '#fdf3e3'}" stroke="${colour}" stroke-width="2.5"`,
      10,
    ) +
    sign +
    lines
      .map((line, at) =>
        lineOf(line, { x: room.x + 92, y: top + at * 32, size: 26, fill: INK, width: room.w - 104 }),
      )
      .join('')
  );
}

function wrapped(text: string, size: number, width: number): string[] {
  const lines: string[] = [];
  for (const piece of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(`${last} ${piece}`, size) <= width)
      lines[lines.length - 1] = `${last} ${piece}`;
    else lines.push(piece);
  }
  return lines;
}

/** A label with its square code between the corners of a viewfinder. The code is drawn, it can not be read. */
function viewfinder(room: Box): string {
  const side = 190;
  const x = room.x + (room.w - side) / 2;
  const y = room.y + 46;
  const cell = side / 11;
  const cells = Array.from({ length: 121 }, (_, at) => ({
    row: Math.floor(at / 11),
    column: at % 11,
    on: (at * at * 7 + at * 3) % 5 < 2,
  }));
  const corner = (cx: number, cy: number) =>
    rect(
      { x: x + cx * cell, y: y + cy * cell, w: cell * 3, h: cell * 3 },
      `fill="${PAPER}" stroke="${INK}" stroke-width="${cell * 0.7}"`,
      0,
    );
  const dots = cells
    .filter(
      ({ row, column, on }) =>
        on && !((row < 4 && column < 4) || (row < 4 && column > 6) || (row > 6 && column < 4)),
    )
    .map(({ row, column }) =>
      rect({ x: x + column * cell, y: y + row * cell, w: cell, h: cell }, `fill="${INK}"`, 0),
    );
  const edge = { l: x - 36, t: y - 36, r: x + side + 36, b: y + side + 36 };
  return (
    dots.join('') +
    corner(0, 0) +
    corner(8, 0) +
    corner(0, 8) +
    `<path d="M${edge.l} ${edge.t + 44} V${edge.t} H${edge.l + 44} M${edge.r - 44} ${edge.t} H${edge.r} V${edge.t + 44} M${edge.r} ${edge.b - 44} V${edge.b} H${edge.r - 44} M${edge.l + 44} ${edge.b} H${edge.l} V${edge.b - 44}" fill="none" stroke="${HERE}" stroke-width="7"/>`
  );
}

/** Laptop, router and device on one cable. */
function wiring(t: Texts, room: Box): string {
  const y = room.y + 120;
  const places: { x: number; name: CardWord }[] = [
    { x: room.x + 20, name: 'laptop' },
    { x: room.x + room.w / 2 - 90, name: 'router' },
    { x: room.x + room.w - 200, name: 'deviceBox' },
  ];
  const cable = `<path d="M${room.x + 190} ${y + 50} H${room.x + room.w - 190}" stroke="${HERE}" stroke-width="8"/>`;
  return (
    cable +
    places
      .map(({ x, name }) => {
        const text = word(t, name);
        const size = Math.min(26, (26 * 164) / widthOf(text, 26));
        return (
          rect({ x, y, w: 180, h: 100 }, `fill="${PAPER}" stroke="${INK}" stroke-width="4"`, 12) +
          lineOf(text, { x: x + (180 - widthOf(text, size)) / 2, y: y + 60, size, fill: INK })
        );
      })
      .join('')
  );
}

/** A red ring around what is to be touched. Notices, viewfinders and drawings need none. */
function pointAt(item: Item, t: Texts, room: Box): string {
  if (item.is === 'notice' || item.is === 'viewfinder' || item.is === 'wiring') return '';
  const target =
    item.is === 'button' || item.is === 'corner' ? buttonBox(word(t, item.word), item, room) : room;
  const ring: Box = { x: target.x - 13, y: target.y - 8, w: target.w + 26, h: target.h + 16 };
  const [x, y] = [ring.x + ring.w - 10, ring.y + ring.h - 6];
  return (
    rect(ring, `fill="none" stroke="${HERE}" stroke-width="6"`, 14) +
    `<path d="M${x} ${y} l34 12 l-15 6 l9 18 l-9 4 l-9 -18 l-10 11 Z" fill="${INK}" stroke="${PAPER}" stroke-width="2.5"/>`
  );
}
