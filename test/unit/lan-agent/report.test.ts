import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { exitOf } from '../../../src/lan-agent/cli/exit.ts';
import { readPassword } from '../../../src/lan-agent/cli/password-stdin.ts';
import { limit, pause } from '../../../src/lan-agent/limit.ts';
import { oddWay } from '../../../src/lan-agent/network/hindrances.ts';
import { directWay } from '../../../src/lan-agent/network/route.ts';
import type { FoundDevice } from '../../../src/lan-agent/network/search.ts';
import { clean, toSighting, withStatus } from '../../../src/lan-agent/network/sighting.ts';
import type { Report } from '../../../src/lan-agent/unbind/contract.ts';
import { deviceSighting, unbindReport } from '../../../src/link/messages.ts';

const found: FoundDevice = {
  announcement: {
    uuid: null,
    model: 'DS-2CD2386G2-IU',
    fullSerial: 'DS-2CD2386G2-IU20230815AAWRAC7000101',
    shortSerial: 'AC7000101',
    firmware: 'V5.7.18build 240826',
    deviceType: 141_945,
    mac: '00-00-5e-00-53-a1',
    ipv4: '192.168.1.64',
    subnetMask: '255.255.255.0',
    gateway: '192.168.1.1',
    httpPort: 80,
    activated: true,
    lanUnbind: null,
    bindStatus: 'unknown',
    cloudEnabled: true,
    ezvizBrand: null,
    deviceLock: null,
    protocols: ['3.0'],
    digestUser: 'admin',
    salt: null,
    salt2: null,
  },
  source: '192.168.1.64',
  via: { name: 'eth0', address: '192.168.1.5', prefix: 24 },
  conflict: false,
};
const change = (changes: Partial<FoundDevice['announcement']>): FoundDevice => ({
  ...found,
  announcement: { ...found.announcement, ...changes },
});

describe('sightings', () => {
  it('are what the wire format says', () => {
    const sighting = toSighting(found);
    expect(deviceSighting.parse(sighting)).toEqual(sighting);
    expect(sighting).toMatchObject({ kind: 'camera', lanUnbind: 'unknown', reachability: 'same-subnet' });
  });

  it('fit the wire format whatever a device writes', () => {
    const long = 'x'.repeat(500);
    const sighting = toSighting(change({ model: long, fullSerial: long, firmware: long, mac: long }));
    expect(deviceSighting.safeParse(sighting).success).toBe(true);
  });

  it('hold nothing that paints on a terminal or turns the reading direction round', () => {
    const model = 'DS\u001b[31m-\u202e2CD\u0007\n';
    expect(toSighting(change({ model })).model).toBe('DS[31m-2CD');
    expect(clean('\u0000\u200b', 64)).toBeNull();
  });

  it('name the address that datagrams come from, and the announced one where it is another', () => {
    const moved = change({ ipv4: '10.0.0.64' });
    expect(toSighting(moved)).toMatchObject({ address: '192.168.1.64', announcedAddress: '10.0.0.64' });
    expect(deviceSighting.parse(toSighting(moved))).toEqual(toSighting(moved));
    expect(oddWay(moved)).toEqual([
      { kind: 'announced-elsewhere', address: '192.168.1.64', announced: '10.0.0.64' },
    ]);
  });

  it.for(['192.168.1.64', '0.0.0.0', null])('see no other address in %s', (ipv4) => {
    expect(toSighting(change({ ipv4 }))).toMatchObject({
      address: '192.168.1.64',
      reachability: 'same-subnet',
    });
    expect(toSighting(change({ ipv4 }))).not.toHaveProperty('announcedAddress');
    expect(oddWay(change({ ipv4 }))).toEqual([]);
  });

  it('know a device of another subnet, and reach it by multicast alone', () => {
    const elsewhere = change({ ipv4: '10.0.0.64' });
    expect(toSighting(elsewhere).reachability).toBe('other-subnet');
    expect(directWay(found)).toEqual({ unicast: '192.168.1.64' });
    // Whatever it announces: where its datagrams come from decides, and nothing goes beyond the gateway.
    expect(directWay(elsewhere)).toEqual({ unicast: '192.168.1.64' });
    expect(directWay({ ...found, source: '203.0.113.9' })).toBeNull();
  });

  it.for([
    { answer: { kind: 'can-unbind' }, lanUnbind: 'yes', bindStatus: 'bound' },
    { answer: { kind: 'not-bound' }, lanUnbind: 'yes', bindStatus: 'not-bound' },
    { answer: { kind: 'cloud-offline' }, lanUnbind: 'yes', bindStatus: 'unknown' },
    { answer: null, lanUnbind: 'no', bindStatus: 'unknown' },
  ] as const)('learn from the status $answer.kind', ({ answer, lanUnbind, bindStatus }) => {
    expect(withStatus(toSighting(found), answer)).toMatchObject({ lanUnbind, bindStatus });
  });
});

describe('exit codes', () => {
  const report = (outcome: Report['outcome'], reason?: Report['reason']): Report => ({
    shortSerial: 'AC7000101',
    outcome,
    verified: false,
    ...(reason ? { reason } : {}),
  });

  it.for([
    [report('unbound'), 0],
    [report('not-bound'), 0],
    [report('wrong-password'), 1],
    [report('denied'), 1],
    [report('not-found'), 1],
    [report('locked'), 1],
    [report('locked', 'lock-running'), 3],
    [report('refused', 'few-attempts'), 3],
    [report('accepted-unconfirmed'), 4],
    [report('unknown', 'no-reply'), 4],
  ] as const)('%o ends with %i', ([given, code]) => {
    expect(exitOf(given)).toBe(code);
    expect(unbindReport.parse(given)).toEqual(given);
  });
});

describe('a password on standard input', () => {
  const read = async (...chunks: (string | Buffer)[]) => {
    const input = new PassThrough();
    const password = readPassword(input, new AbortController().signal);
    for (const chunk of chunks) input.write(chunk);
    input.end();
    const result = await password;
    return result.ok ? result.value.toString() : result.failure;
  };

  it.for([
    ['secret', 'secret'],
    ['secret\n', 'secret'],
    ['secret\r\n', 'secret'],
    ['secret\r', 'secret\r'],
    ['secret\r\r\n', 'secret\r'],
    ['  spaces \t \n', '  spaces \t '],
    ['first\nsecond\n', 'first'],
    ['\n', ''],
    ['\r\n', ''],
    ['\nsecond', ''],
    ['', ''],
    ['\ufeffsecret\r\n', 'secret'],
    ['\ufeff\n', ''],
  ] as const)('%j is %j', async ([input, password]) => {
    expect(await read(input)).toBe(password);
  });

  it('comes in pieces', async () => {
    expect(await read('se', Buffer.from('cr'), 'et\r', '\nrest')).toBe('secret');
  });

  it('ends with its line, although the pipe stays open', async () => {
    const input = new PassThrough();
    const password = readPassword(input, new AbortController().signal);
    input.write('secret\n');
    expect(await password).toEqual({ ok: true, value: Buffer.from('secret') });
  });

  it('is never waited for at a terminal', async () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true });
    expect(await readPassword(terminal, new AbortController().signal)).toEqual({
      ok: false,
      failure: 'password-unread',
    });
  });

  it('is given up when a person stops the program', async () => {
    const stop = new AbortController();
    const password = readPassword(new PassThrough(), stop.signal);
    stop.abort();
    expect(await password).toEqual({ ok: false, failure: 'cancelled' });
  });

  it('is not read without end', async () => {
    const input = new PassThrough();
    const password = readPassword(input, new AbortController().signal);
    input.write('x'.repeat(10_000));
    const result = await password;
    expect(result.ok && result.value.length).toBeGreaterThan(16);
  });
});

describe('limits', () => {
  it('end by time, by hand and from outside', async () => {
    const outer = new AbortController();
    const [byTime, byHand, fromOutside] = [limit(1), limit(60_000), limit(60_000, outer.signal)];
    byHand.end();
    outer.abort();
    await pause(20, new AbortController().signal);
    expect([byTime, byHand, fromOutside].map(({ signal }) => signal.aborted)).toEqual([true, true, true]);
    expect(limit(60_000, outer.signal).signal.aborted).toBe(true);
  });
});
