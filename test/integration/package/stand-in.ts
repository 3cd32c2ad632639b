/** Small programs in place of node's binaries, as tarballs of a registry, pinned as the real ones are. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import type { NodePins } from '../../../scripts/package/node-binaries.ts';
import { PACKAGE_SYSTEMS, type PackageSystem } from '../../../src/link/packages.ts';

/** A program that says how it was started: a line for each word. */
export const SAYS_ITS_WORDS = '#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done\n';

export const LICENCE = 'Node.js is licensed for use as follows: …\n';

export interface StandIns {
  readonly pins: NodePins;
  /** Folder with a tarball of each system, under the name it has in the cache. */
  readonly cache: string;
  tarball(system: PackageSystem): string;
}

export function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'unbind-package-'));
  t.onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** @param programs what stands for node; the same script for all systems by default */
export function standIns(
  t: TestContext,
  programs: Partial<Record<PackageSystem, string | Buffer>> = {},
): StandIns {
  const cache = folderFor(t);
  const version = '22.0.1';
  const tarball = (system: PackageSystem) => join(cache, `stand-in-${system}-${version}.tgz`);
  const pinned = PACKAGE_SYSTEMS.map((system) => {
    const file = system === 'win-x64' ? 'bin/node.exe' : 'bin/node';
    pack(tarball(system), {
      [file]: programs[system] ?? SAYS_ITS_WORDS,
      LICENSE: LICENCE,
      'package.json': JSON.stringify({ name: `stand-in-${system}`, version }),
    });
    return [
      system,
      { package: `stand-in-${system}`, integrity: integrityOf(tarball(system)), file },
    ] as const;
  });
  const binaries = Object.fromEntries(pinned) as unknown as NodePins['binaries'];
  return { pins: { version, signer: 'Stand-in Foundation', binaries }, cache, tarball };
}

/** Writes a tarball as a registry has it, with these files. */
export function pack(tarball: string, files: Readonly<Record<string, string | Buffer>>): void {
  const folder = mkdtempSync(join(tmpdir(), 'unbind-tarball-'));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, 'package', name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
  }
  execFileSync('tar', ['-czf', tarball, '-C', folder, 'package']);
  rmSync(folder, { recursive: true });
}

/** As a registry tells it. */
export function integrityOf(tarball: string): string {
  return `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
}
