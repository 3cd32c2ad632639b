/** The agent started as a double-click does, as processes of their own: which one works, and how a browser gets in. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { expect, it, type TestContext } from 'vitest';
import { DEMO_PASSWORD } from '../../../src/sandbox/device/profiles.ts';
import { eventually } from '../../support/eventually.ts';
import { CAMERA, emptyFolder, oneCamera, site, spawnAgent } from './agent.ts';
import { ScriptedHub } from './link-scripted-hub.ts';
import { FROM_FILE, OWN, post, send } from './window-client.ts';

/** An agent that has opened its window. */
async function started(
  t: TestContext,
  home: string,
  words: readonly string[] = [],
  testNetwork = '127.0.0.1/8:9',
) {
  const env = { UNBIND_AGENT_HOME: home, UNBIND_AGENT_TEST_NETWORK: testNetwork };
  const { child, ended } = spawnAgent(t, words, null, env);
  const said = await lines(child, /^window-file: .+$/m, ended);
  return {
    child,
    ended,
    said,
    address: /http:\S+/.exec(said)?.[0] ?? '',
    file: /^window-file: (.+)$/m.exec(said)?.[1] ?? '',
  };
}

/** What a process says until it has said this; fails with all it said where it ends before. */
function lines(child: ChildProcess, until: RegExp, ended: Promise<unknown>): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (bytes) => {
      said += bytes;
      if (until.test(said)) resolve(said);
    });
    void ended.then(() => reject(new Error(`it ended: ${said}`)));
  });
}

/** Does what a browser does with the file: posts its key. */
async function enter(file: string) {
  return enterBy(await readFile(file, 'utf8'));
}
async function enterBy(page: string) {
  const action = /action="([^"]+)"/.exec(page)?.[1] ?? '';
  const key = /name="key" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const entered = await post(action, { key }, { origin: 'null', ...FROM_FILE });
  const cookie = entered.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  return { key, cookie, entered, address: action.replace(/enter$/, '') };
}

const show = (address: string, cookie: string) => send(address, { headers: { ...OWN, cookie } });

const formIn = (page: string, name: string) =>
  new RegExp(`/${name}"[^>]*>\\s*<input type="hidden" name="form" value="([^"]+)"`).exec(page)?.[1];

/** What a browser that was let in does: looks at the window, and presses what it shows. */
function visitor(address: string, cookie: string) {
  const { origin } = new URL(address);
  const shown = async () => (await show(address, cookie)).text;
  /** The value of the form of an action, once it is shown. */
  const formOf = (name: string) =>
    eventually(async () => {
      const form = formIn(await shown(), name);
      if (form === undefined) throw new Error(`no form to ${name}`);
      return form;
    });
  const press = async (name: string, fields: Readonly<Record<string, string>> = {}, form?: string) =>
    post(`${address}${name}`, { form: form ?? (await formOf(name)), ...fields }, { ...OWN, origin, cookie });
  return { shown, formOf, press };
}

it('opens its window by a file of its owner alone; no key stands in an address, an argument or a line', async (t) => {
  const home = await emptyFolder(t);
  const { child, said, address, file, ended } = await started(t, home);
  if (process.platform !== 'win32') expect((await stat(file)).mode & 0o077).toBe(0);
  // The address alone lets nobody in.
  expect((await show(address, '')).text).toContain('Open the start file again');

  const { key, cookie, entered } = await enter(file);
  expect(entered.text).toContain(`content="0;url=${new URL(address).pathname}"`);
  expect((await show(address, cookie)).text).toContain('Type the code from the chat');
  const secret = cookie.split('=')[1] ?? '';
  for (const it of [key, secret]) {
    expect(it.length).toBeGreaterThan(40);
    expect(said).not.toContain(it);
    expect(file).not.toContain(it);
    expect((await show(address, cookie)).text).not.toContain(it);
    if (process.platform === 'linux') {
      expect(await readFile(`/proc/${child.pid}/cmdline`, 'utf8')).not.toContain(it);
      expect(await readFile(`/proc/${child.pid}/environ`, 'utf8')).not.toContain(it);
    }
    for (const name of await readdir(home, { recursive: true })) {
      const path = join(home, name);
      if ((await stat(path)).isFile()) expect(await readFile(path, 'utf8')).not.toContain(it);
      expect(name).not.toContain(it);
    }
  }

  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
  expect(await readdir(home)).toEqual(['window']);
});

it('opens the window of the agent that runs where it is started again, with a new key each time', async (t) => {
  const home = await emptyFolder(t);
  const first = await started(t, home);
  const old = await readFile(first.file, 'utf8');
  const second = await started(t, home);
  expect((await second.ended).code).toBe(0);
  expect(second.said).toContain('The agent runs already: its window is opened.');
  const { cookie, address, key } = await enter(second.file);
  expect(address).toBe(first.address);
  expect(old).not.toContain(key);
  expect((await show(first.address, cookie)).status).toBe(200);
  // That of the first start is good for one browser, too, whoever comes first.
  expect((await enterBy(old)).entered.status).toBe(200);
  expect((await enterBy(old)).entered.status).toBe(403);
});

it('is one agent, however many are started at once', async (t) => {
  const home = await emptyFolder(t);
  const all = await Promise.all([0, 1, 2, 3].map(() => started(t, home)));
  const addresses = new Set<string>();
  for (const { file } of all.slice(0, 1)) addresses.add((await enter(file)).address);
  const working = all.filter(({ said }) => said.includes('The window of this agent is at'));
  expect(working.map(({ address }) => address)).toEqual([...addresses]);
  for (const one of all) if (!working.includes(one)) expect((await one.ended).code).toBe(0);
});

it('takes over what a killed agent has left', async (t) => {
  const home = await emptyFolder(t);
  const first = await started(t, home);
  const { cookie } = await enter(first.file);
  const gone = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await gone;
  expect(await readdir(home)).toContain('agent.lock');
  const second = await started(t, home);
  expect(second.said).toContain('The window of this agent is at');
  // What let a browser into the one before lets nobody into this one.
  expect((await show(second.address, cookie)).status).toBe(403);
  expect((await show(second.address, (await enter(second.file)).cookie)).status).toBe(200);
});

it('takes over a lock whose number is another program’s by now, and its port too', async (t) => {
  const home = await emptyFolder(t);
  const other = await started(t, await emptyFolder(t));
  const { origin } = new URL(other.address);
  await writeFile(join(home, 'agent.lock'), `${other.child.pid} 00 ${origin}/nothing-of-ours/\n`);
  expect((await started(t, home)).said).toContain('The window of this agent is at');
});

it('takes nothing over where it is this laptop that keeps it from asking', async (t) => {
  const home = await emptyFolder(t);
  const other = await started(t, await emptyFolder(t));
  // An address of a link without the name of the link: no connection is begun to it.
  const lock = `${other.child.pid} 00 http://[fe80::1]:65000/window/\n`;
  await writeFile(join(home, 'agent.lock'), lock);
  const { code, stderr } = await spawnAgent(t, [], null, { UNBIND_AGENT_HOME: home }).ended;
  expect([code, stderr]).toEqual([1, expect.stringContaining('but does not answer')]);
  expect(await readFile(join(home, 'agent.lock'), 'utf8')).toBe(lock);
});

it('says what to do where the other one works in a terminal', async (t) => {
  const at = await site(t, []);
  const first = await started(t, at.home);
  const run = await at.agent(['run']);
  expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('its window is opened')]);

  const inTerminal = await emptyFolder(t);
  await writeFile(join(inTerminal, 'agent.lock'), `${first.child.pid} 00 -\n`);
  const env = { UNBIND_AGENT_HOME: inTerminal };
  for (const words of [[], ['run']]) {
    const refused = await at.agent(words, { env });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`in a terminal (process ${first.child.pid})`);
    // The number may be another program's, and the terminal long shut.
    expect(refused.stderr).toContain('restart the laptop');
  }
});

it.runIf(process.platform !== 'win32')('says so where the other one does not answer', async (t) => {
  const home = await emptyFolder(t);
  const { child } = await started(t, home);
  child.kill('SIGSTOP');
  const second = spawnAgent(t, [], null, { UNBIND_AGENT_HOME: home });
  const { code, stderr } = await second.ended;
  child.kill('SIGCONT');
  expect([code, stderr]).toEqual([1, expect.stringContaining(`(process ${child.pid}), but does not answer`)]);
});

it('speaks the language of the person, and of whoever chooses another in the window', async (t) => {
  const home = await emptyFolder(t);
  const env = {
    UNBIND_AGENT_HOME: home,
    UNBIND_AGENT_TEST_NETWORK: '127.0.0.1/8:9',
    LC_ALL: 'ru_RU.UTF-8',
  };
  const { child, ended } = spawnAgent(t, ['start'], null, env);
  const said = await lines(child, /^window-file: .+$/m, ended);
  expect(said).toContain('Окно агента');
  const { address, cookie } = await enter(/^window-file: (.+)$/m.exec(said)?.[1] ?? '');
  const page = await show(address, cookie);
  expect(page.text).toContain('lang="ru"');
  const form = /action="[^"]+language"[^>]*>\s*<input type="hidden" name="form" value="([^"]+)"/.exec(
    page.text,
  )?.[1];
  const { origin } = new URL(address);
  await post(`${address}language`, { form: form ?? '', to: 'en' }, { ...OWN, origin, cookie });
  expect((await show(address, cookie)).text).toContain('lang="en"');
});

it('takes for a question what its own form brings, and nothing that was left of the one before', async (t) => {
  const { lan, home } = await oneCamera(t);
  const { file, address } = await started(t, home, [], lan.testNetwork);
  const { cookie } = await enter(file);
  const { press, shown, formOf } = visitor(address, cookie);
  const ask = async () => {
    await press('unbind', { serial: CAMERA, confirm: CAMERA });
    return formOf('answer');
  };
  // What it says on the way to a question is seen by whoever listens.
  let live = '';
  const listening = get(`${address}live`, { headers: { ...OWN, cookie } }, (answer) =>
    answer.setEncoding('utf8').on('data', (part: string) => {
      live += part.replaceAll('\\"', '"').replaceAll('\\n', '\n');
    }),
  );
  t.onTestFinished(() => void listening.destroy());
  listening.on('error', () => undefined);
  await once(listening, 'response');

  const left = await ask();
  const cancel = await eventually(() => formIn(live, 'cancel') ?? expect.unreachable('no form to cancel'));
  await press('cancel', {}, cancel);
  await eventually(async () => expect(formIn(await shown(), 'answer')).toBeUndefined());
  const own = await ask();
  await press('answer', { password: DEMO_PASSWORD }, left);
  expect(formIn(await shown(), 'answer')).toBe(own);
  await press('answer', { action: 'cancel' }, own);
  await eventually(async () => expect(formIn(await shown(), 'answer')).toBeUndefined());
  expect(lan.device(CAMERA).snapshot()).toMatchObject({ passwordsTried: 0, unbindsReceived: 0 });
});

it('sends the file for support to the chat, and says so', async (t) => {
  const home = await emptyFolder(t);
  const hub = await ScriptedHub.open();
  await hub.pair(home);
  hub.supports = [];
  const { file, address } = await started(t, home);
  const { press, shown } = visitor(address, (await enter(file)).cookie);
  await press('send');
  await eventually(async () => expect(await shown()).toContain('is in the chat'));
  expect(hub.supports).toEqual([expect.stringContaining('"kind": "unbind-support"')]);
});
