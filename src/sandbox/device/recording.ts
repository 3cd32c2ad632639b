/**
 * Makes an emulated device out of a recording (`unbind-agent record`). The emulator shares no other code with the
 * agent; that a recording is read as the agent reads it is the point here: the replay shows what the agent made of it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Asked, announcementIn, askedIn, isUnbind, messageOf } from '../../lan-agent/record/findings.ts';
import {
  bytesOf,
  parseRecording,
  RECORDING_FILE,
  type Received,
  type Recording,
} from '../../lan-agent/record/recording.ts';
import type { Announcement } from '../../lan-agent/sadp/announcement.ts';
import { digestPassword } from '../../lan-agent/sadp/envelope.ts';
import { type DeviceSpec, type PlayedReply, requestType, type Script } from './device.ts';
import { DEMO_PASSWORD } from './profiles.ts';

export interface ReplayOptions {
  /** The address the emulated device binds; the recorded one by default. */
  readonly address?: string;
  /** How many times faster than recorded; 1 by default. */
  readonly speed?: number;
}

/**
 * Reads a recording folder into a device that does what was recorded. Its password is `DEMO_PASSWORD`: whoever types
 * it gets the recorded result, and any other one is a wrong password.
 * @throws Error where the folder holds no recording, or one in which the device never said what it is
 */
export async function deviceFromRecording(folder: string, options: ReplayOptions = {}): Promise<DeviceSpec> {
  const recording = parseRecording(await readFile(join(folder, RECORDING_FILE), 'utf8'));
  if (!recording.ok) {
    const { line, problem } = recording.failure;
    throw new Error(`${join(folder, RECORDING_FILE)}, line ${line}: ${problem}`);
  }
  return specOf(recording.value, options);
}

/** See `deviceFromRecording`. */
export function specOf(recording: Recording, { address, speed = 1 }: ReplayOptions = {}): DeviceSpec {
  const { header, events, end } = recording;
  const device = announcementIn(events);
  const source = events.find((event) => event.kind === 'received')?.from;
  if (device === null || source === undefined) throw new Error('the device never said what it is');
  const asked = askedIn(events);
  const home = address ?? source;
  const salt = saltCharacter(device);
  const web = events.filter((event) => event.kind === 'http');
  return {
    profile: {
      model: device.model?.slice(0, 64) ?? header.shortSerial,
      fullSerial: device.fullSerial?.slice(0, 48) ?? header.shortSerial,
      shortSerial: header.shortSerial,
      // A device that does not say its MAC is sent no command.
      mac: device.mac ?? '00-00-5e-00-53-00',
      firmware: device.firmware?.slice(0, 64) ?? '',
      address: home,
      httpPort: web.some(({ status }) => status !== null) ? 0 : null,
      adminPassword: DEMO_PASSWORD,
      ...credentials(device, salt),
      web: { showsBindStatus: web.some(({ content }) => /<bindStatus>/.test(content?.text ?? '')) },
    },
    state: stateOf(asked, device),
    quirks: {
      ignoresUnicast: ignoresUnicast(asked),
      ...(device.protocols.includes('3.1')
        ? { sadpVersion: device.protocols.includes('3.0') ? '3.0,3.1' : '3.1' }
        : {}),
    },
    script: scriptOf(asked, {
      speed,
      unbinds: end?.unbind?.outcome === 'unbound',
      retell: (text) => moved(salted(text, salt), source, home),
    }),
  };
}

/** What enters the digest of protocol 3.1. Of the administrator's name the stars serve as well, on both sides. */
function credentials(
  { digestUser, salt, salt2 }: Announcement,
  character: string,
): Partial<DeviceSpec['profile']> {
  return {
    ...(digestUser === 'admin' ? {} : { userName: digestUser.slice(0, 32), securityMode: 'custom' }),
    salt: salt?.replaceAll('*', character).slice(0, 64) ?? '',
    salt2: salt2?.replaceAll('*', character).slice(0, 64) ?? null,
  };
}

/**
 * Salts are taken out of recordings, so the emulated device has its own: one character, repeated, with which the test
 * password has only one reading (protocol/sadp.md 11.2).
 */
function saltCharacter({ digestUser, salt, salt2 }: Announcement): string {
  const hasOneReading = (character: string) => {
    const fresh = (text: string | null) => text?.replaceAll('*', character) ?? null;
    const source = { digestUser, salt: fresh(salt), salt2: fresh(salt2) };
    return digestPassword(source, Buffer.from(DEMO_PASSWORD)).ok;
  };
  return [...'0123456789abcdef'].find(hasOneReading) ?? '0';
}

function salted(text: string, character: string): string {
  return text.replace(
    /(<(?:[\w.-]+:)?Salt2?>\s*)(\*+)/g,
    (_, tag: string, stars: string) => tag + character.repeat(stars.length),
  );
}

function stateOf(asked: readonly Asked[], device: Announcement): DeviceSpec['state'] {
  const status = asked.filter(({ types }) => types === 'getUnbindStatus').flatMap(({ replies }) => replies);
  const word = status.map(({ content }) => messageOf(content)?.text('Result')?.toLowerCase())[0];
  return {
    bound: word !== 'notbind' && (word !== undefined || device.bindStatus !== 'not-bound'),
    cloud: word === 'unenablehcplatform' ? 'disabled' : word === 'offlinehcplatform' ? 'offline' : 'online',
    activated: device.activated ?? true,
  };
}

/** Whether the device was silent on its own address, and spoke when the group was asked. */
function ignoresUnicast(asked: readonly Asked[]): boolean {
  const commands = asked.filter(({ types }) => types === 'getUnbindStatus');
  const isAlone = ({ sent }: Asked) => sent.every(({ to }) => to === 'device');
  const alone = commands.filter(isAlone);
  const answered = (some: readonly Asked[]) => some.some(({ replies }) => replies.length > 0);
  return alone.length > 0 && !answered(alone) && answered(commands.filter((one) => !isAlone(one)));
}

interface Direction {
  readonly speed: number;
  readonly unbinds: boolean;
  /** Puts what the emulated device has of its own into a recorded message. */
  readonly retell: (text: string) => string;
}

function scriptOf(asked: readonly Asked[], { speed, unbinds, retell }: Direction): Script {
  const unbind = asked.find(isUnbind);
  const unbindAt = unbind?.sent[0].t ?? Number.POSITIVE_INFINITY;
  const codes = asked
    .filter(({ types }) => types.startsWith('exchangecode'))
    .flatMap(({ replies }) => replies.map(codeOf));
  // An exchange that led no further had no readable code, unless there were two of them.
  const opens = unbind !== undefined || new Set(codes.filter((code) => code !== null)).size > 1;
  const requests = asked.flatMap((one) => {
    const types = requestType.safeParse(one.types);
    if (!types.success) return [];
    const { t } = one.sent[0];
    const isLater = t > unbindAt;
    return [
      {
        types: types.data,
        afterUnbindMs: isLater ? (t - unbindAt) / speed : null,
        replies: one.replies.map((reply) => ({
          ...played(reply, one.uuid, retell),
          ...(opens ? {} : { code: null }),
          delayMs: Math.max(0, reply.t - t) / speed,
        })),
      },
    ];
  });
  return { requests, hasUnbind: unbind !== undefined, unbinds };
}

function played(reply: Received, uuid: string, retell: Direction['retell']): Omit<PlayedReply, 'delayMs'> {
  const to = reply.socket === 'shared' ? 'multicast' : 'unicast';
  // Of an unreadable datagram only its length is known.
  if (reply.content === null) return { to, latin1: '*'.repeat(reply.bytes), uuid: null, code: null };
  const text = bytesOf(reply.content).toString('latin1');
  const isAnswer = uuid !== '' && messageOf(reply.content)?.uuid === uuid;
  const spelt = isAnswer ? (new RegExp(uuid, 'i').exec(text)?.[0] ?? null) : null;
  return { to, latin1: retell(text), uuid: spelt, code: codeOf(reply) };
}

function codeOf({ content }: Received): number | null {
  return content?.hidden.find(({ name }) => name === 'Code')?.same ?? null;
}

/** A device that lives elsewhere than the recorded one announces its own address, unless that was another anyway. */
function moved(text: string, from: string, to: string): string {
  return text.replace(/(<(?:[\w.-]+:)?IPv4Address>\s*)([\d.]+)/, (whole, tag: string, address: string) =>
    address === from ? `${tag}${to}` : whole,
  );
}
