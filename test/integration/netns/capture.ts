/** What a bystander records on a wire: tcpdump beside it, and the datagrams and segments in what it wrote. */
import { spawn, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { emptyFolder } from '../lan-agent/agent.ts';
import { NO_NAMESPACES, type Wire, type World } from './world.ts';

/** Why nothing can be captured, for the list of skipped tests; null where it can. */
export const NO_CAPTURE: string | null =
  NO_NAMESPACES ??
  (spawnSync('tcpdump', ['--version']).error ? 'a capture needs the command "tcpdump"' : null);

/** One IPv4 packet with UDP or TCP inside. */
export interface Packet {
  readonly protocol: 'udp' | 'tcp';
  readonly from: string;
  readonly fromPort: number;
  readonly to: string;
  readonly toPort: number;
  readonly payload: Buffer;
}

export interface Capture {
  /** Everything that crossed the wire, headers of all layers included. */
  readonly raw: Buffer;
  readonly packets: readonly Packet[];
}

/** Records a wire from now on; the returned function ends it and gives what was recorded. */
export async function capture(t: TestContext, world: World, wire: Wire): Promise<() => Promise<Capture>> {
  const file = join(await emptyFolder(t), 'wire.pcap');
  const words = ['-i', wire.bridge, '-s', '0', '-U', '--immediate-mode', '-Z', 'root', '-w', file];
  const child = spawn('ip', [...world.hub.launcher.slice(1), 'tcpdump', ...words], { stdio: 'pipe' });
  const closed = new Promise<void>((done) => child.once('close', () => done()));
  t.onTestFinished(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  await new Promise<void>((done, failed) => {
    let said = '';
    child.stderr.on('data', (bytes) => {
      said += bytes;
      if (said.includes('listening on')) done();
    });
    child.once('close', () => failed(new Error(`tcpdump has ended: ${said}`)));
  });
  return async () => {
    child.kill('SIGINT');
    await closed;
    const raw = await readFile(file);
    return { raw, packets: framesOf(raw).flatMap(packetOf) };
  };
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET_HEADER = 14;

/** The Ethernet frames of a pcap file of this machine's byte order. */
function framesOf(file: Buffer): Buffer[] {
  if (file.readUInt32LE(0) !== 0xa1b2c3d4) throw new Error('not a pcap file of a little-endian machine');
  const frames: Buffer[] = [];
  for (let at = FILE_HEADER; at + RECORD_HEADER <= file.length; ) {
    const length = file.readUInt32LE(at + 8);
    frames.push(file.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length));
    at += RECORD_HEADER + length;
  }
  return frames;
}

/** What is neither UDP nor TCP over IPv4 (ARP, IGMP) is left out. */
function packetOf(frame: Buffer): Packet[] {
  if (frame.length < ETHERNET_HEADER + 20 || frame.readUInt16BE(12) !== 0x0800) return [];
  const ip = frame.subarray(ETHERNET_HEADER);
  const header = (ip.readUInt8(0) & 15) * 4;
  const protocol = ({ 6: 'tcp', 17: 'udp' } as const)[ip.readUInt8(9)];
  if (protocol === undefined) return [];
  const body = ip.subarray(header, ip.readUInt16BE(2));
  const bodyHeader = protocol === 'udp' ? 8 : (body.readUInt8(12) >> 4) * 4;
  return [
    {
      protocol,
      from: [...ip.subarray(12, 16)].join('.'),
      to: [...ip.subarray(16, 20)].join('.'),
      fromPort: body.readUInt16BE(0),
      toPort: body.readUInt16BE(2),
      payload: body.subarray(bodyHeader),
    },
  ];
}

/** The SADP requests of one type that somebody sent. */
export function sadpRequests({ packets }: Capture, types: string): Packet[] {
  return packets.filter(
    ({ protocol, payload }) =>
      protocol === 'udp' && payload.includes('<Probe>') && payload.includes(`<Types>${types}</Types>`),
  );
}
