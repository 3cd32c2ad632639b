/** Where node's binaries come from: a registry on loopback that npm is set to, and npm itself. */

import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { cacheFolder, NODE_PINS, nodeBinary, nodeLicence } from '../../../scripts/package/node-binaries.ts';
import { PACKAGE_SYSTEMS } from '../../../src/link/packages.ts';
import { folderFor, integrityOf, LICENCE, pack, SAYS_ITS_WORDS, standIns } from './stand-in.ts';

/** Settings of npm, for this file of tests. */
const NPM = ['npm_config_registry', 'npm_config_cache', 'npm_config_fetch_retries', 'npm_config_userconfig'];

beforeEach((t) => {
  const before = NPM.map((name) => [name, process.env[name]] as const);
  t.onTestFinished(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  const folder = folderFor(t);
  process.env.npm_config_cache = join(folder, 'npm');
  process.env.npm_config_userconfig = join(folder, 'npmrc');
  process.env.npm_config_fetch_retries = '0';
});

/** A registry with the tarballs of a folder, as npm asks for them; npm is set to it. */
async function registry(t: TestContext, folder: string): Promise<{ readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').replace(/^\//, '');
    const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const file = readdirSync(folder).find((name) => name === path || name.startsWith(`${path}-2`));
    // npm asks for itself, too.
    if (file === undefined) return void response.writeHead(404).end();
    asked.push(path);
    if (file === path) return void response.end(readFileSync(join(folder, path)));
    const version = file.slice(path.length + 1).replace(/\.tgz$/, '');
    const dist = { tarball: `${own}/${file}`, integrity: integrityOf(join(folder, file)) };
    response.setHeader('content-type', 'application/json');
    const only = { name: path, version, dist };
    response.end(
      JSON.stringify({ name: path, 'dist-tags': { latest: version }, versions: { [version]: only } }),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  process.env.npm_config_registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked };
}

describe('a binary of node', () => {
  it('is asked for once, of the registry that npm is set to', async (t) => {
    const { pins, cache } = standIns(t);
    const { asked } = await registry(t, cache);
    const own = join(folderFor(t), 'not', 'there', 'yet');
    for (let time = 0; time < 2; time++) {
      const found = await nodeBinary('linux-x64', own, pins);
      expect(found.ok && found.value.toString()).toBe(SAYS_ITS_WORDS);
    }
    expect(asked.filter((path) => path.endsWith('.tgz'))).toEqual(['stand-in-linux-x64-22.0.1.tgz']);
    expect(readdirSync(own)).toEqual(['stand-in-linux-x64-22.0.1.tgz']);
    const licence = await nodeLicence(own, pins);
    expect(licence.ok && licence.value.toString()).toBe(LICENCE);
  });

  it('is refused when the registry hands out another one, whatever the registry says of it', async (t) => {
    const { pins, cache, tarball } = standIns(t);
    const theirs = folderFor(t);
    pack(join(theirs, basename(tarball('linux-x64'))), {
      'bin/node': '#!/bin/sh\necho not what you think\n',
      'package.json': '{"name":"stand-in-linux-x64","version":"22.0.1"}',
    });
    await registry(t, theirs);
    rmSync(tarball('linux-x64'));
    expect(await nodeBinary('linux-x64', cache, pins)).toMatchObject({
      ok: false,
      failure: { reason: 'not-as-pinned', subject: 'stand-in-linux-x64@22.0.1' },
    });
    expect(existsSync(tarball('linux-x64'))).toBe(false);
    expect(readdirSync(cache).filter((name) => !name.endsWith('.tgz'))).toEqual([]);
  });

  it('is refused when the file in the cache was changed, and the file stays for somebody to look at', async (t) => {
    const { pins, cache, tarball } = standIns(t);
    const { asked } = await registry(t, cache);
    copyFileSync(tarball('mac-x64'), tarball('linux-x64'));
    expect(await nodeBinary('linux-x64', cache, pins)).toMatchObject({
      ok: false,
      failure: { reason: 'not-as-pinned', subject: tarball('linux-x64') },
    });
    expect(asked).toEqual([]);
    expect(existsSync(tarball('linux-x64'))).toBe(true);
  });

  it('is not there when no registry answers, and that is told in npm’s words', async (t) => {
    const { pins } = standIns(t);
    await registry(t, folderFor(t));
    process.env.npm_config_registry = 'http://127.0.0.1:1';
    const found = await nodeBinary('linux-x64', folderFor(t), pins);
    expect(found).toMatchObject({ ok: false, failure: { reason: 'unfetched' } });
    expect(found.ok || found.failure.detail).toMatch(/ECONNREFUSED/);
  });

  it('is unreadable when the tarball, right as it is, has no such file', async (t) => {
    const { pins, cache } = standIns(t);
    const elsewhere = { ...pins.binaries['linux-x64'], file: 'bin/other' };
    const changed = { ...pins, binaries: { ...pins.binaries, 'linux-x64': elsewhere } };
    expect(await nodeBinary('linux-x64', cache, changed)).toMatchObject({
      failure: { reason: 'unreadable' },
    });
  });
});

describe('what is pinned', () => {
  it('is a binary for each system, of a version this product supports', () => {
    expect(Object.keys(NODE_PINS.binaries).sort()).toEqual([...PACKAGE_SYSTEMS].sort());
    expect(NODE_PINS.version).toMatch(/^(?:22|24)\.\d+\.\d+$/);
    for (const { integrity } of Object.values(NODE_PINS.binaries)) {
      expect(integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    }
    const all = Object.values(NODE_PINS.binaries).map((pin) => pin.integrity);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('the cache', () => {
  it('lies with the person, never in the folder the build was started in', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/var/cache/me' })).toBe('/var/cache/me/unbind/node-binaries');
    expect(cacheFolder({ XDG_CACHE_HOME: 'relative' })).toMatch(/^\/.*\/\.cache\/unbind\/node-binaries$/);
  });
});
