/** What is looked at before a release, as far as it needs no disk: each returns what is wrong, a line each. */
import * as z from 'zod';

/** A package that is handed out, with the bot or within the agent. */
export interface Shipped {
  readonly name: string;
  readonly version: string;
  /** As its package.json says it, an SPDX expression; null: it says none. */
  readonly licence: string | null;
  /** Its folder holds the text. */
  readonly hasText: boolean;
}

/** Licences whose conditions the packages keep: the texts are in them, and what is loaded as a library stays one of its own. */
const ALLOWED: readonly string[] = [
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'OFL-1.1',
];

/**
 * Packages somebody has looked at, because they name no licence or one that is not always allowed: what holds. By name and
 * version: the next one is looked at anew.
 */
const LOOKED_AT: Readonly<Record<string, string>> = {
  // A shared library that may be exchanged, as this licence wants it; its README names all that is in it.
  '@img/sharp-libvips-linux-x64@1.3.4': 'LGPL-3.0-or-later',
  // Its LICENSE is MIT's.
  'png-js@2.0.0': 'MIT',
};

/** What npm makes of the lockfile in CycloneDX, as far as it is looked at; the rest stays as it is. */
const npmList = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.looseObject({ component: z.looseObject({ 'bom-ref': z.string() }) }),
  components: z.array(z.looseObject({ name: z.string(), version: z.string(), 'bom-ref': z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()).optional() })),
});

/**
 * The bill of what is handed out: of npm's list of everything those packages, and nothing of when and where it was made.
 * (npm's own `--omit dev` also leaves out what is needed here and by a tool: npm 11.19.)
 * @param list what `npm sbom` printed
 * @param named what the product is called
 * @returns the bill, and packages that npm's list does not know
 */
export function billOf(
  list: unknown,
  shipped: readonly Shipped[],
  named: { readonly name: string; readonly version: string },
): { readonly bill: object; readonly unknown: readonly string[] } {
  const { serialNumber: _, ...whole } = npmList.parse(list);
  const { timestamp: __, ...metadata } = whole.metadata;
  const ids = new Set(shipped.map(idOf));
  const components = whole.components.filter((one) => ids.has(idOf(one)));
  const refs = new Set([metadata.component['bom-ref'], ...components.map((one) => one['bom-ref'])]);
  const dependencies = whole.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map((one) => ({ ...one, dependsOn: (one.dependsOn ?? []).filter((ref) => refs.has(ref)) }));
  const known = new Set(components.map(idOf));
  return {
    // npm names the product by the folder it lies in.
    bill: {
      ...whole,
      metadata: { ...metadata, component: { ...metadata.component, ...named } },
      components,
      dependencies,
    },
    unknown: [...ids].filter((id) => !known.has(id)),
  };
}

/**
 * Packages whose licence is not allowed, or not said, or has no text.
 * @param texts names of the licences whose text is handed out beside the packages
 */
export function licenceFaults(shipped: readonly Shipped[], texts: readonly string[]): string[] {
  return shipped.flatMap((one) => {
    const id = idOf(one);
    const licence = one.licence ?? LOOKED_AT[id] ?? null;
    if (licence === null) return [`${id} says no licence`];
    if (!isAllowed(licence) && licence !== LOOKED_AT[id]) return [`${id}: ${licence}`];
    return one.hasText || texts.includes(licence) ? [] : [`${id} (${licence}) brings no text of it`];
  });
}

/**
 * Whether conditions of this expression can be kept: all of those joined by AND, one of those joined by OR. What is nested
 * deeper is refused: somebody has to look.
 */
function isAllowed(expression: string): boolean {
  return expression
    .replace(/^\(([^()]*)\)$/, '$1')
    .split(' OR ')
    .some((one) => one.split(' AND ').every((licence) => ALLOWED.includes(licence)));
}

/** What lies in the bot's folder. */
export interface Contents {
  /** All files, relative to it. */
  readonly files: readonly string[];
  /** Files of the product that have to be there, and no others. */
  readonly own: readonly string[];
  /** Folders of packages (`node_modules/…`). */
  readonly packages: readonly string[];
}

/** Of packages, too: maps, tests, hidden files. */
const NEVER = /\.map$|\.(?:test|spec)\.[cm]?[jt]sx?$|\/(?:tests?|__tests__|\.[^/]+)\//;

/** Files that are missing, files nobody expects, and files that are for developers. */
export function contentFaults({ files, own, packages }: Contents): string[] {
  const folders = new Set(packages);
  const isOfPackage = (file: string) => {
    const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
    return folder !== undefined && folders.has(folder);
  };
  const there = new Set(files);
  return [
    ...own.filter((file) => !there.has(file)).map((file) => `${file} is missing`),
    ...packages
      .filter((folder) => !there.has(`${folder}/package.json`))
      .map((folder) => `${folder} is missing`),
    ...files
      .filter((file) => !own.includes(file) && !isOfPackage(file))
      .map((file) => `${file} is not expected`),
    ...files.filter((file) => NEVER.test(file)).map((file) => `${file} is for developers`),
  ];
}

/**
 * Whether a file tells of the machine it was made on.
 * @param here folders of this machine that no file may name
 */
export function tellsOfMachine(bytes: Buffer, here: readonly string[]): boolean {
  return here.some((folder) => bytes.includes(folder));
}

const HEADING = /^## \[(.+?)\](?: - (.+))?$/gm;

/** Whether the changelog has the version of package.json as its newest, dated one, in the order of time. */
export function versionFaults(version: string, changelog: string): string[] {
  const headings = [...changelog.matchAll(HEADING)].map(([, name = '', date]) => ({ name, date }));
  const [first, ...rest] = headings;
  const released = first?.name === 'Unreleased' ? rest : headings;
  const unreleased = /^## \[Unreleased\]\s*\n([\s\S]*?)(?=^## \[|$(?![\s\S]))/m.exec(changelog)?.[1] ?? '';
  const newest = released[0];
  return [
    ...(newest?.name === version
      ? []
      : [`package.json has ${version}, the newest heading is ${newest?.name ?? 'none'}`]),
    ...(unreleased.trim() === '' ? [] : ['something stands below Unreleased']),
    ...released.filter(({ date }) => !isDay(date)).map(({ name }) => `${name} has no day`),
    ...released
      .filter(({ date }, at) => at > 0 && String(date) > String(released[at - 1]?.date))
      .map(({ name }) => `${name} is later than the one above it`),
  ];
}

function isDay(date: string | undefined): boolean {
  return z.iso.date().safeParse(date).success;
}

function idOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name}@${version}`;
}
