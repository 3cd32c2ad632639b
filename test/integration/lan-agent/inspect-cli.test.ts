import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import type { InspectReport } from '../../../src/lan-agent/inspect/contract.ts';
import type { DeviceSpec } from '../../../src/sandbox/device/device.ts';
import { unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { CAMERA, type Ended, oneCamera, PASSWORD, type Site, WRONG_PASSWORD } from './agent.ts';
import { typePassword } from './link-laptop.ts';

const CODE = 'QWERTZ';

/** One camera with a web server, and `inspect` with the password out of a pipe. */
async function camera(t: TestContext, spec: Pick<DeviceSpec, 'state'> = {}, web: object = {}) {
  const at = await oneCamera(t, {
    ...spec,
    profile: { httpPort: 0, web: { verificationCode: CODE, ...web } },
  });
  const inspect = (password = PASSWORD, words: string[] = [], env: Record<string, string> = {}) =>
    at.agent(['inspect', CAMERA, '--password-stdin', ...words], { input: `${password}\n`, env });
  return { ...at, inspect };
}

/** Everything the agent has written to its state folder. */
async function stateOf({ home }: Site): Promise<string> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
}

describe.concurrent('inspect', () => {
  it('prints one JSON value, without a secret in it', async (t) => {
    const at = await camera(t, {}, { labelCode: 'changed' });
    const ended = await at.inspect(PASSWORD, ['--json']);
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(ended.json<InspectReport>()).toMatchObject({
      version: 1,
      shortSerial: CAMERA,
      outcome: 'read',
      cloud: { state: 'bound', hasVerificationCode: true },
      capabilities: { labelCode: 'changed' },
    });
    expect(at.camera.snapshot()).toMatchObject({ passwordsTried: 6, httpWrites: 0, unbindsReceived: 0 });
  });

  it('reads well in English and in Russian', async (t) => {
    const { inspect } = await camera(t, {}, { labelCode: 'changed' });
    const english = await inspect();
    const russian = await inspect(PASSWORD, [], { LC_ALL: 'ru_RU.UTF-8' });
    for (const text of [
      'Read. Nothing was changed on the device.',
      'Firmware: V5.7.18 build 240826',
      `Bound to an account. To unbind it: unbind-agent unbind ${CAMERA} --confirm ${CAMERA}`,
      'the one on the label no longer counts',
      'Wrong passwords until the lock: 6',
      'Length of the lock in minutes: 30',
    ]) {
      expect(english.stdout).toContain(text);
    }
    expect(russian.stdout).toContain('код с этикетки больше не действует');
    expect(russian.stdout).toContain('Неверных паролей до блокировки: 6');
    for (const { stdout, stderr } of [english, russian]) {
      expect(stdout + stderr).not.toMatch(/agent:|\{\{|undefined|null/);
    }
  });

  it('keeps verification code and password out of everything it prints and writes', async (t) => {
    const at = await camera(t);
    const ended: Ended[] = [
      await at.inspect(),
      await at.inspect(PASSWORD, ['--json']),
      await at.inspect(WRONG_PASSWORD),
      await at.inspect(WRONG_PASSWORD, ['--json']),
    ];
    const all = ended.map(({ stdout, stderr }) => stdout + stderr).join('\n') + (await stateOf(at));
    expect(all).toContain('"event":"inspected"');
    for (const secret of [CODE, PASSWORD, WRONG_PASSWORD]) {
      for (const form of [
        secret,
        Buffer.from(secret).toString('hex'),
        Buffer.from(secret).toString('base64'),
        Buffer.from(`admin:${secret}`).toString('base64'),
      ]) {
        expect(all).not.toContain(form);
      }
    }
  });

  it.for([
    { what: 'a wrong password', state: {}, password: WRONG_PASSWORD, code: 1, says: 'Attempts left: 5.' },
    {
      what: 'a lock',
      state: { lockedUntil: Date.now() + 29 * 60_000 },
      password: PASSWORD,
      code: 1,
      says: 'Minutes until the lock ends: 29.',
    },
    {
      what: 'two attempts left',
      state: { triesLeft: 2 },
      password: PASSWORD,
      code: 3,
      says: 'Attempts left: 2.',
    },
    {
      what: 'no password yet',
      state: { activated: false },
      password: PASSWORD,
      code: 3,
      says: 'not activated',
    },
    { what: 'no password typed', state: {}, password: '', code: 3, says: 'The password was empty.' },
  ])('says what to do and ends with $code: $what', async ({ state, password, code, says }, t) => {
    const { inspect } = await camera(t, { state });
    const ended = await inspect(password);
    expect(ended.stdout).toContain(says);
    expect(ended.code).toBe(code);
    expect(ended.stdout).not.toMatch(/agent:|\{\{|undefined|null/);
  });

  it('names the schemes of a device that would see the password itself', async (t) => {
    const { inspect, camera: device } = await camera(t, {}, { challenge: 'basic-only' });
    const ended = await inspect();
    expect(ended.stdout).toContain('Offered were: basic.');
    expect(ended.code).toBe(3);
    expect(device.snapshot().passwordsTried).toBe(0);
  });

  it('refuses while the lock on record runs, with the code of a refusal', async (t) => {
    const { inspect } = await camera(t, { state: { lockedUntil: Date.now() + 60_000 } });
    await inspect();
    const again = await inspect(PASSWORD, ['--json']);
    expect(again.json()).toMatchObject({ outcome: 'locked', reason: 'lock-running' });
    expect(again.code).toBe(3);
  });

  it('asks on the one-shot page, in words of its own', async (t) => {
    const at = await camera(t);
    const { child, ended } = at.start(['inspect', CAMERA, '--prompt', 'page', '--json'], { input: null });
    const page = await new Promise<string>((found) => {
      let text = '';
      child.stderr?.on('data', (chunk) => {
        text += chunk;
        const [, url] = /^prompt-page: (\S+)$/m.exec(text) ?? [];
        if (url) found(url);
      });
    });
    const html = await formOf(page);
    expect(html).toContain('Nothing is changed.');
    expect(html).toContain('>Read</button>');
    expect(html).not.toContain('Unbind');
    expect(html).toContain('not the verification code');
    await typePassword(page, PASSWORD);
    expect((await ended).json()).toMatchObject({ outcome: 'read' });
    expect((await ended).code).toBe(0);
  });

  it('does not take a password from a pipe that nobody named', async (t) => {
    const at = await camera(t);
    const ended = await at.agent(['inspect', CAMERA, '--json'], { input: `${PASSWORD}\n` });
    expect(ended.json()).toMatchObject({ outcome: 'refused', reason: 'no-terminal' });
    expect(ended.code).toBe(3);
    expect(at.camera.snapshot().httpRequests).toBe(0);
  });

  it('ends cleanly when a person stops it', async (t) => {
    const at = await camera(t);
    const { child, ended } = at.start(['inspect', CAMERA, '--prompt', 'page', '--json'], { input: null });
    await new Promise((asked) => child.stderr?.once('data', asked));
    child.kill('SIGINT');
    expect((await ended).json()).toMatchObject({ outcome: 'refused', reason: 'cancelled' });
    expect((await ended).code).toBe(3);
    expect(await readdir(join(at.home, 'locks'))).toEqual([]);
  });

  it.for([['inspect'], ['inspect', 'nonsense'], ['inspect', CAMERA, '--prompt', 'loud']])(
    'is usage, and no attempt: %s',
    async (words, t) => {
      const at = await camera(t);
      expect((await at.agent(words)).code).toBe(2);
      expect(at.camera.snapshot().inquiries).toBe(0);
    },
  );

  it('is not found where it is not', async (t) => {
    const at = await camera(t);
    const other = unbindableCamera.profile.shortSerial.replace(/1$/, '9');
    const ended = await at.agent(['inspect', other, '--password-stdin'], { input: `${PASSWORD}\n` });
    expect(ended.stdout).toContain('was not found on this network');
    expect(ended.code).toBe(1);
  }, 20_000);
});

/** The form; what comes after it waits for the question's end. */
async function formOf(page: string): Promise<string> {
  const decoder = new TextDecoder();
  let html = '';
  for await (const chunk of (await fetch(page)).body ?? []) {
    html += decoder.decode(chunk, { stream: true });
    if (html.includes('</form>')) break;
  }
  return html;
}
