/** A laptop's side of SADP for tests of the emulated device: written here, sharing nothing with the agent. */
import {
  constants,
  createCipheriv,
  createHash,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  randomUUID,
} from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';

const GROUP = '239.255.255.250';

export interface Heard {
  bytes: Buffer;
  text: string;
  from: string;
  /** First value of an element; null where it is missing. */
  get(name: string): string | null;
}

export interface Wire {
  readonly heard: readonly Heard[];
  /** Sends a document; to the group unless told otherwise. */
  send(xml: string, to?: string): void;
  /** The first datagram, past or to come, that the test accepts. */
  until(accept: (heard: Heard) => boolean, afterIndex?: number): Promise<Heard>;
  close(): Promise<void>;
}

/** Opens a socket as the agent has it: on the shared port, in the group. With `port: 0` it hears unicast only. */
export async function openWire(lanPort: number, options: { port?: number } = {}): Promise<Wire> {
  const socket: Socket = createSocket({ type: 'udp4', reuseAddr: true, recvBufferSize: 4 * 1024 * 1024 });
  await new Promise<void>((resolve) => socket.bind(options.port ?? lanPort, '0.0.0.0', resolve));
  if (options.port !== 0) socket.addMembership(GROUP, '127.0.0.1');
  socket.setMulticastInterface('127.0.0.1');
  socket.setBroadcast(true);
  const heard: Heard[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (bytes, { address }) => {
    const text = bytes.toString('utf8');
    const get = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? null;
    heard.push({ bytes, text, from: address, get });
    for (const look of waiting) look();
  });
  return {
    heard,
    send: (xml, to = GROUP) => socket.send(xml, lanPort, to),
    until: (accept, afterIndex = 0) =>
      new Promise((resolve) => {
        const look = () => {
          const found = heard.slice(afterIndex).find((one) => !one.text.includes('<Probe>') && accept(one));
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

export function uuid(): string {
  return randomUUID().toUpperCase();
}

const HEAD = '<?xml version="1.0" encoding="utf-8"?>';

export function inquiry(id: string): string {
  return `${HEAD}<Probe><Uuid>${id}</Uuid><Types>inquiry</Types></Probe>`;
}

/** A command; `rest` goes in after `Types` as it is. */
export function command(id: string, mac: string, types: string, rest = ''): string {
  return `${HEAD}<Probe><Uuid>${id}</Uuid><MAC>${mac}</MAC><Types>${types}</Types>${rest}</Probe>`;
}

/** Compares as a careful reader does: without case and braces. */
export function answers(id: string): (heard: Heard) => boolean {
  return (heard) => heard.get('Uuid')?.replace(/[{}]/g, '').toUpperCase() === id;
}

/** Sends a request and waits for the reply with its Uuid. */
export async function ask(wire: Wire, xml: (id: string) => string, to?: string): Promise<Heard> {
  const id = uuid();
  wire.send(xml(id), to);
  return wire.until(answers(id));
}

/**
 * Settles that a request stayed without an answer, without waiting for nothing: asks something else that is
 * answered, and looks whether the silence held until then.
 */
export async function isSilent(
  wire: Wire,
  xml: (id: string) => string,
  probe: (id: string) => string = inquiry,
): Promise<boolean> {
  const id = uuid();
  wire.send(xml(id));
  await ask(wire, probe);
  return !wire.heard.some((one) => !one.text.includes('<Probe>') && answers(id)(one));
}

/** Makes a key as protocol 3.0 (1024 bits) or 3.1 (2048) wants it, and the element that carries it. */
export function makeKey(bits: 1024 | 2048): { key: KeyObject; element: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const der = publicKey.export({ type: 'pkcs1', format: 'der' });
  return { key: privateKey, element: `<Code>${der.toString('base64')}</Code>` };
}

/** Takes the random text out of an exchange reply: 00 02, padding, 00, text. */
export function openCode(key: KeyObject, code: string | null): Buffer {
  const block = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, Buffer.from(code ?? '', 'base64'));
  return block.subarray(block.indexOf(0, 2) + 1);
}

/** The password element of protocol 3.0. */
export function seal(random: Buffer, password: string): string {
  const key = random.subarray(0, 16);
  const plain = Buffer.alloc(32);
  key.copy(plain);
  plain.write(password, 16);
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  return `<Password>${Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64')}</Password>`;
}

/** The elements of an unbind by protocol 3.1 with one salt. */
export function seal31(random: Buffer, user: string, salt: string, password: string): string {
  const sha = (...parts: (string | Buffer)[]) =>
    parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
  const iv = Buffer.alloc(16, 7);
  const key = sha(random, 'ezvizUnbind_v31', sha(user, salt, password)).subarray(0, 16);
  const cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  const sealed = Buffer.concat([cipher.update(random.subarray(0, 16)), cipher.final()]);
  return `<Password>${sealed.toString('base64')}</Password><Iv>${iv.toString('hex')}</Iv>`;
}

/** A whole exchange: the random text, as the device chose it. */
export async function exchange(wire: Wire, mac: string): Promise<Buffer> {
  const { key, element } = makeKey(1024);
  const reply = await ask(wire, (id) => command(id, mac, 'exchangecode', element));
  return openCode(key, reply.get('Code'));
}

/** Exchange and unbind; the reply. */
export async function unbind(wire: Wire, mac: string, password: string): Promise<Heard> {
  const random = await exchange(wire, mac);
  return ask(wire, (id) => command(id, mac, 'ezvizUnbind', seal(random, password)));
}

export async function status(wire: Wire, mac: string): Promise<string | null> {
  return (await ask(wire, (id) => command(id, mac, 'getUnbindStatus'))).get('Result');
}
