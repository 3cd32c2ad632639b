import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { childEnv } from '../../src/kernel/child-env.ts';
import { PICTURE_ALPHABET } from '../../src/lan-agent/picture/glyphs.ts';
import { pairLaptop } from '../../src/sandbox/pairing.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { bundled } from './programs.ts';

/** A laptop whose agent is a process of its own, with a person who fills in every page that it opens. */
export interface MortalLaptop {
  /** What each of its pictures says. */
  readonly picture: string;
  /** Pages that were filled in so far, by what they asked. */
  readonly answered: { readonly password: number; readonly consent: number };
  start(): void;
  /** SIGKILL, whatever it is doing. */
  kill(): Promise<void>;
  /** Calls back whenever it has died of something else than `kill`. */
  onDeath(listener: () => void): void;
}

/** Pairs a laptop and starts its agent; `password`: what its person types wherever one is asked for. */
export async function openMortalLaptop(
  stage: Pick<Stage, 'hubUrl' | 'laptop' | 'storeFolder' | 'lan'>,
  technician: SimUser,
  password: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<MortalLaptop> {
  const name = 'mortal';
  const pairing = await stage.laptop(name, 'en', () => undefined);
  await pairLaptop(stage, pairing, technician);
  const program = await bundled('test/integration/lan-agent/link-agent-process.ts');
  const env = {
    ...childEnv(),
    UNBIND_AGENT_HOME: join(dirname(stage.storeFolder), name),
    UNBIND_AGENT_TEST_NETWORK: stage.lan.testNetwork,
    ...environment,
  };
  const answered = { password: 0, consent: 0 };
  let agent: ChildProcess | undefined;
  const mourners: (() => void)[] = [];

  /** The page is gone where the agent is killed meanwhile. */
  async function fillIn(url: string): Promise<void> {
    const asks = /name="password"/.test(await formOf(url)) ? 'password' : 'consent';
    const sent = await fetch(url, {
      method: 'POST',
      headers: { origin: new URL(url).origin, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(asks === 'password' ? { password } : { action: 'agree' }).toString(),
    });
    await sent.text();
    answered[asks] += 1;
  }

  function start(): void {
    const started = spawn(process.execPath, [program], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    agent = started;
    started.once('exit', () => {
      if (agent === started) for (const hear of mourners) hear();
    });
    let screen = '';
    started.stderr?.on('data', (bytes: Buffer) => {
      screen += bytes.toString();
      for (;;) {
        const page = /^prompt-page: (\S+)\n/m.exec(screen);
        if (!page?.[1]) return;
        screen = screen.slice(page.index + page[0].length);
        fillIn(page[1]).catch(() => undefined);
      }
    });
  }

  start();
  return {
    picture: (PICTURE_ALPHABET[0] ?? '').repeat(5),
    answered,
    start,
    async kill() {
      const dying = agent;
      agent = undefined;
      if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
      const gone = once(dying, 'exit');
      dying.kill('SIGKILL');
      await gone;
    },
    onDeath: (listener) => void mourners.push(listener),
  };
}

/** A page as far as its form: it goes on loading for as long as its question. */
async function formOf(url: string): Promise<string> {
  const page = await fetch(url);
  let html = '';
  for await (const bytes of page.body ?? []) {
    html += Buffer.from(bytes).toString();
    if (html.includes('</form>')) break;
  }
  return html;
}
