/** A person at a real terminal (a pty of `script`) who stops the agent with Ctrl-C, or closes the window. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DeviceSnapshot, DeviceSpec, EmulatedDevice } from '../../../src/sandbox/device/device.ts';
import { bundled } from '../../support/programs.ts';
import { CAMERA, oneCamera, PASSWORD, type Site } from './agent.ts';
import { NO_TERMINAL, openTerminal, TOLD } from './terminal.ts';

const CTRL_C = '\x03';
const QUESTION = 'Admin password of the device';
const ONE_KEY = 'Space bar: unbind this device';

const UNBIND = `exec "$NODE" "$AGENT" unbind ${CAMERA} --confirm ${CAMERA}`;

/** The last line of the journal, once an attempt has its end there. */
async function result(at: Site): Promise<Record<string, unknown>> {
  for (;;) {
    const last = (await at.journal().catch(() => [])).at(-1);
    if (last?.event === 'result') return last;
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Waits until the device's state satisfies the condition. */
function until(camera: EmulatedDevice, condition: (snapshot: DeviceSnapshot) => boolean): Promise<void> {
  return new Promise((done) => {
    const stop = camera.onChange((snapshot) => {
      if (!condition(snapshot)) return;
      stop();
      done();
    });
  });
}

const locks = (at: Site) => readdir(join(at.home, 'locks'));

describe.concurrent('a person at the terminal', () => {
  beforeEach(({ skip }) => skip(NO_TERMINAL !== null, NO_TERMINAL ?? ''));

  it('stops the search with Ctrl-C', async (t) => {
    const at = await oneCamera(t, { quirks: { replyDelayMs: 60_000 } });
    const terminal = openTerminal(t, at, UNBIND);
    await terminal.see(`Looking for ${CAMERA}`);
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(3);
    expect(terminal.screen()).toContain('It was stopped.');
    expect(await locks(at)).toEqual([]);
  });

  it('leaves the prompt with Ctrl-C: nothing is sent, and the journal says so', async (t) => {
    const at = await oneCamera(t);
    const terminal = openTerminal(t, at, UNBIND);
    await terminal.see(QUESTION);
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(3);
    expect(await result(at)).toMatchObject({ outcome: 'refused', reason: 'abandoned' });
    expect(await locks(at)).toEqual([]);
    expect(at.camera.snapshot()).toMatchObject({ exchanges: 0, unbindsReceived: 0 });
  });

  it('is not shown what they go on typing when the program is told to end: a shell is not reached before', async (t) => {
    const at = await oneCamera(t);
    // The shell that started the agent takes a line afterwards, and shows it as shells do.
    const agent = `sh -c 'echo "pid $$."; ${UNBIND}'; echo "ended $?"; read line; echo "taken ($line)"`;
    const terminal = openTerminal(t, at, agent);
    await terminal.see(QUESTION);
    terminal.type(PASSWORD.slice(0, 4));
    terminal.signal('SIGTERM');
    await terminal.see(TOLD);
    terminal.type(`${PASSWORD.slice(4)}\r`);
    await terminal.see('was not used');
    expect(terminal.screen()).not.toContain('ended');
    terminal.type('\r');
    await terminal.see('ended 3');
    terminal.type('\r');
    await terminal.ended;
    expect(terminal.screen()).toContain('taken ()');
    expect(terminal.screen()).not.toContain(PASSWORD.slice(0, 4));
    expect(terminal.screen()).not.toContain(PASSWORD.slice(4));
    expect(at.camera.snapshot()).toMatchObject({ exchanges: 0, unbindsReceived: 0 });
  });

  it('is not shown what they go on typing when the chat cancels, and it is no answer to the next question', async (t) => {
    const at = await oneCamera(t);
    const program = await bundled('test/integration/lan-agent/question.ts');
    const terminal = openTerminal(t, at, `exec "$NODE" "${program}"`);
    await terminal.see(QUESTION);
    terminal.signal('SIGUSR2');
    await terminal.see('question 1: abandoned');
    await terminal.see('Another question waits');
    const before = terminal.screen().length;
    terminal.type(`${PASSWORD}\r`);
    await terminal.see('was not used');
    expect(terminal.screen().slice(before)).not.toContain(QUESTION);
    terminal.type('\r');
    await terminal.see(QUESTION, before);
    terminal.type(`${PASSWORD}\r`);
    await terminal.see('question 2: typed');
    // The same password where no password is asked for is no yes, and not shown either; one key is.
    await terminal.see(ONE_KEY);
    const asked = terminal.screen().length;
    terminal.type(`${PASSWORD} \r`);
    await terminal.see(ONE_KEY, asked);
    terminal.type(' ');
    await terminal.see('key: agreed');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).not.toContain(PASSWORD);
  });

  it.for([
    ['a whole line', 'status\r'],
    ['a stray key', 'x'],
  ] as const)(
    'does not take for the password what was typed before the question: %s',
    async ([, early], t) => {
      const at = await oneCamera(t);
      const terminal = openTerminal(t, at, UNBIND);
      await terminal.see(`Looking for ${CAMERA}`);
      terminal.type(early);
      await terminal.see(QUESTION);
      terminal.type(`${PASSWORD}\r`);
      expect(await terminal.ended).toBe(0);
      expect(at.camera.snapshot()).toMatchObject({ passwordsTried: 1, unbindsExecuted: 1 });
    },
  );

  it('closes the window at the prompt: nothing is sent, and the journal says so', async (t) => {
    const at = await oneCamera(t);
    const terminal = openTerminal(t, at, UNBIND);
    await terminal.see(QUESTION);
    terminal.close();
    expect(await result(at)).toMatchObject({ outcome: 'refused' });
    expect(at.camera.snapshot()).toMatchObject({ exchanges: 0, unbindsReceived: 0 });
  });

  it.for<[string, DeviceSpec['quirks'], string, (camera: DeviceSnapshot) => boolean, object, number, number]>(
    [
      [
        'the key exchange',
        { answersUnbind: false },
        'Exchanging keys',
        ({ exchanges }) => exchanges > 0,
        { outcome: 'refused', reason: 'cancelled' },
        3,
        0,
      ],
      [
        'the verification',
        { settleAfterMs: 600_000 },
        'Asking the device whether it worked',
        ({ unbindsReceived, statusAsked }) => unbindsReceived > 0 && statusAsked > 1,
        { outcome: 'accepted-unconfirmed' },
        4,
        1,
      ],
    ],
  )('stops %s with Ctrl-C', async ([, quirks, stage, condition, outcome, code, unbindsReceived], t) => {
    const at = await oneCamera(t, { quirks });
    const terminal = openTerminal(t, at, UNBIND);
    await terminal.see(QUESTION);
    const reached = until(at.camera, condition);
    terminal.type(`${PASSWORD}\r`);
    await terminal.see(stage);
    await reached;
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(code);
    expect(await result(at)).toMatchObject(outcome);
    expect(await locks(at)).toEqual([]);
    expect(at.camera.snapshot()).toMatchObject({ unbindsReceived });
    expect(terminal.screen()).not.toContain(PASSWORD);
  });
});
