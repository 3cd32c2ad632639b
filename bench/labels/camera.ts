import sharp from 'sharp';
import type { Point } from '../../src/label/photo.ts';
import type { Drawing } from './drawing.ts';
import type { Random } from './random.ts';

/** How a label was photographed. Lengths are in pixels of the photo, angles in degrees. */
export interface Shot {
  readonly width: number;
  readonly height: number;
  /** Size of a module at the middle of the code. */
  readonly module: number;
  /** In the plane of the picture, any. */
  readonly roll: number;
  /** How far the label leans away from the camera, and in which direction. */
  readonly tilt: number;
  readonly tiltTowards: number;
  /** Radius of the disc into which a point out of focus spreads. */
  readonly defocus: number;
  /** Length and direction of the way the camera made while the shutter was open. */
  readonly motion: number;
  readonly motionTowards: number;
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

/** A finished photo. */
export interface Shown {
  readonly bytes: Buffer;
  /** The corners of the code in the photo. */
  readonly box: readonly Point[];
}

/** Every place of the photo is the mean of this many samples in each direction. */
const SAMPLES = 2;
const PAPER = 0.85;
const INK = 0.04;

/** Photographs a drawing: geometry, light, lens, sensor and compression, in the order in which a phone has them. */
export async function photograph(drawing: Drawing, shot: Shot, random: Random): Promise<Shown> {
  const light = await lightOf(drawing, shot, random);
  const { width, height } = shot;
  const focused = convolve(light.pixels, width, height, disc(shot));
  const blurred = convolve(focused, width, height, way(shot));
  const data = Buffer.alloc(width * height);
  const grain = Float32Array.from({ length: 1 << 16 }, () => random.normal());
  let next = 0;
  for (let at = 0; at < data.length; at++) {
    const clean = blurred[at] ?? 0;
    // Shot noise grows with the root of the light, read noise is always there.
    // The step makes the 65 536 values of the grain look as if they never came back.
    next = (next + 1 + (at % 7) * 911) & 0xffff;
    const noise =
      (grain[next] ?? 0) * Math.sqrt(Math.max(0, clean) / shot.electrons + (2.5 / shot.electrons) ** 2);
    data[at] = Math.round(255 * gamma(Math.min(1, Math.max(0, (clean + noise) * shot.exposure))));
  }
  const bytes = await sharp(data, { raw: { width, height, channels: 1 } })
    .jpeg({ quality: shot.quality })
    .toBuffer();
  return { bytes, box: light.box };
}

function gamma(linear: number): number {
  return linear <= 0.003_130_8 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}

/** The light that reaches the lens, in units of white paper, and where the code is. */
async function lightOf(drawing: Drawing, shot: Shot, random: Random) {
  const { width, height } = shot;
  const scale = Math.min(12, Math.max(3, shot.module * 2.5));
  const paper = await drawing.raster(scale);
  const plane = planeOf(drawing, shot, random);
  const wall = wallOf(random);
  const body = { grey: random.pick([0.08, 0.15, 0.6, 0.75]), margin: random.between(4, 30) };
  const slope = { x: random.between(-0.3, 0.3) / width, y: random.between(-0.3, 0.3) / height };
  const shadeAngle = random.between(0, 2 * Math.PI);
  const pixels = new Float32Array(width * height);
  const { code } = drawing;
  const outline = [
    plane.to(0, 0),
    plane.to(drawing.width, 0),
    plane.to(0, drawing.height),
    plane.to(drawing.width, drawing.height),
  ];
  const [left, right] = [
    Math.min(...outline.map(({ x }) => x)) - 1,
    Math.max(...outline.map(({ x }) => x)) + 1,
  ];
  const [top, bottom] = [
    Math.min(...outline.map(({ y }) => y)) - 1,
    Math.max(...outline.map(({ y }) => y)) + 1,
  ];
  const isNear = (x: number, y: number) => x >= left && x <= right && y >= top && y <= bottom;
  const middle = { x: code.left + code.width / 2, y: code.top + code.height / 2 };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      let u = 0;
      let v = 0;
      const samples = isNear(x, y) ? SAMPLES * SAMPLES : 1;
      for (let sample = 0; sample < samples; sample++) {
        const dx = ((sample % SAMPLES) + 0.5) / SAMPLES;
        const dy = (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES;
        [u, v] = plane.from(x + dx, y + dy);
        if (u >= 0 && v >= 0 && u < drawing.width && v < drawing.height) {
          sum +=
            INK +
            ((PAPER - INK) * bilinear(paper.data, paper.width, paper.height, u * scale, v * scale)) / 255;
        } else if (
          u > -body.margin &&
          v > -body.margin &&
          u < drawing.width + body.margin &&
          v < drawing.height + body.margin
        ) {
          sum += body.grey;
        } else {
          sum += wall(x + dx, y + dy);
        }
      }
      const [du, dv] = [(u - middle.x) / code.width, (v - middle.y) / code.width];
      let lit = (sum / samples) * (1 + slope.x * (x - width / 2) + slope.y * (y - height / 2));
      if (shot.shadow < 1) {
        const edge = du * Math.cos(shadeAngle) + dv * Math.sin(shadeAngle);
        lit *= shot.shadow + (1 - shot.shadow) / (1 + Math.exp(-edge * 25));
      }
      if (shot.glare) {
        const { strength, size } = shot.glare;
        lit += strength * Math.exp(-((Math.hypot(du - shot.glare.x, dv - shot.glare.y) / size) ** 4));
      }
      pixels[y * width + x] = lit;
    }
  }
  const corners = [
    [code.left, code.top],
    [code.left + code.width, code.top],
    [code.left + code.width, code.top + code.height],
    [code.left, code.top + code.height],
  ] as const;
  return { pixels, box: corners.map(([u, v]) => plane.to(u, v)) };
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

/** Where the plane of the label lies in the photo: a pinhole camera and a plane that leans. */
function planeOf(drawing: Drawing, shot: Shot, random: Random) {
  const { code } = drawing;
  const focal = 1.1 * Math.max(shot.width, shot.height);
  const [tilt, towards, roll] = [shot.tilt, shot.tiltTowards, shot.roll].map(
    (degrees) => (degrees * Math.PI) / 180,
  );
  const axis = [Math.cos(towards ?? 0), Math.sin(towards ?? 0)] as const;
  // Unit vectors of the plane, first turned in it, then leaned about an axis through the middle of the code.
  const lean = (x: number, y: number): [number, number, number] => {
    const along = x * axis[0] + y * axis[1];
    const across = -x * axis[1] + y * axis[0];
    const [c, s] = [Math.cos(tilt ?? 0), Math.sin(tilt ?? 0)];
    return [along * axis[0] - across * c * axis[1], along * axis[1] + across * c * axis[0], across * s];
  };
  const right = lean(Math.cos(roll ?? 0), Math.sin(roll ?? 0));
  const down = lean(-Math.sin(roll ?? 0), Math.cos(roll ?? 0));
  // A leaning module covers less: the distance makes up for it.
  const distance = (focal / shot.module) * Math.sqrt(Math.cos(tilt ?? 0));
  const reach = (Math.max(code.width, code.height) * shot.module) / 2 + 8;
  const place = (side: number) =>
    2 * reach < side
      ? random.between(Math.max(reach, side * 0.25), Math.min(side - reach, side * 0.75))
      : side / 2;
  const [cx, cy] = [place(shot.width), place(shot.height)];
  const [mu, mv] = [code.left + code.width / 2, code.top + code.height / 2];
  const to = (u: number, v: number): Point => {
    const [a, b] = [u - mu, v - mv];
    const depth = distance + a * right[2] + b * down[2];
    return {
      x: cx + (focal * (a * right[0] + b * down[0])) / depth,
      y: cy + (focal * (a * right[1] + b * down[1])) / depth,
    };
  };
  const from = (px: number, py: number): [number, number] => {
    const [x, y] = [(px - cx) / focal, (py - cy) / focal];
    // x * (distance + a r2 + b d2) = a r0 + b d0, and the same for y: two equations in a and b.
    const [a1, b1, c1] = [right[0] - x * right[2], down[0] - x * down[2], x * distance];
    const [a2, b2, c2] = [right[1] - y * right[2], down[1] - y * down[2], y * distance];
    const det = a1 * b2 - a2 * b1;
    return [mu + (c1 * b2 - c2 * b1) / det, mv + (a1 * c2 - a2 * c1) / det];
  };
  return { to, from };
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
