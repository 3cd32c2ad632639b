/**
 * kill -9 of the agent at random moments of an unbind. However it falls, the device carries out one unbind at most, what
 * is reported as unbound is unbound, and every job gets its end.
 *
 *   UNBIND_KILLS=200 npx vitest run test/chaos/agent-kill.test.ts
 *
 * kills so many agents in each of the two ways and prints what became of them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { childEnv } from '../../src/kernel/child-env.ts';
import type { DeviceSpec, EmulatedDevice } from '../../src/sandbox/device/device.ts';
import { createEmulatedLan } from '../../src/sandbox/device/lan.ts';
import { DEMO_PASSWORD, manyCameras } from '../../src/sandbox/device/profiles.ts';
import { emptyFolder, spawnAgent } from '../integration/lan-agent/agent.ts';
import { rightAnswer, typePassword } from '../integration/lan-agent/link-laptop.ts';
import { ScriptedHub } from '../integration/lan-agent/link-scripted-hub.ts';
import { bundled } from '../support/programs.ts';

const KILLS = Number(process.env.UNBIND_KILLS ?? 4);
const AT_ONCE = 3;
/** A whole unbind with its start takes about so long, ms; a few agents get to their end. */
const SPAN_MS = 6000;
const AGENT_PROCESS = await bundled('test/integration/lan-agent/link-agent-process.ts');

/** What became of one device. */
interface Fate {
  /** What the first agent was doing when it was killed; `ended` when it was too late for the kill. */
  readonly cutOff: 'before the datagram' | 'after the datagram' | 'ended';
  /** What the last report says. */
  readonly outcome: string;
  readonly received: number;
  readonly executed: number;
  readonly stillBound: boolean;
}

/** Some settle late, some lose their answer: what a crash leaves open is then open for longer. */
function devices(): DeviceSpec[] {
  const quirks = [{}, { settleAfterMs: 3000 }, { loseUnbindReply: true }, { replyDelayMs: 150 }];
  return manyCameras(KILLS).map((spec, i) => ({ ...spec, quirks: quirks[i % quirks.length] ?? {} }));
}

describe('an agent killed at a random moment of an unbind', () => {
  it('on the command line: one unbind a device, and the next run finds out how it ended', async (t) => {
    const lan = await createEmulatedLan({ devices: devices() });
    t.onTestFinished(() => lan.close());
    const env = { UNBIND_AGENT_HOME: await emptyFolder(t), UNBIND_AGENT_TEST_NETWORK: lan.testNetwork };
    const fates = await spread(lan.devices, async (device) => {
      const serial = device.profile.shortSerial;
      const words = ['unbind', serial, '--confirm', serial, '--password-stdin', '--json'];
      const first = spawnAgent(t, words, `${DEMO_PASSWORD}\n`, env);
      const cutOff = await killAtRandom(first.child, device);
      const last = cutOff === 'ended' ? first : spawnAgent(t, words, `${DEMO_PASSWORD}\n`, env);
      return fateOf(device, cutOff, (await last.ended).json<{ outcome: string }>().outcome);
    });
    judge('command line', fates);
  }, 3_600_000);

  it('working for a bot: one unbind a job, and every job gets its end', async (t) => {
    const lan = await createEmulatedLan({ devices: devices() });
    t.onTestFinished(() => lan.close());
    const fates = await spread(lan.devices, async (device) => {
      const hub = await ScriptedHub.open();
      const home = await mkdtemp(join(tmpdir(), 'unbind-agent-kill-'));
      await hub.pair(home);
      const start = () => startAgent(t, home, lan.testNetwork);
      try {
        const first = start();
        const job = work(hub, device.profile.shortSerial);
        const cutOff = await killAtRandom(first, device);
        const second = cutOff === 'ended' ? first : start();
        const outcome = await job;
        second.kill('SIGKILL');
        return fateOf(device, cutOff, outcome);
      } finally {
        hub.close();
        await rm(home, { recursive: true, force: true });
      }
    });
    judge('for a bot', fates);
  }, 3_600_000);
});

/**
 * What bot and technician do: give the job, answer the picture, and where the agent says that nothing was sent, decide
 * again. Resolves with the outcome in the end.
 */
async function work(hub: ScriptedHub, shortSerial: string): Promise<string> {
  for (let tries = 1; ; tries++) {
    const jobId = hub.give({
      type: 'unbind',
      permit: `permit-${tries}`,
      shortSerial,
      technician: 'Anna',
      language: 'en',
      afterLock: false,
    });
    const answered = new Set<string>();
    for (;;) {
      for (const event of hub.of(jobId)) {
        if (event.type === 'outcome') return event.report.outcome;
        if (event.type === 'challenge' && !answered.has(event.challengeId)) {
          answered.add(event.challengeId);
          hub.give(rightAnswer(event));
        }
      }
      if (hub.of(jobId).some(({ type }) => type === 'job-failed')) break;
      await hub.change();
    }
    expect(tries, 'a technician who decides again and again').toBeLessThan(5);
  }
}

/** An agent process at work, whose password page is filled in as soon as it opens. */
function startAgent(t: TestContext, home: string, testNetwork: string): ChildProcess {
  const agent = spawn(process.execPath, [AGENT_PROCESS], {
    env: { ...childEnv(), UNBIND_AGENT_HOME: home, UNBIND_AGENT_TEST_NETWORK: testNetwork },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.onTestFinished(() => void agent.kill('SIGKILL'));
  let screen = '';
  agent.stderr?.on('data', (bytes: Buffer) => {
    screen += bytes.toString();
    const page = /^prompt-page: (\S+)\n/m.exec(screen);
    if (!page?.[1]) return;
    screen = screen.slice(page.index + page[0].length);
    // The page is gone where the agent is killed meanwhile.
    typePassword(page[1], DEMO_PASSWORD).catch(() => undefined);
  });
  return agent;
}

async function killAtRandom(child: ChildProcess, device: EmulatedDevice): Promise<Fate['cutOff']> {
  const gone = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), Math.random() * SPAN_MS);
  await gone;
  clearTimeout(timer);
  if (child.signalCode !== 'SIGKILL') return 'ended';
  return device.snapshot().unbindsReceived > 0 ? 'after the datagram' : 'before the datagram';
}

function fateOf(device: EmulatedDevice, cutOff: Fate['cutOff'], outcome: string): Fate {
  const { unbindsReceived, unbindsExecuted, bound } = device.snapshot();
  return { cutOff, outcome, received: unbindsReceived, executed: unbindsExecuted, stillBound: bound };
}

function judge(way: string, fates: readonly Fate[]): void {
  if (process.env.UNBIND_KILLS) {
    const kinds = new Map<string, number>();
    for (const { cutOff, outcome, received, executed } of fates) {
      const kind = `cut off ${cutOff}; reported ${outcome}; received ${received}, carried out ${executed}`;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    const lines = [...kinds].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${count} x ${kind}`);
    process.stdout.write(`${way}, ${fates.length} agents:\n  ${lines.join('\n  ')}\n`);
  }
  for (const fate of fates) {
    expect(fate.executed, 'carried out more than once').toBeLessThanOrEqual(1);
    expect(fate.received, 'sent more than once').toBeLessThanOrEqual(1);
    const saysUnbound = ['unbound', 'not-bound'].includes(fate.outcome);
    expect(saysUnbound, `reported ${fate.outcome}, but bound: ${fate.stillBound}`).toBe(!fate.stillBound);
  }
}

/** Runs `AT_ONCE` at a time. */
async function spread<T>(list: readonly T[], run: (one: T) => Promise<Fate>): Promise<Fate[]> {
  const waiting = [...list];
  const fates: Fate[] = [];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) fates.push(await run(next));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return fates;
}
