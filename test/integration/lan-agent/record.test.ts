import { createSocket } from 'node:dgram';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import type { CliContext } from '../../../src/lan-agent/cli/context.ts';
import { recordCommand } from '../../../src/lan-agent/cli/record.ts';
import { createEngine } from '../../../src/lan-agent/engine.ts';
import type { Network } from '../../../src/lan-agent/network/network.ts';
import { createKeyboard } from '../../../src/lan-agent/prompt/keyboard.ts';
import { parseRecording, type Recording } from '../../../src/lan-agent/record/recording.ts';
import type { DeviceSpec } from '../../../src/sandbox/device/device.ts';
import { recorder4, unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { deviceFromRecording } from '../../../src/sandbox/device/recording.ts';
import { filesOf, hits } from '../../support/canary.ts';
import {
  type AgentOptions,
  CAMERA,
  type Ended,
  emptyFolder,
  oneCamera,
  PASSWORD,
  type Site,
  site,
  smallDisk,
  WRONG_PASSWORD,
} from './agent.ts';

// Some of the devices hear only what goes to everybody.
const WITH_UNBIND = ['--with-unbind', '--confirm', CAMERA, '--password-stdin', '--direct-cable'];

interface Recorded {
  readonly ended: Ended;
  /** Where the recording is. */
  readonly folder: string;
}

async function record(
  t: TestContext,
  at: Site,
  words: readonly string[] = [],
  options: AgentOptions = {},
): Promise<Recorded> {
  const folder = join(await emptyFolder(t), 'recording');
  const ended = await at.agent(['record', CAMERA, '--json', '--folder', folder, ...words], options);
  return { ended, folder };
}

async function read(folder: string): Promise<Recording> {
  const recording = parseRecording(await readFile(join(folder, 'recording.jsonl'), 'utf8'));
  if (!recording.ok) throw new Error(recording.failure.problem);
  return recording.value;
}

/** Everything that passes through the group, as anybody on the LAN can hear it. */
async function eavesdrop(t: TestContext, port: number): Promise<Buffer[]> {
  const heard: Buffer[] = [];
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  t.onTestFinished(() => void socket.close());
  await new Promise<void>((done) => socket.bind(port, '239.255.255.250', done));
  socket.addMembership('239.255.255.250', '127.0.0.1');
  socket.on('message', (bytes) => heard.push(bytes));
  return heard;
}

/** Values of an element in raw datagrams. */
function valuesOf(name: string, datagrams: readonly Buffer[]): string[] {
  return datagrams.flatMap((bytes) =>
    [...bytes.toString('latin1').matchAll(new RegExp(`<${name}>([^<]+)</`, 'g'))].map(
      ([, value = '']) => value,
    ),
  );
}

describe.concurrent('without consent', () => {
  it('records discovery, status and the open question, and sends nothing else', async (t) => {
    const at = await oneCamera(t, { profile: { httpPort: 0 } });
    const { ended, folder } = await record(t, at);
    expect(ended.code).toBe(0);
    expect(ended.json()).toEqual({
      shortSerial: CAMERA,
      status: 'can-unbind',
      unbind: null,
      folder,
      complete: true,
    });
    expect(at.camera.snapshot()).toMatchObject({ exchanges: 0, unbindsReceived: 0, httpAuthFailures: 0 });
    const { header, events, end } = await read(folder);
    expect(header).toMatchObject({ version: 1, shortSerial: CAMERA });
    expect(end).toMatchObject({ status: 'can-unbind', others: 0 });
    expect(end?.unbind).toBeUndefined();
    const types = new Set(events.map((event) => ('types' in event ? event.types : event.path)));
    expect(types).toEqual(new Set(['inquiry', 'getUnbindStatus', '/SDK/activateStatus']));
  });

  it('is for its owner alone, and reads well in both languages', async (t) => {
    const at = await oneCamera(t);
    for (const [env, word] of [
      [{}, 'Firmware'],
      [{ LC_ALL: 'ru_RU.UTF-8' }, 'Прошивка'],
    ] as const) {
      const folder = join(await emptyFolder(t), 'recording');
      const ended = await at.agent(['record', CAMERA, '--folder', folder], { env });
      expect(ended.stdout).toContain('--with-unbind --confirm AC7000101');
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
      const files = await readdir(folder);
      expect(files.sort()).toEqual(['README.txt', 'recording.jsonl']);
      for (const name of files) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
      const text = await readFile(join(folder, 'README.txt'), 'utf8');
      expect(text).toContain(word);
      expect(text).toContain('Result=success');
      expect(text + ended.stdout).not.toMatch(/agent:|\{\{/);
    }
  });

  it('leaves a folder that exists as it is, and sends nothing', async (t) => {
    const at = await oneCamera(t);
    const folder = await emptyFolder(t);
    await writeFile(join(folder, 'README.txt'), 'mine');
    const ended = await at.agent(['record', CAMERA, '--json', '--folder', folder]);
    expect(ended.code).toBe(1);
    expect(ended.json()).toEqual({ shortSerial: CAMERA, error: 'exists' });
    expect(await readdir(folder)).toEqual(['README.txt']);
    expect(at.camera.snapshot().inquiries).toBe(0);
  });

  it('says where it cannot write, and sends nothing', async (t) => {
    const at = await oneCamera(t);
    const ended = await at.agent(['record', CAMERA, '--json', '--folder', '/dev/null/recording']);
    expect(ended.code).toBe(1);
    expect(ended.json()).toEqual({ shortSerial: CAMERA, error: 'unwritable', code: 'ENOTDIR' });
    expect(at.camera.snapshot().inquiries).toBe(0);
  });

  it('says when the disk is full already, leaves nothing behind, and sends nothing', async (t) => {
    const at = await oneCamera(t);
    const small = await smallDisk(t, 4096);
    await writeFile(join(small, 'full'), Buffer.alloc(4096));
    const ended = await at.agent(['record', CAMERA, '--json', '--folder', join(small, 'recording')]);
    expect(ended.json()).toEqual({ shortSerial: CAMERA, error: 'unwritable', code: 'ENOSPC' });
    expect(await readdir(small)).toEqual(['full']);
    expect(at.camera.snapshot().inquiries).toBe(0);
  });

  it('writes what it has when a person stops it', async (t) => {
    const at = await site(t, [recorder4]);
    const folder = join(await emptyFolder(t), 'recording');
    const asked = new Promise<void>((done) => void at.lan.device('G70000102').onChange(() => done()));
    const { child, ended } = at.start(['record', CAMERA, '--json', '--folder', folder]);
    await asked;
    child.kill('SIGINT');
    const { code, json } = await ended;
    expect(code).toBe(1);
    expect(json()).toMatchObject({ status: 'not-found', stopped: true, complete: true });
    // "Not found" would be said of a search that was not made to its end.
    expect((await read(folder)).end).toBeNull();
    expect(await readFile(join(folder, 'README.txt'), 'utf8')).toContain('was stopped before');
  });

  it('keeps what it has when the program fails in the middle', async (t) => {
    const home = await emptyFolder(t);
    const folder = join(home, 'recording');
    const network: Network = {
      port: 41_020,
      loopback: true,
      survey: () => {
        throw new Error('no interfaces today');
      },
    };
    const context: CliContext = {
      startedAt: 0,
      env: {},
      language: 'en',
      texts: textsFor('en'),
      home,
      network,
      engine: createEngine({ home, network }),
      engineWith: (tap) => createEngine({ home, network, tap }),
      signal: new AbortController().signal,
      input: process.stdin,
      keyboard: createKeyboard(process.stdin, () => undefined),
      print: async () => undefined,
      say: () => undefined,
    };
    const args = {
      json: true,
      folder,
      withUnbind: false,
      passwordStdin: false,
      samePassword: false,
      afterLock: false,
      directCable: false,
    };
    await expect(recordCommand(context, CAMERA, args)).rejects.toThrow('no interfaces today');
    expect((await readdir(folder)).sort()).toEqual(['README.txt', 'recording.jsonl']);
    expect((await read(folder)).end).toBeNull();
  });

  it('refuses an unbind that was not confirmed, before anything is sent or written', async (t) => {
    const at = await oneCamera(t);
    const { ended, folder } = await record(t, at, ['--with-unbind', '--password-stdin'], { input: PASSWORD });
    expect(ended.json()).toMatchObject({ unbind: { outcome: 'refused', reason: 'confirm-mismatch' } });
    expect(ended.code).toBe(3);
    expect(at.camera.snapshot()).toMatchObject({ inquiries: 0, exchanges: 0 });
    await expect(readdir(folder)).rejects.toThrow('ENOENT');
  });

  it('keeps nothing of other devices but their number', async (t) => {
    const at = await site(t, [unbindableCamera, recorder4]);
    const { folder } = await record(t, at);
    const files = await filesOf(folder, '');
    const { fullSerial, mac, address, shortSerial, model } = recorder4.profile;
    expect(hits({ fullSerial, mac, address, shortSerial, model }, files)).toEqual([]);
    expect((await read(folder)).end?.others).toBeGreaterThan(0);
  });

  it('records that a device is not there', async (t) => {
    const at = await site(t, [recorder4]);
    const { ended, folder } = await record(t, at, WITH_UNBIND, { input: PASSWORD });
    expect(ended.json()).toMatchObject({ status: 'not-found', unbind: null, complete: true });
    expect(ended.code).toBe(1);
    expect((await read(folder)).events.every(({ kind }) => kind === 'sent')).toBe(true);
  });
});

describe.concurrent('secrets', () => {
  it('are in none of the files, whatever their spelling', async (t) => {
    // Commands by multicast: then everything secret on the wire can be heard, and looked for.
    const at = await oneCamera(t, { quirks: { ignoresUnicast: true } });
    const heard = await eavesdrop(t, at.lan.port);
    const { ended, folder } = await record(t, at, WITH_UNBIND, { input: `${PASSWORD}\n` });
    expect(ended.json()).toMatchObject({ unbind: { outcome: 'unbound', verified: true } });
    const secrets: Record<string, string> = { password: PASSWORD };
    for (const name of ['Code', 'Password', 'Salt']) {
      const values = new Set(valuesOf(name, heard));
      expect(values.size, name).toBeGreaterThan(0);
      for (const [index, value] of [...values].entries()) secrets[`${name} ${index}`] = value;
    }
    const files = await filesOf(folder, '');
    expect(Object.keys(files).sort()).toEqual(['/README.txt', '/recording.jsonl']);
    expect(hits(secrets, files)).toEqual([]);
    expect(hits(secrets, { stdout: Buffer.from(ended.stdout), stderr: Buffer.from(ended.stderr) })).toEqual(
      [],
    );
    // Their lengths are there: 128 and 140 bytes of keys, an envelope of 32 (protocol/sadp.md 8).
    const summary = files['/README.txt']?.toString() ?? '';
    for (const row of ['Code: 172 bytes, base64', 'Code: 188 bytes, base64', 'Password: 44 bytes, base64']) {
      expect(summary).toContain(row);
    }
  });

  it('are not there either when a device tells the password in a place of its own', async (t) => {
    const said = (types: string, more: string) =>
      `<ProbeMatch><Uuid></Uuid><Types>${types}</Types><MAC>${unbindableCamera.profile.mac}</MAC>${more}</ProbeMatch>`;
    const told = `<Echo>${PASSWORD}</Echo><Note user="${PASSWORD}">1<![CDATA[${PASSWORD}]]></Note><!-- ${PASSWORD} -->`;
    const at = await oneCamera(t, {
      canned: {
        inquiry: [
          said('inquiry', `<DeviceSN>${CAMERA}</DeviceSN><NewPassword>${PASSWORD}</NewPassword>${told}`),
        ],
        getUnbindStatus: [said('getUnbindStatus', `<Result>success</Result>${told}`)],
        ezvizUnbind: [said('ezvizUnbind', `<Result>failed</Result>${told}`)],
      },
    });
    const { ended, folder } = await record(t, at, WITH_UNBIND, { input: PASSWORD });
    expect(ended.json()).toMatchObject({ unbind: { outcome: 'denied' } });
    expect(hits({ PASSWORD }, await filesOf(folder, ''))).toEqual([]);
  });

  it('of the web server are not there: nonces, credentials, verification code', async (t) => {
    const web = { challenge: 'two-headers', verificationCode: 'Fixture12Abc' } as const;
    const at = await oneCamera(t, {
      profile: { httpPort: 0, web },
      // The device leaves the status question after the unbind: only the login can settle it.
      quirks: { bindStatusField: 'zero' },
      canned: { getUnbindStatus: [statusReply('success'), statusReply('success'), statusReply('busy')] },
    });
    const env = { UNBIND_AGENT_VERIFY_SECONDS: '5' };
    const { ended, folder } = await record(t, at, WITH_UNBIND, { input: PASSWORD, env });
    expect(ended.json()).toMatchObject({ unbind: { outcome: 'unbound' } });
    const files = await filesOf(folder, '');
    expect(hits({ PASSWORD, code: web.verificationCode }, files)).toEqual([]);
    const text = files['/recording.jsonl']?.toString() ?? '';
    expect(text).toContain('bindStatus>unbind<');
    expect(text).toContain('Digest realm=');
    expect(text).not.toMatch(/[0-9a-f]{32}|response=|cnonce/);
  });
});

function statusReply(word: string): string {
  const { mac } = unbindableCamera.profile;
  return `<ProbeMatch><Uuid></Uuid><MAC>${mac}</MAC><Types>getUnbindStatus</Types><Result>${word}</Result></ProbeMatch>`;
}

describe.concurrent('the recording and the unbind', () => {
  it('do not disturb each other: one datagram, one attempt, the same journal', async (t) => {
    const at = await oneCamera(t);
    await record(t, at, WITH_UNBIND, { input: PASSWORD });
    expect(at.camera.snapshot()).toMatchObject({
      bound: false,
      exchanges: 1,
      unbindsReceived: 1,
      passwordsTried: 1,
    });
    expect((await at.journal()).map(({ event }) => event)).toEqual(['begun', 'intent', 'result']);
  });

  it('keep to the ledger', async (t) => {
    const at = await oneCamera(t, { state: { triesLeft: 3 } });
    const wrong = await record(t, at, WITH_UNBIND, { input: WRONG_PASSWORD });
    expect(wrong.ended.json()).toMatchObject({ unbind: { outcome: 'wrong-password', attemptsLeft: 2 } });
    const again = await record(t, at, WITH_UNBIND, { input: PASSWORD });
    expect(again.ended.json()).toMatchObject({ unbind: { outcome: 'refused', reason: 'few-attempts' } });
    expect(at.camera.snapshot().passwordsTried).toBe(1);
  });

  it('goes on to its end when the disk fills up under the recording', async (t) => {
    const small = await smallDisk(t, 8192);
    const at = await oneCamera(t);
    const words = ['record', CAMERA, '--json', '--folder', join(small, 'recording'), ...WITH_UNBIND];
    const ended = await at.agent(words, { input: PASSWORD });
    expect(ended.json()).toMatchObject({ complete: false, unbind: { outcome: 'unbound', verified: true } });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('ENOSPC');
    expect(at.camera.snapshot()).toMatchObject({ unbindsReceived: 1, unbindsExecuted: 1 });
    expect((await at.journal()).at(-1)).toMatchObject({ event: 'result', outcome: 'unbound' });
  });
});

type Changes = Pick<DeviceSpec, 'quirks' | 'state' | 'canned'> & { profile?: Partial<DeviceSpec['profile']> };

interface Case {
  readonly name: string;
  readonly changes: Changes;
  readonly input?: string;
  readonly env?: Record<string, string>;
  readonly speed?: number;
}

const CASES: readonly Case[] = [
  { name: 'a device with good manners', changes: {} },
  {
    name: 'braces, decoys, copies, GB18030, both ways, Salt first, flase',
    changes: {
      quirks: {
        uuid: 'braces',
        decoys: true,
        duplicateReplies: 1,
        gb18030Name: true,
        replyBy: 'both',
        elementOrder: 'salt-first',
        flagSpelling: 'flase',
        replyDelayMs: 120,
      },
    },
  },
  {
    name: 'commands by multicast only, lower case, no MAC in replies, Result beside Code',
    changes: {
      quirks: {
        ignoresUnicast: true,
        uuid: 'lower',
        macInReplies: false,
        exchangeReply: 'code-and-result',
        replyBy: 'unicast',
      },
    },
  },
  {
    name: 'a reply above 4 KiB and an address of another subnet',
    changes: {
      profile: { announcedAddress: '192.168.1.64', subnetMask: '255.255.255.0' },
      quirks: { bigReply: true },
    },
  },
  {
    name: 'a wrong password and a counter of another name',
    changes: { quirks: { counterName: 'RetryModifyTime' } },
    input: WRONG_PASSWORD,
  },
  {
    name: 'failed without a counter',
    changes: { quirks: { failedForWrongPassword: true } },
    input: WRONG_PASSWORD,
  },
  { name: 'a lock', changes: { state: { triesLeft: 1 } }, input: WRONG_PASSWORD },
  { name: 'a lost reply', changes: { quirks: { loseUnbindReply: true } } },
  {
    name: 'a status that follows late, played faster',
    changes: { quirks: { settleAfterMs: 6000 } },
    speed: 10,
  },
  { name: 'a refused exchange', changes: { quirks: { exchangeReply: 'failed' } } },
  {
    name: 'two answers to the exchange',
    changes: { quirks: { spoofExchange: { from: null, order: 'after', delayMs: 0 } } },
  },
  { name: 'a cut exchange', changes: { quirks: { brokenXml: ['exchangecode'] } } },
  { name: 'a device that has lost the cloud', changes: { state: { cloud: 'offline' } } },
  { name: 'a device that is not bound', changes: { state: { bound: false } } },
  {
    name: 'a restart in the middle',
    changes: { quirks: { rebootDuringUnbind: { ms: 3000, executed: true } } },
  },
  {
    name: 'protocol 3.1 with an administrator of another name',
    changes: {
      profile: { securityMode: 'high-A', userName: 'boss', salt2: 'b1'.repeat(32) },
      quirks: { sadpVersion: '3.1' },
    },
    env: { UNBIND_AGENT_SADP31: '1' },
  },
];

describe.concurrent('the replay', () => {
  it.for(CASES)('ends as the recording did: $name', { timeout: 90_000 }, async (one, t) => {
    const { changes, input = PASSWORD, env = {}, speed = 1 } = one;
    const at = await oneCamera(t, changes);
    const { ended, folder } = await record(t, at, WITH_UNBIND, { input, env });
    const { unbind } = ended.json<{ unbind: Record<string, unknown> }>();
    expect(hits({ PASSWORD, WRONG_PASSWORD }, await filesOf(folder, ''))).toEqual([]);
    await at.lan.close();

    const spec = await deviceFromRecording(folder, { speed });
    const again = await site(t, [spec]);
    const replayed = await again.unbind({ env, words: ['--direct-cable'] });
    expect(replayed.json()).toEqual(unbind);
    const [before, after] = [at.camera.snapshot(), again.lan.device(CAMERA).snapshot()];
    expect(after.unbindsReceived).toBe(before.unbindsReceived);
    expect(after.bound).toBe(before.bound);
  });

  it('announces the recorded bytes, and moves to another address', async (t) => {
    const at = await oneCamera(t, { quirks: { gb18030Name: true, flagSpelling: 'flase' } });
    const heard = await eavesdrop(t, at.lan.port);
    const { folder } = await record(t, at);
    await at.lan.close();
    const spec = await deviceFromRecording(folder, { address: '127.0.1.99' });
    const again = await site(t, [spec]);
    const reheard = await eavesdrop(t, again.lan.port);
    const ended = await again.agent(['discover', '--json', '--until', CAMERA]);
    expect(ended.json()).toMatchObject([{ shortSerial: CAMERA, address: '127.0.1.99' }]);
    const announcement = (all: readonly Buffer[]) =>
      all
        .map((bytes) => bytes.toString('latin1'))
        .find((text) => text.includes('<ProbeMatch>'))
        ?.replace(/<(Uuid|Salt|IPv4Address)>[^<]*/g, '<$1>');
    expect(announcement(reheard)).toBe(announcement(heard));
  });

  it('takes the test password alone, and judges any other itself', async (t) => {
    const at = await oneCamera(t);
    const { folder } = await record(t, at, WITH_UNBIND, { input: PASSWORD });
    await at.lan.close();
    const again = await site(t, [await deviceFromRecording(folder)]);
    const wrong = await again.unbind({ password: WRONG_PASSWORD });
    expect(wrong.json()).toMatchObject({ outcome: 'wrong-password', attemptsLeft: 5 });
    expect((await again.unbind()).json()).toMatchObject({ outcome: 'unbound' });
  });

  it('of a recording without an unbind can be unbound all the same', async (t) => {
    const at = await oneCamera(t);
    const { folder } = await record(t, at);
    await at.lan.close();
    const again = await site(t, [await deviceFromRecording(folder)]);
    expect((await again.unbind()).json()).toMatchObject({ outcome: 'unbound', verified: true });
  });

  it('says what is wrong with a file that is no recording', async (t) => {
    const folder = await emptyFolder(t);
    await writeFile(join(folder, 'recording.jsonl'), '{"kind":"sent"}\n');
    await expect(deviceFromRecording(folder)).rejects.toThrow('recording.jsonl, line 1');
  });
});
