import { readdir } from 'node:fs/promises';
import { ulid } from 'ulid';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PairingRequest } from '../../../src/hub/directory.ts';
import { createHub } from '../../../src/hub/hub.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { createLog } from '../../../src/kernel/log.ts';
import type { Result } from '../../../src/kernel/result.ts';
import { pair } from '../../../src/lan-agent/link/pair.ts';
import { createNewsTeller } from '../../../src/lan-agent/news-text.ts';
import type { AgentEvent } from '../../../src/link/messages.ts';
import { createEmulatedLan } from '../../../src/sandbox/device/lan.ts';
import { DEMO_PASSWORD, unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';
import { otherNumber } from '../hub/house.ts';
import { emptyHome, rightAnswer, Stream, startAgent, typePassword, wrongAnswer } from './link-laptop.ts';

const CAMERA = unbindableCamera.profile.shortSerial;
const ANNA = 7;
const BORIS = 8;
const DAY = 24 * 60 * 60_000;

function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

/** The real hub on a real store, and a laptop next to one camera. The hub's clock is `ahead` of the laptop's, ms. */
async function house(ahead = 0) {
  const folder = await temporaryFolder();
  const store = await openTestStore(folder.path);
  const events = new Stream<AgentEvent>();
  const pairings = new Stream<PairingRequest>();
  const online = new Stream<string>();
  const offline = new Stream<string>();
  const hub = createHub({
    store,
    log: createLog('silent', 'hub'),
    clock: () => Date.now() + ahead,
    onEvent: async (_agentId, event) => {
      if (!events.all.some(({ id }) => id === event.id)) events.push(event);
      return true;
    },
    onPairing: async (request) => pairings.push(request),
    onOnline: (agentId) => online.push(agentId),
    onOffline: (agentId) => offline.push(agentId),
  });
  const { port } = must(await hub.listen({ host: '127.0.0.1', port: 0 }));
  onTestFinished(async () => {
    await hub.close();
    await store.close();
    await folder.remove();
  });
  const lan = await createEmulatedLan({ devices: [unbindableCamera] });
  onTestFinished(() => lan.close());
  const home = await emptyHome();

  /** A technician gets a code, types it on the laptop and the laptop's number in the chat. */
  const pairWith = async (technician: number, type: (shown: string) => string) => {
    const { code } = must(await hub.directory.issueCode(technician));
    const said = new Stream<string>();
    const end = pair({
      code,
      server: `http://127.0.0.1:${port}`,
      insecureLan: false,
      home,
      agentVersion: '0.0.0-test',
      onNews: createNewsTeller({ texts: textsFor('en'), say: (line) => said.push(line) }),
      agree: async () => true,
      signal: new AbortController().signal,
    });
    const request = await pairings.first((one) => one.technicianId === technician);
    const line = await said.first((one) => one.includes('in the chat'));
    const shown = /\d{3} \d{3}/.exec(line)?.[0] ?? '';
    await hub.directory.confirmPairing(technician, type(shown.replace(' ', '')));
    return { end: await end, agentId: request.agentId, said };
  };
  const heard = <T extends AgentEvent['type']>(jobId: string, type: T) =>
    events.first((event) => event.jobId === jobId && event.type === type) as Promise<
      Extract<AgentEvent, { type: T }>
    >;
  return { hub, lan, home, pairWith, events, heard, online, offline };
}
const right = (shown: string) => shown;

describe('the agent and the real hub', () => {
  it('pair, find a device, unbind it and part', async () => {
    const { hub, lan, home, pairWith, events, heard, online } = await house();
    const { end, agentId } = await pairWith(ANNA, right);
    expect(end).toBe('paired');

    const agent = startAgent({ home, testNetwork: lan.testNetwork });
    await online.first((id) => id === agentId);
    const expiresAt = Date.now() + 60_000;
    const send = async (command: Parameters<typeof hub.desk.send>[1]) =>
      must(await hub.desk.send(agentId, command));

    const scan = ulid();
    await send({ type: 'discover', jobId: scan, expiresAt, until: CAMERA, waitMs: 5_000 });
    expect((await heard(scan, 'discovered')).devices).toMatchObject([{ shortSerial: CAMERA }]);

    const jobId = ulid();
    const permit = must(
      await hub.desk.issuePermit({ agentId, jobId, shortSerial: CAMERA, caseId: 'case-1' }),
    );
    await send({
      type: 'unbind',
      jobId,
      expiresAt,
      permit,
      shortSerial: CAMERA,
      technician: 'Anna',
      language: 'ru',
      afterLock: false,
    });
    const challenge = await heard(jobId, 'challenge');
    await send({ ...wrongAnswer(challenge), expiresAt });
    expect(await heard(jobId, 'challenge-result')).toMatchObject({ result: 'wrong', triesLeft: 1 });
    await send({ ...rightAnswer(challenge), expiresAt });
    await heard(jobId, 'prompt');
    expect(await typePassword(await agent.pages.first(() => true), DEMO_PASSWORD)).toBe(200);
    expect((await heard(jobId, 'outcome')).report).toMatchObject({ outcome: 'unbound', verified: true });
    expect(lan.device(CAMERA).snapshot()).toMatchObject({ bound: false, unbindsReceived: 1 });
    // The permit is spent.
    expect(must(await hub.desk.revokePermit(jobId))).toBe(false);
    expect(JSON.stringify(events.all)).not.toContain(DEMO_PASSWORD);

    must(await hub.directory.revoke(agentId));
    expect(await agent.done).toBe('revoked');
    expect(await readdir(home)).not.toContain('identity.json');
  });

  it.each([-DAY, DAY])('pair and work although their clocks are %d ms apart', async (ahead) => {
    const { hub, lan, home, pairWith, heard, online } = await house(ahead);
    const { end, agentId } = await pairWith(ANNA, right);
    expect(end).toBe('paired');
    startAgent({ home, testNetwork: lan.testNetwork });
    await online.first((id) => id === agentId);
    const jobId = ulid();
    const expiresAt = Date.now() + ahead + 60_000;
    must(await hub.desk.send(agentId, { type: 'discover', jobId, expiresAt, until: CAMERA, waitMs: 5_000 }));
    const { devices, at } = await heard(jobId, 'discovered');
    expect(devices).toMatchObject([{ shortSerial: CAMERA }]);
    // Nearer to the hub's time than to its own.
    expect(Math.abs(at - Date.now() - ahead)).toBeLessThan(DAY / 2);
  });

  it('stay strangers when the wrong number is typed', async () => {
    const { home, pairWith } = await house();
    const { end } = await pairWith(ANNA, otherNumber);
    expect(end).toBe('refused-in-chat');
    expect(await readdir(home)).toEqual([]);
  });

  it('are one agent for two technicians who pair with the same laptop', async () => {
    const { hub, pairWith } = await house();
    const first = await pairWith(ANNA, right);
    const second = await pairWith(BORIS, right);
    expect([first.end, second.end]).toEqual(['paired', 'paired']);
    expect(second.agentId).toBe(first.agentId);
    expect(must(await hub.directory.get(first.agentId))?.technicians).toEqual([ANNA, BORIS]);
  });

  it('pair anew as another agent after the laptop was revoked while it was away', async () => {
    const { hub, pairWith } = await house();
    const first = await pairWith(ANNA, right);
    must(await hub.directory.revoke(first.agentId));
    const second = await pairWith(BORIS, right);
    expect(second.end).toBe('paired');
    expect(second.agentId).not.toBe(first.agentId);
    expect(must(await hub.directory.get(second.agentId))?.technicians).toEqual([BORIS]);
  });

  it('part with a goodbye when the agent is stopped, so that it is away at once', async () => {
    const { hub, lan, home, pairWith, online, offline } = await house();
    const { agentId } = await pairWith(ANNA, right);
    const agent = startAgent({ home, testNetwork: lan.testNetwork });
    await online.first((id) => id === agentId);
    expect(await hub.directory.isOnline(agentId)).toBe(true);
    expect(await agent.stop()).toBe('stopped');
    expect(await hub.directory.isOnline(agentId)).toBe(false);
    expect(offline.all).toEqual([agentId]);
    // Its next process is no late word of this one.
    startAgent({ home, testNetwork: lan.testNetwork });
    await online.first(() => online.all.length === 2);
    expect(await hub.directory.isOnline(agentId)).toBe(true);
  });

  it('refuse the permit of a job that was called off in the meantime', async () => {
    const { hub, lan, home, pairWith, heard, online } = await house();
    const { agentId } = await pairWith(ANNA, right);
    const agent = startAgent({ home, testNetwork: lan.testNetwork });
    await online.first((id) => id === agentId);
    const jobId = ulid();
    const permit = must(
      await hub.desk.issuePermit({ agentId, jobId, shortSerial: CAMERA, caseId: 'case-1' }),
    );
    const expiresAt = Date.now() + 60_000;
    const command = { type: 'unbind', jobId, expiresAt, permit, shortSerial: CAMERA } as const;
    must(await hub.desk.send(agentId, { ...command, technician: 'Anna', language: 'en', afterLock: false }));
    must(await hub.desk.send(agentId, { ...rightAnswer(await heard(jobId, 'challenge')), expiresAt }));
    const page = await agent.pages.first(() => true);
    expect(must(await hub.desk.revokePermit(jobId))).toBe(true);
    await typePassword(page, DEMO_PASSWORD);
    expect((await heard(jobId, 'outcome')).report).toMatchObject({
      outcome: 'refused',
      reason: 'permit-refused',
    });
    expect(lan.device(CAMERA).snapshot().exchanges).toBe(0);
  });
});
