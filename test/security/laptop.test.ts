import { deflateSync } from 'node:zlib';
import { ulid } from 'ulid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuditEntry, readLine } from '../../src/audit/chain.ts';
import { createAudit } from '../../src/audit/trail.ts';
import { encodePng } from '../../src/lan-agent/picture/png.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { openStore } from '../../src/store/open.ts';
import type { TestAgent } from '../integration/hub/house.ts';
import { bomb } from '../integration/label/photos.ts';
import { type Fortress, nextCommand, openFortress, Tally } from './fortress.ts';
import {
  answeredPicture,
  DEVICE,
  event,
  picture,
  SERIAL,
  searched,
  toThePassword,
  unbindingBy,
} from './walk.ts';

const UNBOUND = { shortSerial: SERIAL, outcome: 'unbound' as const, verified: true };

describe('a paired laptop that lies', () => {
  let fortress: Fortress;
  let ann: SimUser;
  let laptop: TestAgent;
  const tally = new Tally();
  beforeAll(async () => {
    fortress = await openFortress();
  });
  let tests = 0;
  // Everybody anew: a laptop that has just flooded the hub is told to wait, and what it says next is not heard.
  beforeEach(async () => {
    tests += 1;
    ann = await fortress.technician(`Ann ${tests}`);
    laptop = await fortress.laptop(ann, `192.0.2.${tests}`);
  });
  afterAll(async () => {
    tally.print('laptop');
    await fortress.close();
  });

  const png = (width = 60, height = 20) =>
    encodePng({ width, height, pixels: new Uint8Array(width * height) }, [255, 255, 255], [0, 0, 0]);
  const photos = () => ann.messages.filter(({ kind, from }) => kind === 'photo' && from === 'bot').length;
  /** What the chat was told, the notice aside that a laptop cannot be believed. */
  const sendMessages = () =>
    fortress.api.calls.filter(
      ({ method, parameters }) =>
        method === 'sendMessage' &&
        parameters.chat_id === ann.id &&
        !String(parameters.text).includes('cannot be so'),
    ).length;

  /** Entries of the audit trail of a kind. */
  const trail = async (what: string): Promise<AuditEntry[]> => {
    const store = await openStore(fortress.storeUrl);
    if (!store.ok) throw new Error(store.failure.reason);
    const entries: AuditEntry[] = [];
    await createAudit(store.value, Date.now).read((line) => {
      const entry = readLine(line);
      if (entry?.what === what) entries.push(entry);
    });
    await store.value.close();
    return entries;
  };

  const discovery = () => searched(ann, laptop);
  const unbinding = () => unbindingBy(ann, laptop);

  it('cannot report an unbind out of a job that is a search or a question', async () => {
    const jobId = await discovery();
    const forged = [
      event('outcome', { jobId, report: UNBOUND }),
      event('status', { jobId, shortSerial: SERIAL, status: 'not-bound', device: null }),
      picture(jobId),
      event('prompt', { jobId, state: 'shown', attemptsLeft: 5 }),
    ];
    const before = { photos: photos(), said: sendMessages() };
    for (const one of forged) expect((await laptop.sendEvents([one])).status).toBe(200);
    expect(tally.count(!/Unbound/.test(ann.transcript()))).toBe(true);
    await ann.waitFor(/reports .* as unbound, but that cannot be so/, { after: 'start' });
    expect(tally.count(photos() === before.photos)).toBe(true);
    expect(tally.count(sendMessages() === before.said)).toBe(true);
    // The job itself is none the worse for it.
    await laptop.sendEvents([event('discovered', { jobId, devices: [DEVICE], omitted: 0, interfaces: [] })]);
    expect((await nextCommand(laptop, 'status')).type).toBe('status');
  });

  it('cannot speak for the job of another laptop', async () => {
    const mallory = await fortress.technician('Mallory');
    const theirs = await fortress.laptop(mallory, '192.0.2.66');
    const { jobId } = await unbinding();
    for (const one of [event('outcome', { jobId, report: UNBOUND }), picture(jobId)]) {
      const before = [sendMessages(), photos()];
      expect((await theirs.sendEvents([one])).status).toBe(200);
      expect(tally.count(String([sendMessages(), photos()]) === String(before))).toBe(true);
    }
  });

  it('cannot put anything but a small whole PNG before the technician', async () => {
    const { jobId } = await unbinding();
    const whole = png();
    const hostile: [string, Buffer | string][] = [
      ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')],
      ['a page', Buffer.from('<html><script>alert(1)</script>')],
      ['nothing', Buffer.alloc(0)],
      ['no base64', '%%%%'],
      [
        'base64 with lines',
        `${whole.toString('base64').slice(0, 40)}\n${whole.toString('base64').slice(40)}`,
      ],
      ['a bomb', await bomb(4_000)],
      ['a size its header makes up', withSize(whole, 60_000, 60_000)],
      ['a width of nothing', withSize(whole, 0, 20)],
      ['a program behind it', Buffer.concat([whole, Buffer.from('MZ program')])],
      ['a cut one', whole.subarray(0, -6)],
      ['only a head', whole.subarray(0, 33)],
      ['zeros behind a signature', Buffer.concat([whole.subarray(0, 8), deflateSync(Buffer.alloc(5_000))])],
    ];
    const before = photos();
    for (const [what, bytes] of hostile) {
      const image = typeof bytes === 'string' ? bytes : bytes.toString('base64');
      await laptop.sendEvents([picture(jobId, { image })]);
      expect(tally.count(photos() === before), what).toBe(true);
    }
    await laptop.sendEvents([picture(jobId)]);
    await ann.waitFor(({ kind }) => kind === 'photo');
    expect(photos()).toBe(before + 1);
  });

  it.each([
    ['its data are broken', () => spoilt(png())],
    ['it is a line', () => png(2000, 10)],
  ])('gets a sentence with a way on for a picture that Telegram does not show: %s', async (_, make) => {
    const { jobId } = await unbinding();
    await laptop.sendEvents([picture(jobId, { image: make().toString('base64') })]);
    const told = await ann.waitFor(/cannot be shown/);
    expect(tally.count(!ann.transcript().includes('Something broke'))).toBe(true);
    await ann.press('Another picture', told.id);
    expect((await nextCommand(laptop, 'challenge-refresh')).type).toBe('challenge-refresh');
    await laptop.sendEvents([picture(jobId)]);
    await ann.waitFor(({ kind }) => kind === 'photo');
  });

  it('cannot flood the chat with pictures, results and prompts', async () => {
    const { jobId } = await unbinding();
    const before = { photos: photos(), said: sendMessages() };
    for (let n = 0; n < 30; n++) {
      const shown = picture(jobId);
      const challengeId = 'challengeId' in shown ? shown.challengeId : '';
      await laptop.sendEvents([
        shown,
        event('challenge-result', { jobId, challengeId, result: 'wrong', triesLeft: 1 }),
        event('prompt', { jobId, state: 'shown', attemptsLeft: null }),
        event('prompt', { jobId, state: 'abandoned', attemptsLeft: null }),
      ]);
      tally.count(true);
    }
    expect(photos() - before.photos + sendMessages() - before.said).toBeLessThan(80);
    await ann.send('/language');
    await ann.waitFor(/Language\?/);
  });

  it('is heard once about how a job ended, however often and whatever it says afterwards', async () => {
    const { jobId, permit } = await toThePassword(ann, laptop);
    expect((await laptop.permit(permit, jobId, SERIAL)).body).toEqual({ granted: true });
    expect((await laptop.sendEvents([event('outcome', { jobId, report: UNBOUND })])).status).toBe(200);
    await ann.waitFor(/Unbound, verified/);
    const before = sendMessages();
    for (let n = 0; n < 30; n++) {
      const report = n % 2 ? UNBOUND : { ...UNBOUND, outcome: 'wrong-password' as const, verified: false };
      await laptop.sendEvents([
        event('outcome', { jobId, report }),
        event('job-failed', { jobId, reason: 'busy' }),
        picture(jobId),
      ]);
    }
    expect(tally.count(sendMessages() === before)).toBe(true);
    await ann.send('/cases');
    await ann.waitFor(/cases/i);
    const noted = (await trail('case.unproven')).filter(({ detail }) => detail.job === jobId);
    // Each of the four different words once.
    expect(tally.count(noted.length === 4)).toBe(true);
  });

  const said = (content: object) => ({ report: { ...UNBOUND, ...content } });
  const impossible: [string, (jobId: string, permit: string) => Promise<object>, RegExp][] = [
    ['without a picture or a permit', async () => said({}), /never asked for the permission/],
    [
      'with a permit and no picture',
      async (jobId, permit) => {
        expect((await laptop.permit(permit, jobId, SERIAL)).body).toEqual({ granted: true });
        return said({});
      },
      /the picture was not read/,
    ],
    [
      'with a picture nobody answered',
      async (jobId, permit) => {
        const challengeId = ulid();
        await laptop.permit(permit, jobId, SERIAL);
        await laptop.sendEvents([
          picture(jobId, { challengeId }),
          event('challenge-result', { jobId, challengeId, result: 'passed', triesLeft: 2 }),
          event('prompt', { jobId, state: 'shown', attemptsLeft: 5 }),
        ]);
        return said({});
      },
      /the picture was not read/,
    ],
    [
      'with a picture read, but no permit',
      async (jobId) => {
        const challengeId = await answeredPicture(ann, laptop, jobId);
        await laptop.sendEvents([
          event('challenge-result', { jobId, challengeId, result: 'passed', triesLeft: 2 }),
          event('prompt', { jobId, state: 'shown', attemptsLeft: 5 }),
        ]);
        return said({});
      },
      /never asked for the permission/,
    ],
    ['for another serial', async () => said({ shortSerial: 'J50000063' }), /speaks of another device/],
    ['that the device did not verify', async () => said({ verified: false }), /did not say so itself/],
    ['by an earlier attempt nobody made', async () => said({ reason: 'earlier-attempt' }), /earlier attempt/],
    [
      'with a wrong password that was never sent',
      async () => said({ outcome: 'wrong-password', verified: false }),
      /never asked for the permission/,
    ],
  ];
  it.each(impossible)('is not believed an end %s: told as unproven, on record', async (_what, lie, why) => {
    const { jobId, permit } = await unbinding();
    const content = (await lie(jobId, permit)) as { report: typeof UNBOUND };
    await laptop.sendEvents([event('outcome', { jobId, ...content })]);
    const told = await ann.waitFor(/Unproven/);
    expect(tally.count(why.test(told.text) && !/Unbound, verified/.test(ann.transcript()))).toBe(true);
    const noted = await trail('case.unproven');
    expect(noted.some(({ detail }) => detail.job === jobId && detail.claim === content.report.outcome)).toBe(
      true,
    );
    // The job is over: its permit is worth nothing, and a better lie comes too late.
    const late = await laptop.permit(permit, jobId, SERIAL);
    expect(tally.count(late.body.granted === false)).toBe(true);
    const before = sendMessages();
    await laptop.sendEvents([event('outcome', { jobId, report: UNBOUND })]);
    expect(tally.count(sendMessages() === before && !/Unbound, verified/.test(ann.transcript()))).toBe(true);
  });

  it('loses its permit with the last word', async () => {
    const { jobId, permit } = await unbinding();
    await laptop.sendEvents([event('job-failed', { jobId, reason: 'cancelled' })]);
    await ann.waitFor(/Stopped/);
    expect(tally.count((await laptop.permit(permit, jobId, SERIAL)).body.granted === false)).toBe(true);
  });

  it('cannot answer about another device than it was asked about', async () => {
    const jobId = await discovery();
    await laptop.sendEvents([event('discovered', { jobId, devices: [DEVICE], omitted: 0, interfaces: [] })]);
    const { jobId: asked } = await nextCommand(laptop, 'status');
    const other = { ...DEVICE, shortSerial: 'J50000063' };
    await laptop.sendEvents([
      event('status', { jobId: asked, shortSerial: SERIAL, status: 'not-bound', device: other }),
    ]);
    await ann.waitFor(/spoke of another device/);
    expect(tally.count(!/nothing had to be sent/.test(ann.transcript()))).toBe(true);
  });

  it('cannot keep a technician waiting for days with a picture that never ends', async () => {
    const { jobId } = await unbinding();
    const before = photos();
    for (const expiresAt of [Date.now() + 24 * 60 * 60_000, 253_402_300_799_999, Number.MAX_SAFE_INTEGER, -1])
      await laptop.sendEvents([picture(jobId, { expiresAt })]);
    await laptop.sendEvents([picture(jobId, { triesLeft: 9 })]);
    expect(tally.count(photos() === before)).toBe(true);
  });

  it('cannot fill the log: what is dropped is a few lines, and how many more there were', async () => {
    const { jobId } = await unbinding();
    const prompt = () => event('prompt', { jobId, state: 'shown', attemptsLeft: 5 });
    const about = () =>
      fortress
        .logged()
        .split('\n')
        .filter((line) => line.includes('event dropped') && line.includes(laptop.agentId)).length;
    for (let n = 0; n < 20; n++) await laptop.sendEvents(Array.from({ length: 50 }, prompt));
    expect(tally.count(about() <= 25)).toBe(true);
    expect((await trail('case.unproven')).filter(({ detail }) => detail.job === jobId).length).toBeLessThan(
      3,
    );
  });

  it('was refused everything it tried', () => {
    expect(tally.tried).toBeGreaterThan(70);
    expect(tally.refused).toBe(tally.tried);
  });
});

/** A PNG that is whole from outside, with data nobody can unpack. */
function spoilt(image: Buffer): Buffer {
  const start = image.indexOf('IDAT');
  const length = image.readUInt32BE(start - 4);
  return Buffer.from(image).fill(0xaa, start + 4, start + 4 + length);
}

/** A PNG whose header names another size; its checksum is that of the old one. */
function withSize(image: Buffer, width: number, height: number): Buffer {
  const other = Buffer.from(image);
  other.writeUInt32BE(width, 16);
  other.writeUInt32BE(height, 20);
  return other;
}
