/**
 * What a bystander on the device's wire sees of a whole run: discovery, status, key exchange, unbind, the status again
 * and one login as the second proof. `UNBIND_CAPTURE_FOLDER=<folder>` keeps the recording and its summary there.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PASSWORD } from '../lan-agent/agent.ts';
import { findKey, findShapes } from './bystander.ts';
import { type Capture, capture, NO_CAPTURE, type Packet, sadpRequests } from './capture.ts';
import { createLaptop, createWorld, PATIENT, plugCamera } from './site.ts';

const LAPTOP = '10.20.0.10';
const CAMERA = '10.20.0.64';

describe('a bystander on the wire', PATIENT, () => {
  it('sees one unbind to one address, no password in any shape, and no login before it', async (t) => {
    t.skip(NO_CAPTURE !== null, NO_CAPTURE ?? '');
    const world = createWorld(t);
    const wire = world.wire();
    const laptop = await createLaptop(t, world);
    laptop.plug(wire, 'lan0', `${LAPTOP}/24`);
    // It accepts the unbind and says nothing about its binding afterwards, so that the second proof is asked for.
    const camera = await plugCamera(t, world, wire, `${CAMERA}/24`, 1, {
      quirks: { bindStatusField: 'missing' },
    });
    const end = await capture(t, world, wire);

    await laptop.discover('--wait', '1500');
    expect((await laptop.agent(['status', camera.shortSerial])).code).toBe(0);
    const unbinding = laptop.unbind(camera.shortSerial, { env: { UNBIND_AGENT_VERIFY_SECONDS: '5' } });
    await camera.until(({ unbindsReceived }) => unbindsReceived > 0);
    camera.set({ answersStatus: false });
    const ended = await unbinding;
    expect(ended.json()).toEqual({ shortSerial: camera.shortSerial, outcome: 'unbound', verified: true });
    const snapshot = await camera.snapshot();
    expect(snapshot).toMatchObject({ unbindsReceived: 1, unbindsExecuted: 1, httpAuthFailures: 0 });
    expect(snapshot.httpRequests).toBeGreaterThan(0);
    const captured = await end();
    await keep(captured);

    const unbinds = sadpRequests(captured, 'ezvizUnbind');
    expect(unbinds).toHaveLength(1);
    const [unbind] = unbinds;
    if (!unbind) throw new Error('no unbind');
    expect(unbind).toMatchObject({ from: LAPTOP, to: CAMERA, toPort: 37_020 });
    expect(sadpRequests(captured, 'exchangecode')).toHaveLength(1);

    const { packets } = captured;
    const before = packets.slice(0, packets.indexOf(unbind));
    const after = packets.slice(packets.indexOf(unbind));
    const authorization = /authorization: *(\w+)/gi;
    const logins = (some: readonly Packet[]) =>
      some.flatMap(({ payload }) =>
        [...payload.toString('latin1').matchAll(authorization)].map(([, scheme]) => scheme),
      );
    expect(before.filter(({ protocol }) => protocol === 'tcp')).toEqual([]);
    expect(logins(before)).toEqual([]);
    expect(logins(after)).toEqual(['Digest']);

    const payloads = packets.map(({ payload }) => payload);
    expect(findShapes(captured.raw, PASSWORD)).toEqual([]);
    expect(findShapes(Buffer.concat(payloads), PASSWORD)).toEqual([]);
    const [, password = ''] = /<Password>([^<]{44})<\/Password>/.exec(unbind.payload.toString()) ?? [];
    const sealed = Buffer.from(password, 'base64');
    expect(sealed).toHaveLength(32);
    expect(findKey(payloads, sealed, PASSWORD)).toBeNull();
  });
});

/** The recording for people, and what is in it, one line a packet. */
async function keep({ raw, packets }: Capture): Promise<void> {
  const folder = process.env.UNBIND_CAPTURE_FOLDER;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'run.pcap'), raw);
  const lines = packets.map(({ protocol, from, fromPort, to, toPort, payload }) => {
    const text = payload.toString('latin1');
    const what = /<Types>(\w+)</.exec(text)?.[1] ?? /^(?:GET|PUT|POST|HTTP)[^\r]*/.exec(text)?.[0] ?? '';
    return `${protocol} ${from}:${fromPort} > ${to}:${toPort} ${payload.length} bytes ${what}`.trimEnd();
  });
  await writeFile(join(folder, 'run.txt'), `${lines.join('\n')}\n`);
}
