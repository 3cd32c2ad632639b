/** What an operator installs the bot with: the unit of systemd, the image and the composition, looked at as far as tools are here. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SETTING_NAMES } from '../../../src/bot/settings/registry.ts';
import { parseProxyNetwork } from '../../../src/hub/proxies.ts';

const at = (file: string) => fileURLToPath(new URL(`../../../deploy/${file}`, import.meta.url));
const read = (file: string) => readFileSync(at(file), 'utf8');
const has = (program: string, word = '--version') => spawnSync(program, [word]).status === 0;
/** Names of the product, and of what it runs on. */
const KNOWN = new Set<string>([...SETTING_NAMES, 'NODE_ENV']);
/** Worst exposure that `systemd-analyze security` may find, of 10; docs/install.md names what it finds. */
const MOST_EXPOSED = 1.6;

/** Assignments of a unit, by name; what is said twice is a list. */
function unit(): Map<string, string[]> {
  const said = new Map<string, string[]>();
  for (const line of read('systemd/unbind-bot.service').split('\n')) {
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined) said.set(name, [...(said.get(name) ?? []), value ?? '']);
  }
  return said;
}

describe('the unit of systemd', () => {
  it('is told by the bot that it is ready and alive, and does not start what cannot start', () => {
    const said = unit();
    expect(said.get('Type')).toEqual(['notify']);
    expect(said.get('NotifyAccess')).toEqual(['all']);
    expect(Number(said.get('WatchdogSec')?.[0])).toBeGreaterThan(0);
    expect(said.get('RestartPreventExitStatus')).toEqual(['2 3']);
    expect(said.get('DynamicUser')).toEqual(['yes']);
    for (const one of said.get('Environment') ?? []) expect(KNOWN).toContain(one.split('=')[0]);
  });

  it.skipIf(!has('systemd-analyze'))('exposes little, by systemd’s own count (needs systemd-analyze)', () => {
    const words = ['security', '--offline=true', `--threshold=${MOST_EXPOSED * 10}`, '--no-pager'];
    const counted = spawnSync('systemd-analyze', [...words, at('systemd/unbind-bot.service')]);
    expect(counted.status, String(counted.stdout).split('\n').slice(-3).join('\n')).toBe(0);
    const found = /exposure level for unbind-bot.service: ([\d.]+)/.exec(String(counted.stdout))?.[1];
    expect(
      readFileSync(fileURLToPath(new URL('../../../docs/install.md', import.meta.url)), 'utf8'),
    ).toContain(`**${found}**`);
  });
});

describe('the image', () => {
  const lines = read('container/Containerfile')
    .replace(/\\\n\s*/g, '')
    .split('\n');
  const last = (word: string) =>
    lines.findLast((line) => line.startsWith(`${word} `))?.slice(word.length + 1);

  it('runs as nobody in particular, keeps what it has in one volume, and can be asked how it is', () => {
    expect(last('USER')).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/);
    expect(JSON.parse(last('VOLUME') ?? '')).toEqual(['/var/lib/unbind-bot']);
    expect(last('HEALTHCHECK')).toContain('"health"');
    expect(JSON.parse(last('ENTRYPOINT') ?? '')).toEqual(['node', '/opt/unbind-bot/unbind-bot.mjs']);
    for (const label of ['title', 'description', 'licenses', 'version', 'revision'])
      expect(last('LABEL')).toContain(`org.opencontainers.image.${label}=`);
    for (const [, name = ''] of (last('ENV') ?? '').matchAll(/(\w+)=/g)) expect(KNOWN).toContain(name);
  });

  it('has compiled the bot before it is anybody, so that none of its starts has to', () => {
    const made = lines.indexOf('RUN ["node", "/opt/unbind-bot/unbind-bot.mjs", "precompile"]');
    expect(made).toBeGreaterThan(lines.indexOf('COPY --from=build /out /opt/unbind-bot'));
    expect(lines.findIndex((line) => line.startsWith('USER '))).toBeGreaterThan(made);
  });

  it('is pinned to a version, installs by the lockfile, and runs nothing of a package while it does', () => {
    expect(lines.find((line) => line.startsWith('ARG NODE='))).toMatch(/:\d+\.\d+\.\d+-/);
    expect(lines).toContain('RUN npm ci --ignore-scripts');
    expect(lines.filter((line) => /^(ENV|ARG) .*(TOKEN|SECRET|PASSWORD)/.test(line))).toEqual([]);
  });
});

describe('the composition', () => {
  const { services, networks, volumes } = parse(read('container/compose.yaml'));

  it('has the bot on a read-only root without rights, and its state in a named volume', () => {
    const { bot } = services;
    expect(bot).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(bot.user).toBe(readLast('USER'));
    expect(Object.keys(volumes)).toContain(bot.volumes[0].split(':')[0]);
    expect(bot).not.toHaveProperty('ports');
    for (const name of Object.keys(bot.environment)) expect(KNOWN).toContain(name);
  });

  it('believes the proxy in front about who calls, and nobody else', () => {
    const { bot, proxy } = services;
    const [{ subnet }] = networks.front.ipam.config;
    expect(bot.environment.TRUSTED_PROXY).toBe(subnet);
    expect(parseProxyNetwork(subnet)).not.toBeNull();
    expect(proxy.networks).toContain('front');
    expect(networks.front.internal).toBe(true);
    expect(read('container/Caddyfile')).toContain('header_up X-Forwarded-For {remote_host}');
  });

  it.skipIf(!has('caddy', 'version'))('has a proxy that takes its configuration (needs caddy)', () => {
    const home = mkdtempSync(join(tmpdir(), 'unbind-caddy-'));
    const words = ['validate', '--adapter', 'caddyfile', '--config', at('container/Caddyfile')];
    // It makes folders of its own in the home it is given.
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: home,
      HUB_PUBLIC_URL: 'https://bot.example.org',
    };
    const checked = spawnSync('caddy', words, { env });
    rmSync(home, { recursive: true, force: true });
    expect(checked.status, String(checked.stderr)).toBe(0);
  });

  function readLast(word: string): string | undefined {
    return read('container/Containerfile')
      .split('\n')
      .findLast((line) => line.startsWith(`${word} `))
      ?.slice(word.length + 1);
  }
});

describe('the composition with Redis', () => {
  const { services, networks, secrets, volumes } = parse(read('container/compose.redis.yaml'));

  it('has the bots find their store by a secret file, and nothing of it in the environment', () => {
    const { bot } = services;
    expect(bot.environment).toEqual({ STORE_URL: '', STORE_URL_FILE: '/run/secrets/store-url' });
    expect(bot.secrets).toEqual(['store-url']);
    expect(Object.keys(secrets)).toEqual(['store-url', 'users.acl']);
  });

  it('has Redis where only the bots reach it, with the shown configuration, and its records in a volume', () => {
    const { redis, bot } = services;
    expect(redis).not.toHaveProperty('ports');
    expect(redis.networks).toEqual(['back']);
    expect(bot.networks).toContain('back');
    expect(networks.back.internal).toBe(true);
    expect(redis).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    expect(redis.volumes).toContain('../redis/redis.conf:/etc/redis/redis.conf:ro');
    expect(Object.keys(volumes)).toContain(redis.volumes[0].split(':')[0]);
    expect(redis.command).toEqual(expect.arrayContaining(['--dir', '/data', '--aclfile']));
  });

  it('has the proxy hand requests to each of several bots', () => {
    expect(read('container/Caddyfile')).toMatch(/dynamic a bot 8443/);
    expect(parse(read('container/compose.yaml')).services.bot).not.toHaveProperty('container_name');
  });
});
