import { deflateSync } from 'node:zlib';
import { ulid } from 'ulid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodePng } from '../../src/lan-agent/picture/png.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import type { TestAgent } from '../integration/hub/house.ts';
import { bomb } from '../integration/label/photos.ts';
import { type Fortress, nextCommand, openFortress, Tally } from './fortress.ts';
import { DEVICE, event, SERIAL, searched, unbindingBy } from './walk.ts';

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
  const picture = (jobId: string, image = png().toString('base64')) =>
    event('challenge', {
      jobId,
      challengeId: ulid(),
      image,
      nonce: 'A'.repeat(22),
      expiresAt: Date.now() + 60_000,
      triesLeft: 2,
    });
  const photos = () => ann.messages.filter(({ kind, from }) => kind === 'photo' && from === 'bot').length;
  const sendMessages = () =>
    fortress.api.calls.filter(
      ({ method, parameters }) => method === 'sendMessage' && parameters.chat_id === ann.id,
    ).length;

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
    expect(tally.count(!/[Uu]nbound/.test(ann.transcript()))).toBe(true);
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
      await laptop.sendEvents([picture(jobId, typeof bytes === 'string' ? bytes : bytes.toString('base64'))]);
      expect(tally.count(photos() === before), what).toBe(true);
    }
    await laptop.sendEvents([picture(jobId)]);
    await ann.waitFor(({ kind }) => kind === 'photo');
    expect(photos()).toBe(before + 1);
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

  it('is heard once about how a job ended, however often it says so', async () => {
    const { jobId } = await unbinding();
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
  });

  it('was refused everything it tried', () => {
    expect(tally.tried).toBeGreaterThan(45);
    expect(tally.refused).toBe(tally.tried);
  });
});

/** A PNG whose header names another size; its checksum is that of the old one. */
function withSize(image: Buffer, width: number, height: number): Buffer {
  const other = Buffer.from(image);
  other.writeUInt32BE(width, 16);
  other.writeUInt32BE(height, 20);
  return other;
}
