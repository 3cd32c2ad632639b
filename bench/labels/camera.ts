import sharp from 'sharp';
import type { Colour, Drawing } from './drawing.ts';
import type { Random } from './random.ts';
import type { Framed } from './surface.ts';

/** How a label was photographed. Lengths are in pixels of the photo, angles in degrees. */
export interface Shot {
  readonly width: number;
  readonly height: number;
  /** Size of a module in the middle of the label. */
  readonly module: number;
  /** In the plane of the picture, any. */
  readonly roll: number;
  /** How far the label leans away from the camera, and in which direction. */
  readonly tilt: number;
  readonly tiltTowards: number;
  /** What it is stuck on, and how far that turns away between the label's middle and its corners. Null: flat. */
  readonly bend: {
    readonly over: 'cylinder' | 'dome';
    readonly arc: number;
    /** Direction of the cylinder's axis on the label. */
    readonly axis: number;
  } | null;
  /** Paper of metal: it shows what is around it, in waves, and lamps as bands. Places are in shares of the code's width. */
  readonly foil: {
    readonly towards: number;
    /** Waves, and how much of the light they take and give. */
    readonly wave: number;
    readonly depth: number;
    readonly bands: readonly { readonly at: number; readonly width: number; readonly strength: number }[];
  } | null;
  /** Radius of the disc into which a point out of focus spreads. */
  readonly defocus: number;
  /** Length and direction of the way the camera made while the shutter was open. */
  readonly motion: number;
  readonly motionTowards: number;
  /** What there is of each colour. */
  readonly light: Colour;
  /** White paper in the finished photo, 0 to 1 of full scale, in linear light. */
  readonly exposure: number;
  /** Electrons a pixel collects from white paper: the fewer, the more noise. */
  readonly electrons: number;
  /** A reflection: its strength in units of white paper, its size and place in shares of the code's width. */
  readonly glare: {
    readonly strength: number;
    readonly size: number;
    readonly x: number;
    readonly y: number;
  } | null;
  /** Share of the light that is left in the shadow, 1 for none. It falls across the code. */
  readonly shadow: number;
  /** Quality of the JPEG file. */
  readonly quality: number;
}

/** Every place of the photo is the mean of this many samples in each direction. */
const SAMPLES = 2;
/** Of the light in all directions, what reaches a place that faces away. */
const AMBIENT = 0.35;
/** How much of a lamp ink sends on, printed on metal. */
const INK_SHINE = 0.35;

/** Photographs a drawing: light, lens, sensor and compression, in the order in which a phone has them. */
export async function photograph(
  drawing: Drawing,
  { shot, surface }: Framed,
  random: Random,
): Promise<Buffer> {
  const { width, height } = shot;
  const light = await lightOf(drawing, { shot, surface }, random);
  const { paper, ink } = drawing;
  const isGrey = [paper, ink, shot.light].every(([r, g, b]) => r === g && g === b);
  const channels = isGrey ? 1 : 3;
  const data = Buffer.alloc(width * height * channels);
  const grain = Float32Array.from({ length: 1 << 16 }, () => random.normal());
  let next = 0;
  for (let channel = 0; channel < channels; channel++) {
    const of = (colour: Colour) => colour[channel] ?? 0;
    const plane = mixed(light, of(paper), of(ink), of(shot.light));
    const focused = convolve(plane, width, height, disc(shot));
    const blurred = convolve(focused, width, height, way(shot));
    for (let at = 0; at < blurred.length; at++) {
      const clean = blurred[at] ?? 0;
      // Shot noise grows with the root of the light, read noise is always there.
      // The step makes the 65 536 values of the grain look as if they never came back.
      next = (next + 1 + (at % 7) * 911) & 0xffff;
      const noise =
        (grain[next] ?? 0) * Math.sqrt(Math.max(0, clean) / shot.electrons + (2.5 / shot.electrons) ** 2);
      const full = Math.min(1, Math.max(0, (clean + noise) * shot.exposure));
      data[at * channels + channel] = Math.round(255 * gamma(full));
    }
  }
  return sharp(data, { raw: { width, height, channels } }).jpeg({ quality: shot.quality }).toBuffer();
}

function gamma(linear: number): number {
  return linear <= 0.003_130_8 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}

/** What reaches each pixel, in units of all the light there is: by way of paper, of ink, and of all that is no label. */
interface Light {
  readonly paper: Float32Array;
  readonly ink: Float32Array;
  readonly other: Float32Array;
}

/** The light of one colour, of which paper and ink send back that much. */
function mixed({ paper, ink, other }: Light, byPaper: number, byInk: number, all: number): Float32Array {
  return paper.map((share, at) => all * (share * byPaper + (ink[at] ?? 0) * byInk + (other[at] ?? 0)));
}

async function lightOf(drawing: Drawing, { shot, surface }: Framed, random: Random): Promise<Light> {
  const { width, height } = shot;
  const scale = Math.min(12, Math.max(3, shot.module * 2.5));
  const raster = await drawing.raster(scale);
  const wall = wallOf(random);
  const body = { grey: random.pick([0.08, 0.15, 0.6, 0.75]), margin: random.between(4, 30) };
  const slope = { x: random.between(-0.3, 0.3) / width, y: random.between(-0.3, 0.3) / height };
  const shadeAngle = random.between(0, 2 * Math.PI);
  const shineOf = shot.foil && foilOf(shot.foil);
  const plane = () => new Float32Array(width * height);
  const all = { paper: plane(), ink: plane(), other: plane() };
  const { code } = drawing;
  const middle = { x: code.left + code.width / 2, y: code.top + code.height / 2 };
  const isOn = (u: number, v: number, margin: number) =>
    u > -margin && v > -margin && u < drawing.width + margin && v < drawing.height + margin;
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const center = surface.from(x + 0.5, y + 0.5);
    const samples = center && isOn(center[0], center[1], 2) ? SAMPLES : 1;
    let [paper, ink, other, shine] = [0, 0, 0, 0];
    for (let sample = 0; sample < samples * samples; sample++) {
      const dx = ((sample % samples) + 0.5) / samples;
      const dy = (Math.floor(sample / samples) + 0.5) / samples;
      const seen = samples === 1 ? center : surface.from(x + dx, y + dy);
      const share = 1 / samples ** 2;
      if (!seen || !isOn(seen[0], seen[1], body.margin)) {
        other += share * wall(x + dx, y + dy);
        continue;
      }
      const [u, v, facing] = seen;
      const lit = share * (AMBIENT + (1 - AMBIENT) * Math.max(0, facing));
      if (!isOn(u, v, 0)) {
        other += lit * body.grey;
        continue;
      }
      const bare = bilinear(raster.data, raster.width, raster.height, u * scale, v * scale) / 255;
      const foil = shineOf?.((u - middle.x) / code.width, (v - middle.y) / code.width);
      paper += lit * bare * (foil?.sheen ?? 1);
      ink += lit * (1 - bare);
      shine += share * (foil?.lamp ?? 0) * (bare + INK_SHINE * (1 - bare));
    }
    const [u, v] = center ?? [middle.x, middle.y];
    const [du, dv] = [(u - middle.x) / code.width, (v - middle.y) / code.width];
    let light = 1 + slope.x * (x - width / 2) + slope.y * (y - height / 2);
    if (shot.shadow < 1) {
      const edge = du * Math.cos(shadeAngle) + dv * Math.sin(shadeAngle);
      light *= shot.shadow + (1 - shot.shadow) / (1 + Math.exp(-edge * 25));
    }
    if (shot.glare && center) {
      const { strength, size } = shot.glare;
      shine += strength * Math.exp(-((Math.hypot(du - shot.glare.x, dv - shot.glare.y) / size) ** 4));
    }
    all.paper[at] = light * paper;
    all.ink[at] = light * ink;
    all.other[at] = light * other + shine;
  }
  return all;
}

/** What metal paper does with the light at a place, in shares of the code's width from its middle. */
function foilOf({ towards, wave, depth, bands }: NonNullable<Shot['foil']>) {
  const [cos, sin] = [Math.cos((towards * Math.PI) / 180), Math.sin((towards * Math.PI) / 180)];
  return (du: number, dv: number) => {
    const along = du * cos + dv * sin;
    let lamp = 0;
    for (const { at, width, strength } of bands) lamp += strength * Math.exp(-(((along - at) / width) ** 2));
    return { sheen: 1 - depth * (0.5 + 0.5 * Math.sin((2 * Math.PI * along) / wave)), lamp };
  };
}

/** What is around the device: a patterned table, vents or shelves, boxes and cables, a rough wall. */
function wallOf(random: Random): (x: number, y: number) => number {
  const grey = random.between(0.1, 0.7);
  const angle = random.between(0, Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const wave = random.ratio(3, 40);
  const rough = Float32Array.from({ length: 4096 }, () => random.between(0.75, 1.25));
  const boxes = Array.from({ length: 14 }, () => ({
    x: random.between(0, 1280),
    y: random.between(0, 960),
    w: random.ratio(8, 400),
    h: random.ratio(8, 400),
    grey: random.between(0.03, 0.9),
  }));
  const along = (x: number, y: number) => x * cos + y * sin;
  return random.pick([
    (x: number, y: number) => grey * (1 + 0.3 * Math.sin(along(x, y) / wave) * Math.cos(along(-y, x) / wave)),
    (x: number, y: number) => (Math.sin(along(x, y) / wave) > 0.4 ? grey : grey * 0.25),
    (x: number, y: number) => grey * (rough[((x >> 1) * 31 + (y >> 1) * 977) & 4095] ?? 1),
    (x: number, y: number) => {
      const on = (box: (typeof boxes)[number]) => {
        const [a, b] = [along(x - box.x, y - box.y), along(-(y - box.y), x - box.x)];
        return Math.abs(a) < box.w / 2 && Math.abs(b) < box.h / 2;
      };
      return boxes.find(on)?.grey ?? grey;
    },
  ]);
}

function bilinear(data: Uint8Array, width: number, height: number, u: number, v: number): number {
  const x = Math.min(width - 1.001, Math.max(0, u - 0.5));
  const y = Math.min(height - 1.001, Math.max(0, v - 0.5));
  const at = Math.floor(y) * width + Math.floor(x);
  const [fx, fy] = [x % 1, y % 1];
  const upper = (data[at] ?? 0) * (1 - fx) + (data[at + 1] ?? 0) * fx;
  const lower = (data[at + width] ?? 0) * (1 - fx) + (data[at + width + 1] ?? 0) * fx;
  return upper * (1 - fy) + lower * fy;
}

interface Tap {
  readonly x: number;
  readonly y: number;
  readonly weight: number;
}

/** Into what a point spreads: the lens at its best, or out of focus. */
function disc({ defocus }: Shot): Tap[] {
  const radius = Math.max(0.6, defocus);
  const places: [number, number][] = [];
  for (let y = -radius; y <= radius; y += 0.25) {
    for (let x = -radius; x <= radius; x += 0.25) if (Math.hypot(x, y) <= radius) places.push([x, y]);
  }
  return taps(places);
}

/** The way the camera made while the shutter was open. */
function way({ motion, motionTowards }: Shot): Tap[] {
  const [dx, dy] = [Math.cos((motionTowards * Math.PI) / 180), Math.sin((motionTowards * Math.PI) / 180)];
  const steps = Math.max(1, Math.ceil(motion * 4));
  const at = (step: number) => (steps === 1 ? 0 : motion * (step / (steps - 1) - 0.5));
  return taps(Array.from({ length: steps }, (_, step) => [at(step) * dx, at(step) * dy]));
}

/** Places between pixels, gathered into whole ones. */
function taps(places: readonly (readonly [number, number])[]): Tap[] {
  const weights = new Map<string, number>();
  for (const [x, y] of places) {
    const key = `${Math.round(x)},${Math.round(y)}`;
    weights.set(key, (weights.get(key) ?? 0) + 1 / places.length);
  }
  return [...weights].map(([key, weight]) => {
    const [x = 0, y = 0] = key.split(',').map(Number);
    return { x, y, weight };
  });
}

function convolve(pixels: Float32Array, width: number, height: number, spread: readonly Tap[]): Float32Array {
  const sum = new Float32Array(pixels.length);
  for (const { x: dx, y: dy, weight } of spread) {
    const [first, last] = [Math.max(0, -dx), Math.min(width, width - dx)];
    for (let y = 0; y < height; y++) {
      const from = Math.min(height - 1, Math.max(0, y + dy)) * width + dx;
      const to = y * width;
      for (let x = first; x < last; x++) sum[to + x] = (sum[to + x] ?? 0) + weight * (pixels[from + x] ?? 0);
    }
  }
  return sum;
}
