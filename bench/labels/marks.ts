/** What years in the weather and under hands leave on a label, as SVG in the label's own units, modules of its code. */
import type { Random } from './random.ts';

/** Draws marks over a label of that size. */
export type Marks = (random: Random, width: number, height: number) => string;

/** Scratches and missing flakes: what is gone shows the paper, or the grey of glue. */
export const worn: Marks = (random, width, height) => {
  const scratches = several(random, 3, 10, () => {
    const [x, y] = [random.between(0, width), random.between(0, height)];
    const [angle, length] = [random.between(0, 2 * Math.PI), width * random.between(0.15, 0.7)];
    const [dx, dy] = [length * Math.cos(angle), length * Math.sin(angle)];
    const [bx, by] = [dx / 2 - dy * random.between(-0.1, 0.1), dy / 2 + dx * random.between(-0.1, 0.1)];
    const shade = random.chance(0.7) ? '#fff' : '#333';
    return `<path d="M${x} ${y}q${bx} ${by} ${dx} ${dy}" fill="none" stroke="${shade}" stroke-width="${random.ratio(0.25, 1.3)}"/>`;
  });
  const flakes = several(random, 2, 7, () => {
    const [x, y] = [random.between(0, width), random.between(0, height)];
    const shade = random.chance(0.6) ? '#fff' : '#999';
    return `<path d="${flake(random, x, y, random.ratio(0.8, 3.2))}" fill="${shade}"/>`;
  });
  return [...scratches, ...flakes].join('');
};

/** Stains, dust and fingerprints: print shows through all but the dust. */
export const dirty: Marks = (random, width, height) => {
  const place = () => [random.between(0, width), random.between(0, height)] as const;
  const stains = several(random, 1, 4, () => {
    const [x, y] = place();
    const [radius, opacity] = [random.ratio(5, 18), random.between(0.2, 0.6)];
    return `<path d="${drop(random, x, y, radius)}" fill="#222" stroke="#222" opacity="${opacity}"/>
      <path d="${drop(random, x, y, radius * 0.7)}" fill="#222" opacity="${opacity / 3}"/>`;
  });
  const dust = several(random, 60, 200, () => {
    const [x, y] = place();
    return `<circle cx="${x}" cy="${y}" r="${random.ratio(0.12, 0.6)}" fill="${random.pick(['#bbb', '#888', '#333'])}"/>`;
  });
  const prints = several(random, 1, 3, () => fingerprint(random, ...place()));
  return [...stains, ...prints, ...dust].join('');
};

/** Ridges around a middle, broken here and there, on a film of grease. */
function fingerprint(random: Random, x: number, y: number): string {
  const [turn, opacity] = [random.between(0, 180), random.between(0.2, 0.45)];
  const ridges = Array.from({ length: 11 }, (_, ring) => {
    const gaps = `${random.between(4, 14)} ${random.between(0.5, 2)}`;
    return `<ellipse rx="${0.5 + ring * 0.85}" ry="${0.8 + ring * 1.15}" stroke-dasharray="${gaps}"/>`;
  });
  return `<g transform="translate(${x} ${y}) rotate(${turn})" opacity="${opacity}"><ellipse rx="9.5" ry="13"
    fill="#777" opacity="0.5"/><g fill="none" stroke="#333" stroke-width="0.42">${ridges.join('')}</g></g>`;
}

/** An outline as things break. */
function flake(random: Random, x: number, y: number, radius: number): string {
  return `M${around(random, x, y, radius, 9).join('L')}z`;
}

/** An outline as things run. */
function drop(random: Random, x: number, y: number, radius: number): string {
  const [first, ...others] = around(random, x, y, radius, 16);
  return `M${first}T${others.join(' ')}z`;
}

function around(random: Random, x: number, y: number, radius: number, corners: number): string[] {
  return Array.from({ length: corners }, (_, at) => {
    const [angle, reach] = [(at * 2 * Math.PI) / corners, radius * random.between(0.6, 1.2)];
    return `${x + reach * Math.cos(angle)} ${y + reach * Math.sin(angle)}`;
  });
}

function several(random: Random, least: number, below: number, draw: () => string): string[] {
  return Array.from({ length: Math.floor(random.between(least, below)) }, draw);
}
