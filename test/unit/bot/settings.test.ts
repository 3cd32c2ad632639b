import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { parse } from 'dotenv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOTICE_KINDS, usualWay, WAYS } from '../../../src/bot/house/notices.ts';
import { SOURCE_NAMES } from '../../../src/bot/settings/sources.ts';
import { readSettings } from '../../../src/bot/settings.ts';
import { LOOPBACK_PROXIES } from '../../../src/hub/proxies.ts';

const TOKEN = `123456789:${'A'.repeat(35)}`;
const MINIMAL = { BOT_TOKEN: TOKEN, ADMIN_IDS: '42' };

function settingsOf(env: Record<string, string>) {
  const read = readSettings({ ...MINIMAL, ...env });
  if (!read.ok) throw new Error(JSON.stringify(read.failure));
  return read.value;
}

function problemsOf(env: Record<string, string>) {
  const read = readSettings(env);
  if (read.ok) throw new Error('the settings were accepted');
  return read.failure;
}

describe('settings', () => {
  it('need a token and an admin, and have defaults for the rest', () => {
    const settings = settingsOf({});
    expect(settings.token.reveal()).toBe(TOKEN);
    expect({ ...settings, token: null }).toEqual({
      token: null,
      apiRoot: 'https://api.telegram.org',
      adminIds: [42],
      storeUrl: 'lmdb:./data',
      hub: {
        listen: { host: '127.0.0.1', port: 8443 },
        publicUrl: null,
        tls: null,
        proxies: LOOPBACK_PROXIES,
      },
      packages: null,
      updates: { mode: 'polling' },
      regionPack: null,
      firm: null,
      readPrint: true,
      photoMs: 8000,
      invitesAsk: false,
      askPin: false,
      notices: { ways: {}, digestMs: 12 * 3_600_000 },
      retention: { caseDays: null, noteDays: null },
      backupRecipients: [],
      auditHead: { everyMs: 24 * 3_600_000, keepers: [] },
      watch: { listen: { host: '127.0.0.1', port: 9464 }, token: null },
      updateUrl: null,
      logLevel: 'info',
      secretFiles: [],
    });
  });

  it('let nobody beyond this machine watch without a token', () => {
    expect(settingsOf({ WATCH_LISTEN: 'off' }).watch).toBeNull();
    expect(settingsOf({ WATCH_LISTEN: '[::1]:0' }).watch).toEqual({
      listen: { host: '::1', port: 0 },
      token: null,
    });
    const open = { ...MINIMAL, WATCH_LISTEN: '0.0.0.0:9464' };
    expect(problemsOf(open)).toEqual([
      { setting: 'WATCH_TOKEN', problem: 'missing', example: 'openssl rand -hex 32' },
    ]);
    expect(settingsOf({ ...open, WATCH_TOKEN: 'Canary-Token-1234' }).watch?.token?.reveal()).toBe(
      'Canary-Token-1234',
    );
    for (const wrong of [
      { WATCH_TOKEN: 'short' },
      { WATCH_LISTEN: 'on' },
      { WATCH_LISTEN: '127.0.0.1:70000' },
    ])
      expect(problemsOf({ ...MINIMAL, ...wrong })).toMatchObject([{ problem: 'malformed' }]);
  });

  it('take a blank value as not set', () => {
    expect(settingsOf({ LOG_LEVEL: ' ', HUB_LISTEN: '' }).logLevel).toBe('info');
    expect(problemsOf({ BOT_TOKEN: '  ', ADMIN_IDS: '42' })).toEqual([
      { setting: 'BOT_TOKEN', problem: 'missing', example: '123456789:AA...' },
    ]);
  });

  it('switch the reading of print off and on, and nothing between', () => {
    expect(settingsOf({ READ_PRINT: 'off' }).readPrint).toBe(false);
    expect(settingsOf({ READ_PRINT: 'on' }).readPrint).toBe(true);
    expect(problemsOf({ ...MINIMAL, READ_PRINT: 'no' })).toEqual([
      { setting: 'READ_PRINT', problem: 'malformed', example: 'on' },
    ]);
  });

  it('give a photo its seconds, within reason', () => {
    expect(settingsOf({ PHOTO_SECONDS: '120' }).photoMs).toBe(120_000);
    for (const PHOTO_SECONDS of ['2', '301', '8s'])
      expect(problemsOf({ ...MINIMAL, PHOTO_SECONDS })).toEqual([
        { setting: 'PHOTO_SECONDS', problem: 'malformed', example: '8' },
      ]);
  });

  it('name a firm of one line, or none', () => {
    expect(settingsOf({ FIRM: ' ООО «Вектор» ' }).firm).toBe('ООО «Вектор»');
    expect(settingsOf({ FIRM: '' }).firm).toBeNull();
    for (const firm of ['Vector\nLtd', 'V'.repeat(65)])
      expect(problemsOf({ ...MINIMAL, FIRM: firm })).toEqual([
        { setting: 'FIRM', problem: 'malformed', example: 'Vector Ltd' },
      ]);
  });

  it('choose how notices are told, by names that exist', () => {
    const set = settingsOf({
      NOTICES: 'laptop.paired=quiet, access.joined=digest',
      NOTICE_DIGEST_HOURS: '1',
    });
    expect(set.notices).toEqual({
      ways: { 'laptop.paired': 'quiet', 'access.joined': 'digest' },
      digestMs: 3_600_000,
    });
    for (const text of ['laptop.paired', 'laptop.paired=off', 'laptop.eaten=quiet', 'a=b=c', '=quiet']) {
      expect(problemsOf({ ...MINIMAL, NOTICES: text })).toMatchObject([
        { setting: 'NOTICES', problem: 'malformed' },
      ]);
    }
    expect(problemsOf({ ...MINIMAL, NOTICE_DIGEST_HOURS: '0' })).toMatchObject([
      { setting: 'NOTICE_DIGEST_HOURS', problem: 'malformed' },
    ]);
  });

  it('say where the end of the audit trail goes', () => {
    const { auditHead } = settingsOf({
      AUDIT_HEAD_TO: 'chat, file:/mnt/usb/heads syslog://127.0.0.1:5514,syslog://[::1]',
      AUDIT_HEAD_HOURS: '6',
    });
    expect(auditHead).toEqual({
      everyMs: 6 * 3_600_000,
      keepers: [
        { to: 'chat' },
        { to: 'file', path: '/mnt/usb/heads' },
        { to: 'syslog', host: '127.0.0.1', port: 5514 },
        { to: 'syslog', host: '::1', port: 514 },
      ],
    });
    for (const text of ['mail', 'file:', 'syslog:', 'syslog://', 'syslog://a:0', 'syslog://a/b', 'chat,']) {
      expect(problemsOf({ ...MINIMAL, AUDIT_HEAD_TO: text })).toMatchObject([
        { setting: 'AUDIT_HEAD_TO', problem: 'malformed' },
      ]);
    }
  });

  it.each(['lmdb:./data', 'redis://localhost', 'rediss://:p@ss@a:1,b:2/3?sentinel=main'])(
    'take %s for a store',
    (STORE_URL) => {
      expect(settingsOf({ STORE_URL }).storeUrl).toBe(STORE_URL);
    },
  );

  it('name every problem at once, each with an example', () => {
    const problems = problemsOf({
      BOT_TOKEN: 'nonsense',
      ADMIN_IDS: 'me',
      TELEGRAM_API_ROOT: 'http://api.telegram.org',
      STORE_URL: 'postgres://db',
      HUB_LISTEN: '0.0.0.0:99999',
      HUB_TLS_CERT: 'cert.pem',
      WEBHOOK_URL: 'https://bot.example.org:9000/telegram',
      LOG_LEVEL: 'loud',
    });
    const words = Object.fromEntries(problems.map(({ setting, problem }) => [setting, problem]));
    expect(words).toEqual({
      BOT_TOKEN: 'malformed',
      ADMIN_IDS: 'malformed',
      TELEGRAM_API_ROOT: 'needs-https',
      STORE_URL: 'malformed',
      HUB_LISTEN: 'malformed',
      HUB_TLS_CERT: 'needs-other',
      WEBHOOK_URL: expect.stringMatching(/needs-(webhook-port|other)/),
      LOG_LEVEL: 'malformed',
    });
    for (const { example } of problems) expect(example).not.toBe('');
  });

  it.each([
    ['WEBHOOK_URL', 'WEBHOOK_SECRET', 'https://bot.example.org/telegram'],
    ['WEBHOOK_SECRET', 'WEBHOOK_URL', 's'.repeat(32)],
    ['HUB_TLS_CERT', 'HUB_TLS_KEY', './cert.pem'],
    ['HUB_TLS_KEY', 'HUB_TLS_CERT', './key.pem'],
  ])('report %s without %s', (one, other, value) => {
    expect(problemsOf({ ...MINIMAL, [one]: value })).toEqual([
      { setting: one, problem: 'needs-other', needs: other, example: expect.any(String) },
    ]);
  });

  it('switch to the webhook when its address and secret are set', () => {
    const { updates } = settingsOf({
      WEBHOOK_URL: 'https://bot.example.org:8443/telegram',
      WEBHOOK_SECRET: 'a-secret-of-enough-characters',
    });
    if (updates.mode !== 'webhook') throw new Error('still polling');
    expect(updates.url).toBe('https://bot.example.org:8443/telegram');
    expect(updates.path).toBe('/telegram');
    expect(updates.secret.reveal()).toBe('a-secret-of-enough-characters');
  });

  it.each([
    ['http://bot.example.org/telegram', 'needs-https'],
    ['https://bot.example.org:9000/telegram', 'needs-webhook-port'],
    ['https://bot.example.org', 'needs-path'],
    ['https://user:pass@bot.example.org/x', 'malformed'],
    ['bot.example.org/x', 'malformed'],
    ['ftp://bot.example.org/x', 'malformed'],
  ])('refuse the webhook address %s (%s)', (url, problem) => {
    const problems = problemsOf({ ...MINIMAL, WEBHOOK_URL: url, WEBHOOK_SECRET: 'a'.repeat(32) });
    expect(problems).toEqual([{ setting: 'WEBHOOK_URL', problem, example: expect.any(String) }]);
  });

  it('allow plain http on this machine only', () => {
    expect(settingsOf({ TELEGRAM_API_ROOT: 'http://127.0.0.1:8081/' }).apiRoot).toBe('http://127.0.0.1:8081');
    expect(settingsOf({ TELEGRAM_API_ROOT: 'http://[::1]:8081' }).apiRoot).toBe('http://[::1]:8081');
    expect(problemsOf({ ...MINIMAL, TELEGRAM_API_ROOT: 'http://127.evil.example' })).toHaveLength(1);
    expect(problemsOf({ ...MINIMAL, HUB_PUBLIC_URL: 'http://192.168.1.5:8443' })).toEqual([
      { setting: 'HUB_PUBLIC_URL', problem: 'needs-https', example: expect.any(String) },
    ]);
  });

  it('want a public address as soon as agents come from other machines', () => {
    expect(problemsOf({ ...MINIMAL, HUB_LISTEN: '0.0.0.0:8443' })).toEqual([
      { setting: 'HUB_PUBLIC_URL', problem: 'missing', example: 'https://bot.example.org:8443' },
    ]);
    const { hub } = settingsOf({ HUB_LISTEN: '[::]:443', HUB_PUBLIC_URL: 'https://bot.example.org/' });
    expect(hub).toEqual({
      listen: { host: '::', port: 443 },
      publicUrl: 'https://bot.example.org',
      tls: null,
      proxies: LOOPBACK_PROXIES,
    });
  });

  it('name the proxies that are believed, and no network of others', () => {
    const of = (TRUSTED_PROXY: string) => settingsOf({ TRUSTED_PROXY }).hub.proxies;
    expect(of('none')).toEqual([]);
    expect(of('loopback, 10.1.2.3')).toEqual([
      ...LOOPBACK_PROXIES,
      { family: 'ipv4', address: '10.1.2.3', prefix: 32 },
    ]);
    expect(of('172.30.0.0/24 fd00:1::/64')).toEqual([
      { family: 'ipv4', address: '172.30.0.0', prefix: 24 },
      { family: 'ipv6', address: 'fd00:1::', prefix: 64 },
    ]);
    const wrong = { 'proxy.local': 'malformed', '10.0.0.1/33': 'malformed', ',': 'malformed' };
    for (const [TRUSTED_PROXY, problem] of Object.entries({
      ...wrong,
      '0.0.0.0/0': 'too-wide',
      '::/8': 'too-wide',
    }))
      expect(problemsOf({ ...MINIMAL, TRUSTED_PROXY })[0]).toMatchObject({
        setting: 'TRUSTED_PROXY',
        problem,
      });
  });

  it('take admins separated by commas or spaces, each once', () => {
    expect(settingsOf({ ADMIN_IDS: '1, 2 3,2' }).adminIds).toEqual([1, 2, 3]);
    expect(problemsOf({ ...MINIMAL, ADMIN_IDS: '0' })[0]?.problem).toBe('malformed');
    expect(problemsOf({ ...MINIMAL, ADMIN_IDS: '9999999999999999' })[0]?.problem).toBe('malformed');
  });

  it('never show a value, right or wrong', () => {
    const secret = 'S3cr3t_value_of_enough_length';
    const read = readSettings({ ...MINIMAL, WEBHOOK_URL: 'https://b.example/x', WEBHOOK_SECRET: secret });
    expect(inspect(read, { depth: 9 }) + JSON.stringify(read)).not.toMatch(/AAAAAAA|S3cr3t/);
    fc.assert(
      fc.property(fc.stringMatching(/^zz[!-~]{6,40}$/), (value) => {
        const shown = JSON.stringify(
          readSettings({ BOT_TOKEN: value, ADMIN_IDS: value, WEBHOOK_SECRET: value, WEBHOOK_URL: value }),
        );
        expect(shown).not.toContain(JSON.stringify(value).slice(1, -1));
      }),
    );
  });

  it('are all in .env.example, which is accepted once the two required ones are filled in', () => {
    const text = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');
    const everything = parse(text.replace(/^#([A-Z_]+=)/gm, '$1'));
    expect(Object.keys(everything).sort()).toEqual([...SOURCE_NAMES].sort());
    const inPlace = Object.entries(everything).filter(([name]) => !name.endsWith('_FILE'));
    const filled = { ...Object.fromEntries(inPlace), ...MINIMAL, WEBHOOK_SECRET: 'a'.repeat(32) };
    expect(readSettings(filled)).toMatchObject({ ok: true });
    expect(readSettings({ ...parse(text), ...MINIMAL })).toEqual(readSettings(MINIMAL));
  });

  it('name every kind of notice in .env.example, with the way it is told', () => {
    const text = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');
    const lines = text.replaceAll(/,\n# {3}/g, ', ');
    const listed = WAYS.flatMap((way) => {
      const kinds = new RegExp(`^# {3}${way}: (.+)$`, 'm').exec(lines)?.[1] ?? '';
      return kinds.split(', ').map((kind) => [kind, way]);
    });
    expect(listed.sort()).toEqual(NOTICE_KINDS.map((kind) => [kind, usualWay(kind)]).sort());
  });
});
