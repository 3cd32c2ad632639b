import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { PERMIT_TTL_MS } from '../../../src/hub/desk.ts';
import { createHub } from '../../../src/hub/hub.ts';
import { COMMANDS } from '../../../src/hub/polls.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { encodePng } from '../../../src/lan-agent/picture/png.ts';
import { type AgentEvent, LINK_VERSION } from '../../../src/link/messages.ts';
import { formatPublicKey, signRotation } from '../../../src/link/signing.ts';
import { HOLD_MS, ONLINE_MS } from '../../../src/link/times.ts';
import { MAILBOX_LIMIT } from '../../../src/store/store.ts';
import { eventually } from '../../support/eventually.ts';
import {
  discover,
  failed,
  failure,
  type House,
  MINUTE,
  openHouse,
  pairedAgent,
  SERIAL,
  type TestAgent,
  value,
} from './house.ts';

const HELD = 30_000;

describe('the link', () => {
  let house: House;
  let agent: TestAgent;
  const open = async (hooks: Parameters<typeof openHouse>[0] = {}) => {
    house = await openHouse(hooks);
    agent = await pairedAgent(house);
  };
  beforeEach(() => open());
  afterEach(() => house.close());

  /** Begins a poll and resolves once the hub holds it. */
  const held = async (options: Parameters<TestAgent['poll']>[0] = {}) => {
    const wait = vi.spyOn(house.store.mailboxes(COMMANDS), 'wait');
    const answer = agent.poll({ waitMs: HELD, ...options });
    await eventually(() => expect(wait).toHaveBeenCalledOnce());
    const [waiting] = wait.mock.results;
    wait.mockRestore();
    return { answer, waiting: waiting?.value as Promise<void> };
  };
  const commands = async (poll: ReturnType<TestAgent['poll']>) =>
    ((await poll).body.commands ?? []) as { id: string; type: string; jobId: string }[];

  it.each([1, 2])('goes on for a laptop paired before, whose agent speaks version %i', async (version) => {
    agent.version = version;
    expect((await agent.poll()).status).toBe(200);
    const command = discover(house);
    const { commandId } = await value(house.hub.desk.send(agent.agentId, command));
    expect(await commands(agent.poll())).toEqual([{ ...command, id: commandId }]);
    const event = failed(house, command.jobId);
    expect((await agent.sendEvents([event])).body).toEqual({ accepted: [event.id] });
    expect(await agent.permit('A'.repeat(43), command.jobId)).toMatchObject({ body: { granted: false } });
    const next = generateKeyPairSync('ed25519');
    const publicKey = formatPublicKey(next.publicKey);
    const proof = signRotation(agent.agentId, publicKey, next.privateKey);
    expect(await agent.send('POST', '/v1/rotate', { version: 1, publicKey, proof })).toMatchObject({
      status: 200,
    });
  });

  describe('commands', () => {
    it(
      'wake a held poll at once',
      async () => {
        const { answer } = await held();
        const command = discover(house);
        const { commandId } = await value(house.hub.desk.send(agent.agentId, command));
        expect(await commands(answer)).toEqual([{ ...command, id: commandId }]);
        // One that sleeps on outlasts this test.
      },
      HELD / 2,
    );

    it('wait in order until a cursor acknowledges them', async () => {
      await agent.poll();
      const ids: string[] = [];
      for (let n = 0; n < 3; n++) {
        ids.push((await value(house.hub.desk.send(agent.agentId, discover(house)))).commandId);
      }
      expect((await commands(agent.poll())).map(({ id }) => id)).toEqual(ids);
      expect((await commands(agent.poll({ cursor: ids[1] ?? '' }))).map(({ id }) => id)).toEqual([ids[2]]);
      // Acknowledged is gone, even for an agent that has lost its cursor.
      expect((await commands(agent.poll())).map(({ id }) => id)).toEqual([ids[2]]);
    });

    it('survive a restart of the hub', async () => {
      await agent.poll();
      const { commandId } = await value(house.hub.desk.send(agent.agentId, discover(house)));
      await house.restart();
      expect((await commands(agent.poll())).map(({ id }) => id)).toEqual([commandId]);
    });

    it('come as nothing when the time to wait is over', async () => {
      expect(await agent.poll({ waitMs: 20 })).toMatchObject({ status: 200, body: { commands: [] } });
    });

    it('go to the agent they are for', async () => {
      const other = await pairedAgent(house, 2);
      await Promise.all([agent.poll(), other.poll()]);
      await value(house.hub.desk.send(other.agentId, discover(house)));
      expect(await commands(agent.poll())).toEqual([]);
      expect(await commands(other.poll())).toHaveLength(1);
    });

    it('are not taken for an agent that is unknown, revoked or offline', async () => {
      const send = (agentId: string) => failure(house.hub.desk.send(agentId, discover(house)));
      expect(await send(ulid())).toBe('agent-unknown');
      expect(await send(agent.agentId)).toBe('agent-offline');
      await agent.poll();
      expect(await send(agent.agentId)).toBe('no failure');
      house.passTime(ONLINE_MS + 1);
      expect(await send(agent.agentId)).toBe('agent-offline');
      await value(house.hub.directory.revoke(agent.agentId));
      expect(await send(agent.agentId)).toBe('agent-unknown');
    });

    it('are not taken for an agent that does not know them, and are once it speaks a later version', async () => {
      const survey = {
        type: 'survey' as const,
        jobId: ulid(),
        technician: 'Vera',
        language: 'en',
        visit: ulid(),
        waitMs: 5_000,
        expiresAt: house.now() + MINUTE,
      };
      const speaks = async (version: number) => {
        agent.version = version;
        await agent.poll();
        const { directory } = house.hub;
        expect(await value(directory.get(agent.agentId))).toMatchObject({ speaks: version });
        return failure(house.hub.desk.send(agent.agentId, survey));
      };
      expect(await value(house.hub.directory.get(agent.agentId))).toMatchObject({ speaks: 1 });
      expect(await speaks(1)).toBe('agent-old');
      expect(await speaks(2)).toBe('agent-old');
      await house.restart();
      expect(await failure(house.hub.desk.send(agent.agentId, survey))).toBe('agent-old');
      expect(await speaks(LINK_VERSION)).toBe('no failure');
      expect(await commands(agent.poll())).toMatchObject([survey]);
      expect(await speaks(2)).toBe('agent-old');
    });

    it('are not taken when they have expired or would not be understood', async () => {
      await agent.poll();
      const send = (change: object) =>
        failure(house.hub.desk.send(agent.agentId, { ...discover(house), ...change }));
      expect(await send({ expiresAt: house.now() })).toBe('bad-command');
      expect(await send({ until: 'not a serial' })).toBe('bad-command');
      expect(await send({ waitMs: 1 })).toBe('bad-command');
      expect(await send({})).toBe('no failure');
    });

    it('are refused when the mailbox is full, and none is lost', async () => {
      await agent.poll();
      for (let n = 0; n < MAILBOX_LIMIT; n++)
        await value(house.hub.desk.send(agent.agentId, discover(house)));
      expect(await failure(house.hub.desk.send(agent.agentId, discover(house)))).toBe('mailbox-full');
      let cursor: string | null = null;
      let got = 0;
      for (
        let page = await commands(agent.poll());
        page.length > 0;
        page = await commands(agent.poll({ cursor }))
      ) {
        expect(page.length).toBeLessThanOrEqual(100);
        got += page.length;
        cursor = page.at(-1)?.id ?? null;
      }
      expect(got).toBe(MAILBOX_LIMIT);
    });

    it('that are none are set aside instead of being served for ever', async () => {
      const box = house.store.mailboxes<unknown>(COMMANDS);
      await value(box.append(agent.agentId, { type: 'dance' }, MINUTE));
      expect(await commands(agent.poll({ waitMs: 20 }))).toEqual([]);
      expect(await value(box.read(agent.agentId, null, 10))).toEqual([]);
      await value(box.append(agent.agentId, 'nonsense', MINUTE));
      const good = await value(house.hub.desk.send(agent.agentId, discover(house)));
      expect((await commands(agent.poll())).map(({ id }) => id)).toEqual([good.commandId]);
    });
  });

  describe('a held poll', () => {
    it('is answered politely when the hub closes', async () => {
      const { answer } = await held();
      await house.hub.close();
      expect(await answer).toMatchObject({ status: 200, body: { commands: [] }, signed: true });
    });

    it('is answered 410 at once when its agent is revoked', async () => {
      const { answer } = await held();
      await value(house.hub.directory.revoke(agent.agentId));
      expect(await answer).toMatchObject({ status: 410, body: { error: 'revoked' }, signed: true });
    });

    it('is let go when the agent hangs up', async () => {
      const abort = new AbortController();
      const { answer, waiting } = await held({ signal: abort.signal });
      abort.abort();
      await expect(answer).rejects.toThrow();
      await waiting;
    });

    it('ends when the same process polls again', async () => {
      const first = await held();
      const second = await held();
      expect(await first.answer).toMatchObject({ status: 200, body: { commands: [] } });
      const { commandId } = await value(house.hub.desk.send(agent.agentId, discover(house)));
      expect((await commands(second.answer)).map(({ id }) => id)).toEqual([commandId]);
    });
  });

  describe('two processes with one key', () => {
    const older = ulid(1_700_000_000_000);
    const newer = ulid(1_700_000_001_000);
    const SUPERSEDED = { status: 409, body: { error: 'superseded' } };

    it('leave the newer in charge: the older is told at once, its held poll too', async () => {
      const { answer } = await held({ epoch: older });
      expect((await agent.poll({ epoch: newer })).status).toBe(200);
      expect(await answer).toMatchObject(SUPERSEDED);
      expect(await agent.poll({ epoch: older })).toMatchObject(SUPERSEDED);
      await house.restart();
      expect(await agent.poll({ epoch: older })).toMatchObject(SUPERSEDED);
      expect((await agent.poll({ epoch: newer })).status).toBe(200);
    });

    it('do not get in the way of the newer one while the older still tries', async () => {
      const { answer } = await held({ epoch: newer });
      expect(await agent.poll({ epoch: older })).toMatchObject(SUPERSEDED);
      const { commandId } = await value(house.hub.desk.send(agent.agentId, discover(house)));
      expect(await agent.poll({ epoch: older, cursor: commandId })).toMatchObject(SUPERSEDED);
      expect((await commands(answer)).map(({ id }) => id)).toEqual([commandId]);
    });

    it('do not lock out a laptop whose clock was put back, once the newer one is silent', async () => {
      expect((await agent.poll({ epoch: newer })).status).toBe(200);
      house.passTime(ONLINE_MS + 1);
      expect((await agent.poll({ epoch: older })).status).toBe(200);
    });

    it('settle on the newest when many start at once', async () => {
      const epochs = Array.from({ length: 10 }, (_, n) => ulid(1_700_000_000_000 + n));
      await Promise.all(epochs.map((epoch) => agent.poll({ epoch })));
      const answers = await Promise.all(epochs.map((epoch) => agent.poll({ epoch })));
      expect(answers.map(({ status }) => status)).toEqual([...Array(9).fill(409), 200]);
    });
  });

  describe('presence', () => {
    it('is told when an agent comes, not with every poll', async () => {
      await house.close();
      const came: string[] = [];
      await open({ onOnline: (agentId) => came.push(agentId) });
      await agent.poll();
      await agent.poll();
      expect(came).toEqual([agent.agentId]);
      await house.restart();
      await agent.poll();
      expect(came).toHaveLength(1);
      house.passTime(ONLINE_MS + 1);
      expect(await house.hub.directory.isOnline(agent.agentId)).toBe(false);
      await agent.poll();
      expect(came).toHaveLength(2);
    });

    it('ends with the agent’s goodbye, at once and over a restart, and begins with its next process', async () => {
      await house.close();
      const news: string[] = [];
      await open({ onOnline: () => news.push('came'), onOffline: () => news.push('went') });
      const { answer } = await held();
      expect(await agent.goodbye()).toMatchObject({ status: 200, signed: true });
      expect(await house.hub.directory.isOnline(agent.agentId)).toBe(false);
      expect(await value(house.hub.directory.get(agent.agentId))).toMatchObject({ online: false });
      expect(await failure(house.hub.desk.send(agent.agentId, discover(house)))).toBe('agent-offline');
      expect(news).toEqual(['came', 'went']);
      await house.restart();
      await answer;
      expect(await value(house.hub.directory.get(agent.agentId))).toMatchObject({ online: false });
      await agent.poll({ epoch: ulid(Date.now() + MINUTE) });
      expect(await value(house.hub.directory.get(agent.agentId))).toMatchObject({ online: true });
      expect(news).toEqual(['came', 'went', 'came']);
    });

    it('is not ended by the goodbye of a process that a newer one has taken over from', async () => {
      const newer = ulid(Date.now() + MINUTE);
      await agent.poll();
      await agent.poll({ epoch: newer });
      expect((await agent.goodbye()).status).toBe(200);
      expect(await house.hub.directory.isOnline(agent.agentId)).toBe(true);
      expect((await agent.goodbye(newer)).status).toBe(200);
      expect(await house.hub.directory.isOnline(agent.agentId)).toBe(false);
      // A poll of it that was under way when it said so brings nobody back.
      await agent.poll({ epoch: newer });
      expect(await house.hub.directory.isOnline(agent.agentId)).toBe(false);
    });

    it('is told to be over when an agent falls silent, once', async () => {
      await house.close();
      const went: string[] = [];
      let tell: () => void = () => undefined;
      const fell = new Promise<void>((resolve) => {
        tell = resolve;
      });
      await open({
        onOffline: (agentId) => {
          went.push(agentId);
          tell();
        },
      });
      await agent.poll();
      house.passTime(ONLINE_MS + 1);
      await fell;
      // Looked at once more by whoever asks.
      await value(house.hub.directory.get(agent.agentId));
      expect(went).toEqual([agent.agentId]);
    });

    it('does not need an agent of before to know the new times: its long poll is answered sooner', async () => {
      const wait = vi.spyOn(house.store.mailboxes(COMMANDS), 'wait');
      const abort = new AbortController();
      const polled = agent.poll({ waitMs: 25_000, signal: abort.signal });
      await eventually(() => expect(wait).toHaveBeenCalledOnce());
      expect(wait.mock.calls[0]?.[2]).toBe(HOLD_MS);
      abort.abort();
      await expect(polled).rejects.toThrow();
      wait.mockRestore();
    });

    it('and what the agent says about itself are known after a restart', async () => {
      agent.host = { name: 'Laptop', system: 'linux', agentVersion: '9.9.9' };
      await agent.poll();
      await house.restart();
      expect(await value(house.hub.directory.get(agent.agentId))).toMatchObject({
        online: true,
        host: { agentVersion: '9.9.9' },
      });
      expect(await house.hub.directory.isOnline(agent.agentId)).toBe(true);
    });
  });

  describe('names', () => {
    it('can be given, cleaned of what does not belong into a chat', async () => {
      const { directory } = house.hub;
      expect(await value(directory.rename(agent.agentId, ' Van\u202e\n 7 '))).toMatchObject({
        name: 'Van 7',
      });
      expect(await failure(directory.rename(agent.agentId, '\u200b \n'))).toBe('bad-name');
      expect(await failure(directory.rename(ulid(), 'Van'))).toBe('agent-unknown');
      expect(await failure(directory.revoke(ulid()))).toBe('agent-unknown');
    });

    it('of agents may be anything at all when somebody asks for one', async () => {
      for (const id of ['', 'x'.repeat(10_000), '__proto__', '\u0000']) {
        expect(await value(house.hub.directory.get(id))).toBeNull();
      }
    });
  });

  describe('events', () => {
    it('are acknowledged after the house has taken them', async () => {
      await house.close();
      let release: (taken: boolean) => void = () => undefined;
      const asked: AgentEvent[] = [];
      await open({
        onEvent: (_agentId, event) => {
          asked.push(event);
          return new Promise((resolve) => {
            release = resolve;
          });
        },
      });
      const event = failed(house);
      let answered = false;
      const sending = agent.sendEvents([event]).then((answer) => {
        answered = true;
        return answer;
      });
      await eventually(() => expect(asked).toEqual([event]));
      await agent.poll();
      expect(answered).toBe(false);
      release(true);
      expect((await sending).body).toEqual({ accepted: [event.id] });
    });

    it('reach the house in order, with the agent that sent them', async () => {
      const events = [failed(house), failed(house), failed(house)];
      expect((await agent.sendEvents(events)).body).toEqual({ accepted: events.map(({ id }) => id) });
      expect(house.events).toEqual(events.map((event) => ({ agentId: agent.agentId, event })));
    });

    it('that are not taken are not acknowledged, nor later ones of the same job', async () => {
      await house.close();
      const jobId = ulid();
      const seen: string[] = [];
      await open({
        onEvent: async (_agentId, event) => {
          seen.push(event.id);
          if (event.jobId === jobId) throw new Error('store is away');
          return true;
        },
      });
      const [first, other, second] = [failed(house, jobId), failed(house), failed(house, jobId)];
      const answer = await agent.sendEvents([first, other, second]);
      expect(answer.body).toEqual({ accepted: [other.id] });
      expect(seen).toEqual([first.id, other.id]);
    });

    it('of an older process still count: what happened has happened', async () => {
      await agent.poll({ epoch: ulid(Date.now() + MINUTE) });
      const event = failed(house);
      expect((await agent.sendEvents([event])).body).toEqual({ accepted: [event.id] });
    });

    it('of unknown kinds and too many at once are refused whole', async () => {
      const strange = { ...failed(house), type: 'dance' } as unknown as AgentEvent;
      expect((await agent.sendEvents([failed(house), strange])).status).toBe(400);
      expect((await agent.sendEvents([])).status).toBe(400);
      expect((await agent.sendEvents(Array.from({ length: 51 }, () => failed(house)))).status).toBe(400);
      expect(house.events).toEqual([]);
    });

    it('carry a picture as large as one may be', async () => {
      const pixels = randomBytes(460 * 460);
      const image = encodePng({ width: 460, height: 460, pixels }, [255, 255, 255], [0, 0, 0]).toString(
        'base64',
      );
      expect(image.length).toBeGreaterThan(280_000);
      const challenge: AgentEvent = {
        type: 'challenge',
        id: ulid(),
        jobId: ulid(),
        at: house.now(),
        challengeId: ulid(),
        image,
        nonce: 'n',
        expiresAt: house.now() + MINUTE,
        triesLeft: 2,
      };
      expect((await agent.sendEvents([challenge])).status).toBe(200);
      expect(house.events[0]?.event).toEqual(challenge);
      expect(house.logged()).not.toContain(image.slice(1_000, 1_020));
    });
  });

  describe('a permit', () => {
    const issue = (jobId: string, agentId = agent.agentId) =>
      value(house.hub.desk.issuePermit({ agentId, jobId, shortSerial: SERIAL, caseId: ulid() }));
    const granted = async (answer: ReturnType<TestAgent['permit']>) => (await answer).body.granted;

    it('is granted once, however many ask at the same time', async () => {
      const jobId = ulid();
      const permit = await issue(jobId);
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => granted(agent.permit(permit, jobId))),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(answers).toHaveLength(50);
      await house.restart();
      expect(await granted(agent.permit(permit, jobId))).toBe(false);
      expect(house.logged()).not.toContain(permit);
    });

    it('is good for its agent, its job and its device, and is not used up by others', async () => {
      const other = await pairedAgent(house, 2);
      const jobId = ulid();
      const permit = await issue(jobId);
      const wrong = [
        other.permit(permit, jobId),
        agent.permit(permit, ulid()),
        agent.permit(permit, jobId, '987654321'),
        agent.permit('A'.repeat(43), jobId),
        agent.permit('', jobId),
      ];
      for (const asked of wrong) expect(await granted(asked)).toBe(false);
      expect(await granted(agent.permit(permit, jobId))).toBe(true);
    });

    it('asked for in a circle does not drown the audit trail', async () => {
      const jobId = ulid();
      await issue(jobId);
      for (let n = 0; n < 20; n++) {
        expect((await agent.permit('A'.repeat(43), jobId)).body).toEqual({ granted: false });
        expect((await agent.permit('A'.repeat(43), ulid())).body).toEqual({ granted: false });
      }
      const words: string[] = [];
      await createAudit(house.store, Date.now).read((line) => words.push(JSON.parse(line).what));
      expect(words).toEqual(['case.permit', 'case.attempt', 'case.attempt']);
    });

    it('is good for as long as its steps may take', async () => {
      const [first, second] = [ulid(), ulid()];
      const permits = [await issue(first), await issue(second)];
      house.passTime(PERMIT_TTL_MS - 1_000);
      expect(await granted(agent.permit(permits[0] ?? '', first))).toBe(true);
      house.passTime(1_000);
      expect(await granted(agent.permit(permits[1] ?? '', second))).toBe(false);
    });

    it('can be taken back before it is spent, and the house learns when it was too late', async () => {
      const [early, late] = [ulid(), ulid()];
      const permits = [await issue(early), await issue(late)];
      expect(await value(house.hub.desk.revokePermit(early))).toBe(true);
      expect(await granted(agent.permit(permits[0] ?? '', early))).toBe(false);
      expect(await granted(agent.permit(permits[1] ?? '', late))).toBe(true);
      expect(await value(house.hub.desk.revokePermit(late))).toBe(false);
    });

    it('for the same job is good beside the one before, and either is spent for both', async () => {
      const jobId = ulid();
      const first = await issue(jobId);
      const second = await issue(jobId);
      expect(await granted(agent.permit(first, jobId))).toBe(true);
      expect(await granted(agent.permit(second, jobId))).toBe(false);
      expect(await granted(agent.permit(await issue(jobId), jobId))).toBe(false);
    });
  });
});

describe('the link over TLS', () => {
  const fixture = (name: string) => readFile(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');

  it('works with the hub speaking TLS itself', async () => {
    const house = await openHouse({
      tls: { cert: await fixture('cert.pem'), key: await fixture('key.pem') },
    });
    try {
      const agent = await pairedAgent(house);
      expect(house.url).toMatch(/^https:/);
      expect(await agent.poll()).toMatchObject({ status: 200, signed: true });
    } finally {
      await house.close();
    }
  });

  it('refuses to start with a key that is none', async () => {
    const cert = await fixture('cert.pem');
    const house = await openHouse();
    const hub = createHub({
      store: house.store,
      log: createLog('silent', 'test'),
      onEvent: async () => true,
      onPairing: async () => undefined,
      tls: { cert, key: 'not a key' },
    });
    expect(await failure(hub.listen({ host: '127.0.0.1', port: 0 }))).toBe('bad-certificate');
    await house.close();
  });
});
