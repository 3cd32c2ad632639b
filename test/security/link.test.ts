import { generateKeyPairSync } from 'node:crypto';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LINK_VERSION, MAX_BODY_BYTES } from '../../src/link/messages.ts';
import { type Answer, otherNumber, TestAgent } from '../integration/hub/house.ts';
import { type Fortress, openFortress, Tally } from './fortress.ts';

describe('the hub under attack', () => {
  let fortress: Fortress;
  const tally = new Tally();
  beforeAll(async () => {
    fortress = await openFortress();
  });
  afterAll(async () => {
    tally.print('link');
    await fortress.close();
  });

  const refused = (answer: Answer) => tally.count(answer.status >= 400);

  it('lets nobody guess a code: an address, then its neighbours are held back, nobody else, and admins hear of it once', async () => {
    const { from, admin } = fortress;
    const ann = await fortress.technician('Ann');
    const paired = await fortress.laptop(ann);
    const open = await fortress.code(ann);
    const guess = (address: string, n: number) =>
      new TestAgent(from(address)).askToPair(
        [...String(n).padStart(10, '0')].map((digit) => 'BCDFGHJKLM'[Number(digit)]).join(''),
      );

    const one = await Promise.all(Array.from({ length: 60 }, (_, n) => guess('203.0.113.7', n)));
    expect(one.filter(refused)).toHaveLength(60);
    expect(one.filter(({ status }) => status === 404)).toHaveLength(10);
    const neighbours = await Promise.all(Array.from({ length: 80 }, (_, n) => guess(`203.0.113.${n}`, n)));
    expect(neighbours.filter(refused)).toHaveLength(80);
    expect(neighbours.filter(({ status }) => status === 404).length).toBeLessThanOrEqual(20);
    // Elsewhere they go on as slowly, each held back by itself.
    for (let net = 0; net < 12; net++) {
      const there = await Promise.all(
        Array.from({ length: 30 }, (_, n) => guess(`198.51.${net}.${n % 4}`, n)),
      );
      expect(there.filter(refused)).toHaveLength(30);
      expect(there.filter(({ status }) => status === 404).length).toBeLessThanOrEqual(20);
    }

    await admin.waitFor(/wrong pairing codes/i, { after: 'start' });
    expect(
      tally.count(admin.messages.filter(({ text }) => /wrong pairing codes/i.test(text)).length === 1),
    ).toBe(true);
    // There even the right code has to wait; a laptop anywhere else is paired, and one that is notices nothing.
    const right = await new TestAgent(from('203.0.113.77')).askToPair(open);
    expect(right).toMatchObject({ status: 429, body: { error: 'too-many-requests' } });
    expect((await new TestAgent(from('192.0.2.77')).askToPair(open)).status).toBe(200);
    expect((await paired.poll()).status).toBe(200);
  });

  it('refuses, each with a word of its own, whatever is wrong with a request', async () => {
    const second = await openFortress();
    try {
      const ann = await second.technician('Ann');
      const agent = await second.laptop(ann);
      const other = await second.laptop(await second.technician('Bob'), '192.0.2.11');
      const poll = JSON.stringify({
        version: LINK_VERSION,
        cursor: null,
        waitMs: 0,
        epoch: agent.epoch,
        host: agent.host,
      });
      const sign = (body = poll, time = Date.now()) => agent.sign('POST', '/v1/poll', body, time);
      const send = (headers: Record<string, string>, body = poll, path = '/v1/poll') =>
        agent.raw('POST', path, body, headers);

      const good = sign();
      expect((await send(good)).status).toBe(200);
      const stolenKey = generateKeyPairSync('ed25519');
      const impostor = new TestAgent(second.from('203.0.113.1'), stolenKey);
      impostor.agentId = agent.agentId;
      const older = new TestAgent(second.from('203.0.113.1'), {
        privateKey: agent.privateKey,
        publicKey: stolenKey.publicKey,
      });
      older.agentId = agent.agentId;
      const matrix: [string, Answer, number, string][] = [
        ['replayed', await send(good), 409, 'replayed-nonce'],
        ['a day early', await send(sign(poll, Date.now() - 86_400_000)), 401, 'clock-skew'],
        ['a day late', await send(sign(poll, Date.now() + 86_400_000)), 401, 'clock-skew'],
        ['another body', await send(sign(), `${poll} `), 401, 'bad-signature'],
        ['another path', await send(sign(), poll, '/v1/events'), 401, 'bad-signature'],
        ['another query', await send(sign(), poll, '/v1/poll?admin=1'), 401, 'bad-signature'],
        ['another nonce', await send({ ...sign(), 'unbind-nonce': 'A'.repeat(22) }), 401, 'bad-signature'],
        ['another agent', await send({ ...sign(), 'unbind-agent': other.agentId }), 401, 'bad-signature'],
        ['another key', await impostor.poll(), 401, 'bad-signature'],
        ['no signature', await send({}), 401, 'bad-signature'],
        ['nobody', await new TestAgent(second.from('203.0.113.1')).poll(), 401, 'unknown-agent'],
        ['an older process', await older.poll({ epoch: ulid(1) }), 409, 'superseded'],
        ['no JSON', await send(sign('{'), '{'), 400, 'bad-request'],
        ['another version', await send(sign('{"version":9}'), '{"version":9}'), 426, 'version-unsupported'],
        ['too large', await send(sign(), 'x'.repeat(MAX_BODY_BYTES + 1)), 413, 'too-large'],
      ];
      for (const [what, answer, status, error] of matrix) {
        expect(answer, what).toMatchObject({ status, body: { error } });
        refused(answer);
      }
      const permits = await Promise.all([
        agent.permit('A'.repeat(43), ulid()),
        agent.permit('', ulid()),
        other.permit('A'.repeat(43), agent.epoch),
      ]);
      for (const permit of permits) {
        expect(permit.body).toEqual({ granted: false });
        tally.count(permit.body.granted === false);
      }
    } finally {
      await second.close();
    }
  });

  it('gives one code to one laptop, and neither stops at a wrong number nor pairs somebody who is out', async () => {
    const third = await openFortress();
    try {
      const ann = await third.technician('Ann');
      const code = await third.code(ann);
      const laptops = ['192.0.2.1', '203.0.113.1'].map((address) => new TestAgent(third.from(address)));
      const both = await Promise.all(laptops.map((laptop) => laptop.askToPair(code)));
      expect(both.map(({ status }) => status).sort()).toEqual([200, 404]);
      tally.count(both.some(({ status }) => status === 404));
      const shown = laptops.find(({ number }) => number !== '')?.number ?? '';
      await ann.waitFor(/six digits it shows/);
      await ann.send(otherNumber(shown));
      await ann.waitFor(/not the number/);
      // The right one comes too late.
      await ann.send(shown);
      await ann.waitFor(/pairing is over/);
      tally.count(!ann.transcript().includes('is paired'));

      // A code in the hands of somebody whose access was taken away opens nothing.
      const bob = await third.technician('Bob');
      const late = await third.code(bob);
      await third.admin.send(`/revoke ${bob.id}`);
      await third.admin.waitFor(/is out/);
      const agent = new TestAgent(third.from('203.0.113.9'));
      await agent.askToPair(late);
      const before = bob.messages.length;
      const chat = { id: bob.id, type: 'private', first_name: 'B' };
      await third.forge({
        message: { message_id: 1, date: 1, chat, from: bob.user, text: agent.number } as never,
      });
      expect(tally.count((await agent.poll()).status === 403)).toBe(true);
      expect(bob.messages.slice(before).some(({ text }) => text.includes('is paired'))).toBe(false);
    } finally {
      await third.close();
    }
  });

  it('refused everything that was tried', () => {
    expect(tally.tried).toBeGreaterThan(200);
    expect(tally.refused).toBe(tally.tried);
  });
});
