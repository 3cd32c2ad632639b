/**
 * One emulated device as a program, for a network namespace or a spare machine on a real LAN:
 *
 *   npx tsx src/sandbox/device/main.ts --profile device.json --address 192.0.2.64 --interface 192.0.2.64
 *   npx tsx src/sandbox/device/main.ts --recording <folder> --address 192.0.2.64 --speed 5
 *
 * The file holds a DeviceSpec (device.ts); the folder is one that `unbind-agent record` has written, played again and,
 * with `--speed`, so many times faster. JSON lines out: `{"ready":…}` once, then the snapshot after every change.
 * JSON lines in: `{"set":{…}}` (state and quirks), `{"snapshot":true}`, `{"restart":ms}`. Ends with its input.
 */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { type DeviceSpec, deviceChanges, deviceSpec, type EmulatedDevice } from './device.ts';
import { createEmulatedLan } from './lan.ts';
import { deviceFromRecording } from './recording.ts';

const command = z.strictObject({
  set: deviceChanges.optional(),
  snapshot: z.literal(true).optional(),
  restart: z.number().min(0).max(600_000).optional(),
});

const { values } = parseArgs({
  options: {
    profile: { type: 'string' },
    recording: { type: 'string' },
    speed: { type: 'string', default: '1' },
    address: { type: 'string' },
    interface: { type: 'string' },
    port: { type: 'string', default: '37020' },
  },
});
const port = Number(values.port);
const speed = Number(values.speed);
const isOneDevice = (values.profile === undefined) !== (values.recording === undefined);
if (!isOneDevice || !Number.isInteger(port) || port < 0 || port > 65_535 || !(speed > 0)) {
  fail(
    'usage: main.ts --profile <spec.json> | --recording <folder> [--speed 1] [--address <ip>] [--interface <ip>] [--port 37020]',
  );
}

// Whoever reads has gone: nobody is left to run for.
process.stdout.on('error', () => process.exit(0));
const lan = await start().catch((error: Error) => fail(error.message));
const [device] = lan.devices;
if (device !== undefined) {
  print({ ready: { port: lan.port, ...device.snapshot() } });
  device.onChange((snapshot) => print({ snapshot }));
  for await (const line of createInterface({ input: process.stdin })) obey(device, line);
}
await lan.close();

async function start() {
  const spec = await readSpec();
  const address = values.address ?? spec.profile.address;
  const interfaceAddress = values.interface ?? (address.startsWith('127.') ? '127.0.0.1' : address);
  return createEmulatedLan({
    devices: [{ ...spec, profile: { ...spec.profile, address } }],
    port,
    interfaceAddress,
  });
}

async function readSpec(): Promise<DeviceSpec> {
  const { profile, recording, address } = values;
  if (recording !== undefined)
    return deviceFromRecording(recording, { speed, ...(address ? { address } : {}) });
  return deviceSpec.parse(JSON.parse(await readFile(profile ?? '', 'utf8')));
}

function obey(target: EmulatedDevice, line: string): void {
  const { success, data, error } = command.safeParse(fromJson(line));
  if (!success) {
    print({ error: z.prettifyError(error) });
    return;
  }
  if (data.set !== undefined) target.set(data.set);
  if (data.restart !== undefined) target.restart(data.restart);
  if (data.snapshot) print({ snapshot: target.snapshot() });
}

function fromJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
