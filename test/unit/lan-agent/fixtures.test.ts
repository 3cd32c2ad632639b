import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseFirmware } from '../../../src/device/firmware.ts';
import { readAnnouncement } from '../../../src/lan-agent/sadp/announcement.ts';
import { matchReply } from '../../../src/lan-agent/sadp/match.ts';
import { macKey, readMessage, type SadpMessage } from '../../../src/lan-agent/sadp/message.ts';
import { readExchangeReply, readStatusReply, readUnbindReply } from '../../../src/lan-agent/sadp/reply.ts';
import {
  exchangeRequest,
  inquiry,
  type RequestTypes,
  statusRequest,
  unbindRequest,
  unbindRequest31,
} from '../../../src/lan-agent/sadp/requests.ts';

interface Expected {
  accept?: boolean;
  reason?: string;
  root?: string;
  types?: string;
  uuid?: string;
  mac?: string | null;
  macAsAnnounced?: string;
  model?: string;
  serial?: string;
  shortSerial?: string;
  ipv4?: string;
  httpPort?: number | null;
  firmware?: { version: string; build: string };
  activated?: boolean;
  lanUnbind?: boolean;
  bindStatus?: string;
  cloudEnabled?: boolean | null;
  protocols?: string[];
  deviceLock?: boolean | null;
  ezvizBrand?: boolean;
  v31UserName?: string;
  result?: string | null;
  outcome?: string;
  triesLeft?: number | null;
  lockMinutes?: number | null;
  vector?: string;
  bytes?: number;
}
interface Entry {
  file: string;
  kind: 'discovery' | 'request' | 'reply';
  request?: string;
  expected: Expected;
}

const folder = 'test/fixtures/sadp';
const index: { files: Entry[] } = JSON.parse(readFileSync(`${folder}/index.json`, 'utf8'));
const vectors = JSON.parse(readFileSync('test/fixtures/sadp-crypto-vectors.json', 'utf8'));
const bytesOf = (file: string) => readFileSync(`${folder}/${file}`);
const entries = (kind: Entry['kind']) => index.files.filter((entry) => entry.kind === kind);

function read(file: string): SadpMessage {
  const message = readMessage(bytesOf(file));
  if (!message.ok) throw new Error(`${file}: ${message.failure}`);
  return message.value;
}

describe('discovery fixtures', () => {
  it.for(entries('discovery'))('reads $file', ({ file, expected }) => {
    const message = readMessage(bytesOf(file));
    const announcement = message.ok ? readAnnouncement(message.value) : message;
    if (expected.accept === false) {
      expect(announcement).toEqual({ ok: false, failure: expected.reason });
      return;
    }
    if (!message.ok || !announcement.ok) throw new Error('not accepted');
    const { value } = announcement;
    const { accept: _, firmware, ezvizBrand, v31UserName, ...plain } = expected;
    expect({
      root: message.value.root,
      types: message.value.types,
      uuid: value.uuid,
      mac: macKey(value.mac),
      macAsAnnounced: value.mac,
      model: value.model,
      serial: value.fullSerial,
      shortSerial: value.shortSerial,
      ipv4: value.ipv4,
      httpPort: value.httpPort,
      activated: value.activated,
      // In the fixtures a missing flag is false; the agent keeps "the device did not say" apart.
      lanUnbind: value.lanUnbind === true,
      bindStatus: value.bindStatus,
      cloudEnabled: value.cloudEnabled,
      protocols: value.protocols,
      deviceLock: value.deviceLock,
    }).toEqual(plain);
    const version = parseFirmware(value.firmware ?? '');
    expect({
      version: `${version?.major}.${version?.minor}.${version?.patch}`,
      build: version?.build,
    }).toEqual(firmware);
    if (ezvizBrand !== undefined) expect(value.ezvizBrand).toBe(ezvizBrand);
    expect(value.digestUser).toBe(v31UserName ?? 'admin');
  });
});

describe('request fixtures', () => {
  const [exchange] = vectors.v30.exchange;
  const [exchange31] = vectors.v31.exchange;
  const byId = (list: { id: string }[], id: string) => list.find((one) => one.id === id) as never;
  const seal30: { passwordElement: string } = byId(vectors.v30.seal, 'v30-seal-1');
  const seal31: { passwordElement: string; ivElement: string } = byId(
    vectors.v31.seal,
    'v31-seal-3-user-name',
  );
  const make: Record<string, (uuid: string, mac: string) => Buffer> = {
    inquiry: (uuid) => inquiry(uuid).bytes,
    getUnbindStatus: (uuid, mac) => statusRequest(uuid, mac).bytes,
    exchangecode: (uuid, mac) => exchangeRequest(uuid, mac, 'exchangecode', exchange.requestCode).bytes,
    ezvizUnbind: (uuid, mac) => unbindRequest(uuid, mac, seal30.passwordElement).bytes,
    exchangecode_v31: (uuid, mac) =>
      exchangeRequest(uuid, mac, 'exchangecode_v31', exchange31.requestCode).bytes,
    ezvizUnbind_v31: (uuid, mac) =>
      unbindRequest31(uuid, mac, seal31.passwordElement, seal31.ivElement).bytes,
  };

  it.for(entries('request'))('writes $file to the byte', ({ file, expected }) => {
    const { types = '', uuid = '', mac } = expected;
    const written = make[types]?.(uuid, mac ?? '');
    expect(written?.toString()).toBe(bytesOf(file).toString());
    expect(written?.length).toBe(expected.bytes);
  });
});

describe('reply fixtures', () => {
  const DEVICE = '192.168.1.113';
  const answers = entries('reply').map((entry) => {
    const asked = read(entry.request ?? '');
    const request = { uuid: asked.uuid ?? '', types: asked.types as RequestTypes, mac: asked.mac };
    return { ...entry, request };
  });

  it.for(answers)('matches $file', ({ file, request, expected }) => {
    const match = matchReply(request, read(file), DEVICE, DEVICE);
    expect(match).toBe(expected.accept ? 'answer' : expected.reason);
  });

  it.for(answers)('takes $file from the device alone', ({ file, request, expected }) => {
    const match = matchReply(request, read(file), '192.168.1.66', DEVICE);
    expect(match).toBe(expected.accept ? 'foreign-source' : expected.reason);
  });

  it.for(answers.filter(({ expected }) => expected.accept))(
    'understands $file',
    ({ file, request, expected }) => {
      const { outcome, triesLeft, lockMinutes, result } = expected;
      const message = read(file);
      if (request.types === 'getUnbindStatus') {
        // Fixture word for a refused question: denied.
        const kind = outcome === 'denied' ? 'refused' : outcome;
        expect(readStatusReply(message)).toEqual(kind === 'unexpected' ? { kind, word: result } : { kind });
      } else if (request.types.startsWith('exchangecode')) {
        const kind = { code: 'code', denied: 'refused', 'handshake-failed': 'unreadable' }[outcome ?? ''];
        const code = vectors[request.types === 'exchangecode' ? 'v30' : 'v31'].exchange[0].replyCode;
        expect(readExchangeReply(message)).toMatchObject(expected.vector ? { kind, code } : { kind });
      } else {
        const read = readUnbindReply(message);
        expect(read.kind).toBe(outcome === 'unknown' ? 'unreadable' : outcome);
        if ('attemptsLeft' in read) expect(read.attemptsLeft).toBe(triesLeft);
        if ('lockMinutes' in read) expect(read.lockMinutes).toBe(lockMinutes);
        if (read.kind === 'unexpected') expect(read.word).toBe(result);
      }
    },
  );
});
