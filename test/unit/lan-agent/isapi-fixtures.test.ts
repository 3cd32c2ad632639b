import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseFirmware } from '../../../src/device/firmware.ts';
import { type IsapiAnswer, judge } from '../../../src/lan-agent/isapi/answer.ts';
import {
  readActivated,
  readCapabilities,
  readDeviceInfo,
  readEzviz,
  readLoginLock,
} from '../../../src/lan-agent/isapi/documents.ts';
import { type IsapiElement, readDocument, textAt } from '../../../src/lan-agent/isapi/read-document.ts';

interface Expected {
  model?: string;
  serial?: string;
  shortSerial?: string;
  mac?: string | null;
  firmware?: { version: string; build: string };
  deviceType?: string | null;
  kind?: string;
  deviceIdMatchesSerial?: boolean | null;
  bind?: 'bind' | 'unbind' | null;
  hasVerificationCode?: boolean;
  isCapabilities?: boolean;
  isRequest?: boolean;
  qrText?: string;
  vector?: string;
  supportsEzviz?: boolean;
  activated?: boolean | null;
  attempts?: unknown;
  outcome?: string;
  ok?: boolean;
  subStatusCode?: string;
  triesLeft?: number | null;
  lockSeconds?: number | null;
}
interface Entry {
  file: string;
  about: string;
  context?: 'with-credentials';
  expected: Expected;
  expectedWithoutCredentials?: Expected;
}

const folder = 'test/fixtures/isapi';
const index: { files: Entry[] } = JSON.parse(readFileSync(`${folder}/index.json`, 'utf8'));

function read(file: string): IsapiElement {
  const root = readDocument(readFileSync(`${folder}/${file}`));
  if (!root.ok) throw new Error(`${file}: ${root.failure}`);
  return root.value;
}

/** Which group a fixture belongs to; every file has to be in exactly one. */
function groupOf({ file, about, expected }: Entry): string {
  if (expected.isRequest) return 'request';
  if (expected.vector) return 'session-login';
  if (expected.isCapabilities) return 'ezviz-capabilities';
  if (expected.qrText) return 'qr-code';
  if (expected.outcome !== undefined || expected.ok !== undefined) return 'answer';
  if (about.includes('deviceInfo')) return 'device-info';
  if (expected.bind !== undefined) return 'ezviz';
  if (expected.supportsEzviz !== undefined) return 'capabilities';
  if (about.includes('illegalLoginLock')) return 'login-lock';
  if (about.includes('activateStatus')) return 'activation';
  throw new Error(`no test for ${file}`);
}
const group = (name: string) => index.files.filter((entry) => groupOf(entry) === name);

/** The status line each answer came with, as its entry says. */
function statusOf({ file, about }: Entry): number {
  const [, inName] = /^(?:rs|usercheck)-(\d{3})/.exec(file) ?? [];
  const [, inWords] = /HTTP (\d{3})/.exec(about) ?? [];
  return Number(inName ?? inWords ?? 200);
}

/** Fixture words for an answer. */
function inFixtureWords(answer: IsapiAnswer): Expected {
  const attempts = 'attemptsLeft' in answer ? { triesLeft: answer.attemptsLeft } : { triesLeft: null };
  // A wrong password that is no lock has no lock time, whatever stands in the element.
  const lock = answer.kind === 'locked' ? { lockSeconds: answer.lockSeconds } : {};
  return { outcome: answer.kind === 'refused' ? answer.why : answer.kind, ...attempts, ...lock };
}

describe('documents of devices', () => {
  it('all have a place here', () => {
    expect(new Set(index.files.map(groupOf)).size).toBe(10);
    // Bodies of requests are not read. Session login is for devices without digest and is not built.
    expect([...group('request'), ...group('session-login')]).toHaveLength(3);
  });

  it.for(group('device-info'))('tell what the device is: $file', ({ file, expected }) => {
    const info = readDeviceInfo(read(file));
    const version = parseFirmware(info.firmware ?? '');
    const wanted = parseFirmware(`${expected.firmware?.version} build ${expected.firmware?.build}`);
    expect(version).toEqual(wanted);
    expect(info).toMatchObject({
      model: expected.model,
      fullSerial: expected.serial,
      shortSerial: expected.shortSerial,
      mac: expected.mac,
      deviceType: expected.deviceType,
      kind: expected.kind,
      deviceIdMatches: expected.deviceIdMatchesSerial,
    });
  });

  it('notice a deviceID that belongs to another device', () => {
    const text = readFileSync(`${folder}/deviceinfo-nvr-v4.30.xml`, 'utf8');
    const swapped = readDocument(Buffer.from(text.replace('00:00:5e:00:53:42', '00:00:5e:00:53:43')));
    expect(swapped.ok && readDeviceInfo(swapped.value).deviceIdMatches).toBe(false);
  });

  it.for(group('ezviz'))('tell the state at the cloud: $file', ({ file, expected }) => {
    const { bind, ...plain } = expected;
    const ours = bind === null ? 'unknown' : bind === 'bind' ? 'bound' : 'not-bound';
    expect(readEzviz(read(file))).toEqual({ ...plain, bind: ours });
  });

  it('never hand on a verification code', () => {
    const root = read('ezviz-dvr-online-no-bindstatus.xml');
    expect(textAt(root, 'verificationCode')).toBe('QWERTZ');
    expect(JSON.stringify(readEzviz(root))).not.toContain('QWERTZ');
  });

  it.for(group('ezviz-capabilities'))('are no state where they list options: $file', ({ file }) => {
    expect(readEzviz(read(file))).toBeNull();
  });

  it.for(group('qr-code'))('come as JSON too: $file', ({ file, expected }) => {
    const root = read(file);
    expect([root.name, textAt(root, 'QRCode')]).toEqual(['EZVIZQRCode', expected.qrText?.trim()]);
  });

  it.for(group('capabilities'))('tell what the firmware can do: $file', ({ file, expected }) => {
    expect(readCapabilities(read(file))).toMatchObject(expected);
  });

  it.for(group('login-lock'))('tell the lock in seconds: $file', ({ file, expected }) => {
    expect(readLoginLock(read(file))).toEqual(expected);
  });

  it('take a short lock time for minutes', () => {
    const lock = readDocument(Buffer.from('<L><maxIllegalLoginLockTime>30</maxIllegalLoginLockTime></L>'));
    expect(lock.ok && readLoginLock(lock.value).lockSeconds).toBe(1800);
  });

  it.for(group('activation'))('tell without a login whether it is activated: $file', ({ file, expected }) => {
    expect(readActivated(read(file))).toBe(expected.activated);
  });
});

describe('answers of devices', () => {
  it.for(group('answer'))('are judged: $file', (entry) => {
    const { expected, expectedWithoutCredentials: open } = entry;
    const root = read(entry.file);
    const judged = (sent: 'credentials' | 'nothing') => inFixtureWords(judge(statusOf(entry), root, sent));
    const wanted = (from: Expected) => ({
      outcome: from.outcome ?? (from.ok ? 'ok' : undefined),
      triesLeft: from.triesLeft ?? null,
      ...(from.lockSeconds ? { lockSeconds: from.lockSeconds } : {}),
    });
    expect(judged(entry.context ? 'credentials' : 'nothing')).toEqual(wanted(expected));
    if (open) expect(judged('nothing')).toEqual(wanted(open));
    if (expected.subStatusCode) {
      expect(textAt(root, 'subStatusCode')?.toLowerCase()).toBe(expected.subStatusCode.toLowerCase());
    }
  });

  const answerOf = (status: number, xml: string, sent: 'credentials' | 'nothing' = 'credentials') => {
    const root = readDocument(Buffer.from(xml));
    return judge(status, root.ok ? root.value : null, sent);
  };
  const userCheck = (inside: string) => `<userCheck><statusValue>401</statusValue>${inside}</userCheck>`;

  it.for(['lock', 'locked', 'LOCKED'])('are a lock by the word %s, whatever the counter says', (word) => {
    const locked = userCheck(`<lockStatus>${word}</lockStatus><retryLoginTime>3</retryLoginTime>`);
    expect(answerOf(401, locked)).toEqual({ kind: 'locked', lockSeconds: null, attemptsLeft: 3 });
  });

  it.for(['userNameLocked', 'USERLOCKED'])('are a lock by the sub code %s', (word) => {
    const root = `<ResponseStatus><subStatusCode>${word}</subStatusCode></ResponseStatus>`;
    expect(answerOf(403, root)).toMatchObject({ kind: 'locked', lockSeconds: null });
  });

  it('are a lock by the one number that has no name', () => {
    const root = `<ResponseStatus><errorCode>${0x40002090}</errorCode></ResponseStatus>`;
    expect(answerOf(401, root)).toMatchObject({ kind: 'locked' });
  });

  it('do not take the lock time of an unlocked device for a lock', () => {
    const root = userCheck(
      '<lockStatus>unlock</lockStatus><resLockTime>30</resLockTime><retryTimes>5</retryTimes>',
    );
    expect(answerOf(401, root)).toEqual({ kind: 'wrong-password', attemptsLeft: 5 });
  });

  it('are not fine for a 200 with an error inside, known or not', () => {
    const root = (code: number) => `<ResponseStatus><statusCode>${code}</statusCode></ResponseStatus>`;
    expect(answerOf(200, root(3))).toEqual({ kind: 'refused', why: 'other' });
    expect(answerOf(200, userCheck(''))).toMatchObject({ kind: 'wrong-password' });
    expect(answerOf(200, root(1))).toEqual({ kind: 'ok' });
  });

  it('are a wrong password for every other 401 to a login, readable or not', () => {
    for (const body of ['', 'x', '<html></html>', '{"subStatusCode":"notSupport"}', userCheck('')]) {
      expect(answerOf(401, body)).toEqual({ kind: 'wrong-password', attemptsLeft: null });
      expect(answerOf(401, body, 'nothing')).toEqual({ kind: 'challenge', attemptsLeft: null });
    }
  });

  it('have no counter where the number is absurd', () => {
    for (const number of ['1001', '-1', '4.5', '0x4', '99999999999', 'four']) {
      expect(answerOf(401, userCheck(`<retryLoginTime>${number}</retryLoginTime>`))).toMatchObject({
        attemptsLeft: null,
      });
    }
  });
});
