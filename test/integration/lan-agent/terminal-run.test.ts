/** A person at a real terminal whose laptop works for the chat. */
import { cp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createEmulatedLan } from '../../../src/sandbox/device/lan.ts';
import { DEMO_PASSWORD, unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { bundled } from '../../support/programs.ts';
import { AGENT } from './agent.ts';
import { emptyHome, rightAnswer } from './link-laptop.ts';
import { ScriptedHub } from './link-scripted-hub.ts';
import { NO_TERMINAL, openTerminal, TOLD } from './terminal.ts';

const CODE = 'BCDFGHJKLM';
const CAMERA = unbindableCamera.profile.shortSerial;
const CTRL_C = '\x03';
const context = { onTestFinished } as const;

async function site() {
  const lan = await createEmulatedLan({ devices: [unbindableCamera] });
  onTestFinished(() => lan.close());
  const hub = await ScriptedHub.open();
  return { lan, hub, home: await emptyHome(), camera: lan.device(CAMERA) };
}

describe('run in a terminal', () => {
  beforeEach(({ skip }) => skip(NO_TERMINAL !== null, NO_TERMINAL ?? ''));

  it('asks a laptop that is not paired for the code, again where it was wrong, and goes on by itself', async () => {
    const at = await site();
    at.hub.codes.add(CODE);
    const terminal = openTerminal(context, at, `exec "$NODE" "$AGENT" run --server ${at.hub.url}`);
    await terminal.see('not paired yet');
    await terminal.see('The code the bot has shown');
    terminal.type('MLKJHGFDCB\r');
    await terminal.see('does not know this code');
    // Often both come at once: below the refusal it is looked for, and not below what is there by now.
    await terminal.see('The code the bot has shown', terminal.screen().indexOf('does not know this code'));
    terminal.type(`${CODE}\r`);
    await terminal.see('Type this number in the chat');
    await terminal.see(at.hub.number);
    at.hub.confirmation = 'confirmed';
    await terminal.see('yes/no');
    terminal.type('yes\r');
    await terminal.see('Connected. Waiting for work');
    expect(terminal.screen()).not.toContain('unbind-agent run');
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(0);
  });

  it('takes the bot of its package, whose hub has to show the key that is written there', async () => {
    const at = await site();
    const folder = join(at.home, 'package');
    await cp(dirname(AGENT), folder, { recursive: true });
    const program = join(folder, 'unbind-agent.mjs');
    const other = await ScriptedHub.open();
    const write = (hubKey: string) =>
      writeFile(
        join(folder, 'unbind-agent.json'),
        JSON.stringify({ version: 1, server: at.hub.url, hubKey }),
      );

    at.hub.codes.add(CODE);
    await write(other.publicKey);
    const stranger = openTerminal(context, at, `exec "$NODE" "${program}" pair ${CODE}`);
    await stranger.see('another key than the one this package was made for');
    expect(await stranger.ended).toBe(1);
    expect(stranger.screen()).not.toContain('Type this number');

    at.hub.codes.add(CODE);
    await write(at.hub.publicKey);
    const terminal = openTerminal(context, at, `exec "$NODE" "${program}" run`);
    await terminal.see('The code the bot has shown');
    terminal.type(`${CODE}\r`);
    await terminal.see('Type this number in the chat');
    at.hub.confirmation = 'confirmed';
    await terminal.see('yes/no');
    terminal.type('yes\r');
    await terminal.see('Connected. Waiting for work');
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(0);

    await write('nonsense');
    const damaged = openTerminal(
      context,
      { ...at, home: await emptyHome() },
      `exec "$NODE" "${program}" run`,
    );
    await damaged.see('Unpack it anew');
    expect(await damaged.ended).toBe(1);
  });

  it('says that the chat has cancelled a question; what is typed on stays hidden, and echo is on at the end', async () => {
    const at = await site();
    await at.hub.pair(at.home);
    const program = await bundled('test/integration/lan-agent/link-agent-process.ts');
    const agent = `ASKS=terminal "$NODE" "${program}"; stty -a; echo "ended."`;
    const terminal = openTerminal(context, at, agent);
    const unbind = {
      type: 'unbind',
      permit: 'permit-1',
      shortSerial: CAMERA,
      technician: 'Anna',
      language: 'en',
      afterLock: false,
    } as const;
    const jobId = at.hub.give(unbind);
    at.hub.give(rightAnswer(await at.hub.heard(jobId, 'challenge')));
    await terminal.see('Admin password of the device');
    terminal.type(DEMO_PASSWORD.slice(0, 4));
    at.hub.give({ type: 'cancel', jobId });
    await terminal.see('it was stopped in the chat');
    await terminal.see(TOLD);
    await terminal.see(`${CAMERA}: Cancelled in the chat. Nothing was sent.`);
    terminal.type(`${DEMO_PASSWORD.slice(4)}\r`);
    await terminal.see('was not used');
    terminal.type('\r');

    // A question with one key is taken away as well.
    const list = { type: 'survey', technician: 'Anna', language: 'en', visit: jobId, waitMs: 500 } as const;
    const asked = at.hub.give(list);
    await terminal.see('Space bar: allow');
    const before = terminal.screen().length;
    at.hub.give({ type: 'cancel', jobId: asked });
    await terminal.see('it was stopped in the chat', before);
    await terminal.see('Cancelled in the chat. Nothing was sent.', before);
    terminal.signal('SIGUSR2');
    terminal.type('\r');
    await terminal.see('ended.');
    expect(terminal.screen()).toMatch(/[^-]\becho\b/);
    expect(terminal.screen()).not.toMatch(/-echo\b/);
    for (const part of [DEMO_PASSWORD.slice(0, 4), DEMO_PASSWORD.slice(4)])
      expect(terminal.screen()).not.toContain(part);
    expect(at.camera.snapshot()).toMatchObject({ exchanges: 0, unbindsReceived: 0 });
  });
});
