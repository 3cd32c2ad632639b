import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { bundled } from '../../support/programs.ts';
import { ask, inquiry, openWire, status } from './wire.ts';

const MAIN = await bundled('src/sandbox/device/main.ts');

function run(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill());
  return child;
}

async function specFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'device-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'spec.json');
  await writeFile(file, JSON.stringify(unbindableCamera));
  return file;
}

it('a device in a process of its own answers by multicast and unicast, obeys, and reports its changes', async () => {
  const child = run('--profile', await specFile(), '--address', '127.0.3.7', '--port', '0');
  if (!child.stdout || !child.stdin) throw new Error('no pipes');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value ?? 'null');
  const { ready } = await next();
  expect(ready).toMatchObject({ address: '127.0.3.7', shortSerial: 'AC7000101', bound: true });

  const wire = await openWire(ready.port);
  onTestFinished(() => wire.close());
  expect((await ask(wire, inquiry)).from).toBe('127.0.3.7');
  expect((await ask(wire, inquiry, '127.0.3.7')).get('IPv4Address')).toBe('127.0.3.7');
  expect((await next()).snapshot.inquiries).toBe(1);
  expect((await next()).snapshot.inquiries).toBe(2);

  child.stdin.write('{"set":{"bound":false}}\n');
  expect((await next()).snapshot.bound).toBe(false);
  expect(await status(wire, unbindableCamera.profile.mac)).toBe('notBind');
  expect((await next()).snapshot.statusAsked).toBe(1);
  for (const bad of ['{"set":{"bond":false}}', 'hello', '{"passwd":1}']) {
    child.stdin.write(`${bad}\n`);
    expect(await next()).toHaveProperty('error');
  }
  child.stdin.write('{"snapshot":true}\n');
  const { snapshot } = await next();
  expect(snapshot.bound).toBe(false);
  expect(JSON.stringify(snapshot)).not.toContain(unbindableCamera.profile.adminPassword);
  child.stdin.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it('a device whose address does not exist says so and ends', async () => {
  // Of a class of which no machine has one.
  const child = run(
    '--profile',
    await specFile(),
    '--address',
    '240.0.0.1',
    '--interface',
    '127.0.0.1',
    '--port',
    '0',
  );
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  expect(await once(child, 'close')).toEqual([2, null]);
  expect(complaint).toContain('cannot bind 240.0.0.1');
});

it('a device played from a recording answers as the recorded one did', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'recording-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const uuid = '9C41D7E2-5A08-4B6F-8E13-000000000002';
  const text = (xml: string) => ({ text: xml, encoding: 'utf-8', hidden: [] });
  const asked = (types: string) => ({
    kind: 'sent',
    interface: 'eth0',
    to: 'multicast',
    types,
    bytes: 1,
    content: text(`<Probe><Uuid>${uuid}</Uuid><Types>${types}</Types></Probe>`),
  });
  const answered = {
    kind: 'received',
    from: '192.168.1.64',
    socket: 'shared',
    types: 'inquiry',
    bytes: 1,
    unreadable: null,
    same: null,
    content: text(
      `<ProbeMatch><Uuid>{${uuid.toLowerCase()}}</Uuid><Types>inquiry</Types><DeviceSN>AC7000101</DeviceSN><Colour>blue</Colour></ProbeMatch>`,
    ),
  };
  const lines = [
    { kind: 'recording', version: 1, agent: '0', startedAt: '', shortSerial: 'AC7000101' },
    { t: 1, ...asked('inquiry') },
    { t: 30, ...answered },
  ];
  await writeFile(join(folder, 'recording.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const child = run('--recording', folder, '--address', '127.0.3.8', '--port', '0', '--speed', '10');
  if (!child.stdout || !child.stdin) throw new Error('no pipes');
  const out = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { ready } = JSON.parse((await out.next()).value ?? 'null');
  expect(ready).toMatchObject({ address: '127.0.3.8', shortSerial: 'AC7000101' });
  const wire = await openWire(ready.port);
  onTestFinished(() => wire.close());
  expect((await ask(wire, inquiry)).get('Colour')).toBe('blue');
  child.stdin.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it.for([[], ['--profile', 'a', '--recording', 'b'], ['--recording', 'b', '--speed', '0']])(
  'says how it is used: %o',
  async (words) => {
    const child = run(...words);
    expect(await once(child, 'exit')).toEqual([2, null]);
  },
);
