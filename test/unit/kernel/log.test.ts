import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../../src/kernel/log.ts';
import { about, aboutNothing, isAbout } from '../../../src/kernel/log-subject.ts';
import { Secret } from '../../../src/kernel/secret.ts';

function written(log: (logger: ReturnType<typeof createLog>) => void): string {
  let lines = '';
  const write = (line: string) => {
    lines += line;
  };
  log(createLog('trace', 'test', { write }));
  return lines;
}

describe('the log', () => {
  it('hides what has a secret name, at any depth and inside lists', () => {
    const secret = 'Canary-Pass-77';
    const lines = written((log) => {
      log.info({ password: secret });
      log.info({ a: { b: { c: { d: [{ answer: secret }] } } } });
      log.info({ list: [[{ permit: secret }]], err: { token: secret } });
      log.info({ adminPassword: secret, BOT_TOKEN: secret, headers: { 'Set-Cookie': secret } });
    });
    expect(lines).not.toContain(secret);
    expect(lines.match(/\[secret\]/g)).toHaveLength(7);
  });

  it('hides secrets by their shape in texts and errors of libraries', () => {
    const token = `123456789:${'Aa0_-'.repeat(7)}`;
    const { privateKey } = generateKeyPairSync('ed25519');
    // Of another kind: the shape of our own keys would find one of ours by itself now and then.
    const { privateKey: foreign } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = String(foreign.export({ type: 'pkcs8', format: 'pem' }));
    const der = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64url');
    const permit = randomBytes(32).toString('base64url');
    const invitation = randomBytes(24).toString('base64url');
    const secrets = [token, der, permit, 'BCDFG-HJKLM', 'bcdfghjklm'];
    const lines = written((log) => {
      log.warn(`https://api.telegram.org/bot${token}/getMe and https://t.me/x?start=${invitation}`);
      for (const secret of [...secrets, pem]) {
        log.warn(`connect to https://x/${secret}/getMe?x=${secret}`);
        log.error({ err: new Error(`failed: ${secret}`, { cause: secret }) });
        log.error({ deep: { err: new Error(secret) }, text: secret });
      }
    });
    for (const secret of [...secrets, invitation]) expect(lines).not.toContain(secret);
    expect(lines).not.toContain(pem.split('\n')[1]);
  });

  it('hides who may use a Redis, and says which', () => {
    const lines = written((log) => {
      log.warn(
        'connect rediss://bot:canary-p@ss/word@redis-1:6380,redis-2/0?sentinel-password=canary-2&tag=b failed',
      );
      log.error(new Error('redis://:canary-3@localhost'));
    });
    expect(lines).not.toMatch(/canary|word@/);
    expect(lines).toContain('rediss://[secret]@redis-1:6380,redis-2/0?sentinel-password=[secret]&tag=b');
  });

  it('writes neither a Secret nor bytes nor what hangs on an error', () => {
    const error = Object.assign(new Error('refused'), { request: { body: 'Canary-Pass-77' } });
    const lines = written((log) => {
      log.error({ err: error, cause: error, inner: { err: error } });
      log.error(error);
      log.info({ key: new Secret('Canary-Pass-77'), bytes: Buffer.from('Canary-Pass-77') });
    });
    expect(lines).toContain('refused');
    expect(lines).not.toContain('Canary-Pass-77');
    expect(lines).not.toContain(Buffer.from('Canary-Pass-77').toString('base64'));
    expect(lines).not.toContain(Buffer.from('Canary-Pass-77').join(','));
  });

  it('shows the code of an error, and what it was caused by; nothing that only looks like a code', () => {
    const full = Object.assign(new Error('write failed'), { code: 'ENOSPC' });
    const lines = written((log) => {
      log.error({ err: new Error('could not be kept', { cause: full }) });
      log.error({ err: Object.assign(new Error('refused'), { code: 429 }) });
      log.error({ err: Object.assign(new Error('odd'), { code: 'what somebody typed' }) });
      log.error({ code: 'ABCDEF' });
    });
    const [kept, refused, odd, typed] = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(kept.err.cause).toMatchObject({ type: 'Error', message: 'write failed', code: 'ENOSPC' });
    expect(refused.err.code).toBe(429);
    expect(odd.err).not.toHaveProperty('code');
    expect(typed.code).toBe('[secret]');
  });

  it('says in every line what it is about, on every way it was written', async () => {
    const lines: string[] = [];
    const log = createLog('info', 'test', { write: (line: string) => void lines.push(line) });
    const work = (id: string) =>
      about({ update: 7 }, async () => {
        await Promise.resolve();
        isAbout({ case: id });
        log.info(`${id} first`);
        await Promise.resolve();
        log.info({ case: 'its own word' }, `${id} second`);
        aboutNothing(() => log.info(`${id} a process`));
      });
    await Promise.all([work('A'), work('B')]);
    isAbout({ case: 'nobody asks' });
    log.info('outside');
    const seen = lines.map((line) => JSON.parse(line));
    const about7 = (id: string) => [
      expect.objectContaining({ update: 7, case: id, msg: `${id} first` }),
      expect.objectContaining({ update: 7, case: 'its own word', msg: `${id} second` }),
    ];
    expect(seen).toEqual(expect.arrayContaining([...about7('A'), ...about7('B')]));
    for (const line of seen.filter(({ msg }) => /process|outside/.test(msg)))
      expect(Object.keys(line)).not.toEqual(expect.arrayContaining(['case']));
  });

  it('leaves what helps to find a fault', () => {
    const lines = written((log) => {
      log.info({ agent: '01J00000000000000000000000', hash: 'a'.repeat(64), serial: 'J50000062' }, 'paired');
    });
    expect(JSON.parse(lines)).toMatchObject({
      agent: '01J00000000000000000000000',
      hash: 'a'.repeat(64),
      serial: 'J50000062',
      msg: 'paired',
    });
  });

  it('ends with an object that holds itself', () => {
    const round: Record<string, unknown> = {};
    round.self = round;
    expect(written((log) => log.info({ round }))).toContain('[secret]');
  });
});
