import type { Point } from '../../src/label/photo.ts';
import type { Shot } from './camera.ts';
import type { Drawing } from './drawing.ts';
import type { Random } from './random.ts';

/** A label as a pinhole camera sees it, flat or bent. Places on the label are in modules from its upper left corner. */
export interface Surface {
  /** Where a place on the label lies in the photo, pixels. */
  to(u: number, v: number): Point;
  /**
   * Which place a pixel shows, also beyond the label's edges, and how much that faces the way the label's middle
   * does: 1 where it is flat. Null where the camera looks past the surface.
   */
  from(x: number, y: number): readonly [u: number, v: number, facing: number] | null;
}

/** A shot from as far away as it takes for the whole label to lie in the photo. */
export interface Framed {
  readonly shot: Shot;
  readonly surface: Surface;
}

type Vector = readonly [number, number, number];

/** Between a label and the edge of the photo, pixels. */
const EDGE = 6;
/** Places on each side of a label that have to be in the photo: where it is bent, more than its corners. */
const STEPS = 8;

/** Finds a place in the photo for a label: anywhere, as long as all of it is in there. */
export function frame(drawing: Drawing, shot: Shot, random: Random): Framed {
  const { width, height } = shot;
  let module = shot.module;
  for (;;) {
    const framed = { ...shot, module };
    const span = spanOf(drawing, surfaceOf(drawing, framed, { x: 0, y: 0 }));
    const [wide, high] = [width - 2 * EDGE, height - 2 * EDGE];
    const fit = Math.min(wide / (span.right - span.left), high / (span.bottom - span.top));
    if (fit >= 1) {
      const middle = {
        x: random.between(EDGE - span.left, width - EDGE - span.right),
        y: random.between(EDGE - span.top, height - EDGE - span.bottom),
      };
      return { shot: framed, surface: surfaceOf(drawing, framed, middle) };
    }
    // What leans towards the camera shrinks by more than the distance grows.
    module *= Math.min(0.99, fit);
  }
}

function spanOf(drawing: Drawing, { to }: Surface) {
  const shares = Array.from({ length: STEPS + 1 }, (_, step) => step / STEPS);
  const places = shares.flatMap((u) => shares.map((v) => to(u * drawing.width, v * drawing.height)));
  const [xs, ys] = [places.map(({ x }) => x), places.map(({ y }) => y)];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** @param middle where the middle of the label lies in the photo, pixels */
function surfaceOf(drawing: Drawing, shot: Shot, middle: Point): Surface {
  const focal = 1.1 * Math.max(shot.width, shot.height);
  // A leaning module covers less: the distance makes up for it.
  const distance = (focal / shot.module) * Math.sqrt(Math.cos(radians(shot.tilt)));
  const [right, down] = axesOf(shot);
  const away = cross(right, down);
  const [mu, mv] = [drawing.width / 2, drawing.height / 2];
  const { place, meet } = shapeOf(drawing, shot);
  const eye: Vector = [-distance * right[2], -distance * down[2], -distance * away[2]];
  return {
    to(u, v) {
      const [a, b, c] = place(u - mu, v - mv);
      const along = (axis: 0 | 1 | 2) => a * right[axis] + b * down[axis] + c * away[axis];
      const depth = distance + along(2);
      return { x: middle.x + (focal * along(0)) / depth, y: middle.y + (focal * along(1)) / depth };
    },
    from(px, py) {
      const ray: Vector = [(px - middle.x) / focal, (py - middle.y) / focal, 1];
      const met = meet(eye, [dot(ray, right), dot(ray, down), dot(ray, away)]);
      return met && [met[0] + mu, met[1] + mv, met[2]];
    },
  };
}

/** Unit vectors to the right and down on the label, as the camera has them: turned in its plane, then leaned. */
function axesOf({ roll, tilt, tiltTowards }: Shot): [Vector, Vector] {
  const [s, c] = [Math.sin(radians(tilt)), Math.cos(radians(tilt))];
  const axis = [Math.cos(radians(tiltTowards)), Math.sin(radians(tiltTowards))] as const;
  const lean = (x: number, y: number): Vector => {
    const along = x * axis[0] + y * axis[1];
    const across = -x * axis[1] + y * axis[0];
    return [along * axis[0] - across * c * axis[1], along * axis[1] + across * c * axis[0], across * s];
  };
  const [sin, cos] = [Math.sin(radians(roll)), Math.cos(radians(roll))];
  return [lean(cos, sin), lean(-sin, cos)];
}

/** The form a label lies on. It touches the plane of its middle there and falls away from the camera around it. */
interface Shape {
  /** A place on the paper, modules from its middle, in space: right, down, away. */
  place(a: number, b: number): Vector;
  /** Which place on the paper a ray meets first, and how much that faces forward. */
  meet(eye: Vector, ray: Vector): Vector | null;
}

function shapeOf({ width, height }: Drawing, { bend }: Shot): Shape {
  if (!bend) return FLAT;
  const [w, h] = [width / 2, height / 2];
  const arc = radians(bend.arc);
  if (bend.over === 'dome') return dome(Math.hypot(w, h) / arc);
  const [cos, sin] = [Math.cos(radians(bend.axis)), Math.sin(radians(bend.axis))];
  return cylinder((w * Math.abs(sin) + h * Math.abs(cos)) / arc, cos, sin);
}

const FLAT: Shape = {
  place: (a, b) => [a, b, 0],
  meet(eye, ray) {
    const t = -eye[2] / ray[2];
    return [eye[0] + t * ray[0], eye[1] + t * ray[1], 1];
  },
};

/** Paper on a ball keeps its lengths from the middle outwards. */
function dome(radius: number): Shape {
  return {
    place(a, b) {
      const angle = Math.hypot(a, b) / radius;
      const share = angle === 0 ? 1 : Math.sin(angle) / angle;
      return [a * share, b * share, radius * (1 - Math.cos(angle))];
    },
    meet(eye, ray) {
      const t = nearest(dot(ray, ray), dot(eye, ray) - radius * ray[2], dot(eye, eye) - 2 * radius * eye[2]);
      if (t === null) return null;
      const [a, b, c] = [eye[0] + t * ray[0], eye[1] + t * ray[1], eye[2] + t * ray[2]];
      const off = Math.hypot(a, b);
      const angle = Math.atan2(off, radius - c);
      const share = off === 0 ? 1 : (radius * angle) / off;
      return [a * share, b * share, Math.cos(angle)];
    },
  };
}

/** @param cos and `sin` of the direction of its axis */
function cylinder(radius: number, cos: number, sin: number): Shape {
  const across = ([a, b]: Vector) => b * cos - a * sin;
  const along = ([a, b]: Vector) => a * cos + b * sin;
  return {
    place(a, b) {
      const angle = across([a, b, 0]) / radius;
      const [p, q] = [along([a, b, 0]), radius * Math.sin(angle)];
      return [p * cos - q * sin, p * sin + q * cos, radius * (1 - Math.cos(angle))];
    },
    meet(eye, ray) {
      const [from, to] = [across(eye), across(ray)];
      const t = nearest(
        to * to + ray[2] * ray[2],
        from * to + (eye[2] - radius) * ray[2],
        from * from + eye[2] * eye[2] - 2 * radius * eye[2],
      );
      if (t === null) return null;
      const angle = Math.atan2(from + t * to, radius - eye[2] - t * ray[2]);
      const [p, q] = [along(eye) + t * along(ray), radius * angle];
      return [p * cos - q * sin, p * sin + q * cos, Math.cos(angle)];
    },
  };
}

/** The smaller solution of `a t² + 2 b t + c = 0`. */
function nearest(a: number, b: number, c: number): number | null {
  const root = b * b - a * c;
  return root < 0 ? null : (-b - Math.sqrt(root)) / a;
}

function dot(one: Vector, other: Vector): number {
  return one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
}

function cross([a, b, c]: Vector, [x, y, z]: Vector): Vector {
  return [b * z - c * y, c * x - a * z, a * y - b * x];
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
