/**
 * A laptop with a real browser, before which somebody sits: the agent is started as a double-click does it, the browser by the
 * file that the agent writes. Either can be killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Language } from '../../locales/language.ts';
import { childEnv } from '../../src/kernel/child-env.ts';
import { PICTURE_ALPHABET } from '../../src/lan-agent/picture/glyphs.ts';
import { pairLaptop } from '../../src/sandbox/pairing.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { bundled } from './programs.ts';
import { STEP } from './stage.ts';

export const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** What every picture of this laptop says. */
export const PICTURE = (PICTURE_ALPHABET[0] ?? '').repeat(5);

export class WindowLaptop {
  /** State folder of the agent. */
  readonly home: string;
  /** What the agent has said on standard error, of all its processes. */
  said = '';
  #agent: ChildProcess | null = null;
  #browser: Browser | null = null;
  #page: Page | null = null;
  readonly #program: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(program: string, home: string, env: NodeJS.ProcessEnv) {
    this.#program = program;
    this.home = home;
    this.#env = { ...childEnv(), ...env, UNBIND_AGENT_HOME: home };
  }

  /**
   * A laptop on the stage's LAN with the package for its bot, unpacked and not started.
   * @param technician pairs another laptop first, to learn the hub's key as the operator knows it
   */
  static async unpack(stage: Stage, technician: SimUser, language: Language = 'en'): Promise<WindowLaptop> {
    const folder = dirname(stage.storeFolder);
    const scout = await stage.laptop('scout', language, () => undefined);
    await pairLaptop(stage, scout, technician);
    const { hubKey } = JSON.parse(await readFile(join(folder, 'scout', 'identity.json'), 'utf8')) as {
      hubKey: string;
    };
    const unpacked = join(folder, 'package');
    await mkdir(unpacked);
    const program = join(unpacked, 'unbind-agent.mjs');
    await copyFile(await bundled('test/support/window-agent-process.ts'), program);
    const config = { version: 1, server: stage.hubUrl, hubKey };
    await writeFile(join(unpacked, 'unbind-agent.json'), JSON.stringify(config));
    return new WindowLaptop(program, join(folder, 'window-laptop'), {
      UNBIND_AGENT_TEST_NETWORK: stage.lan.testNetwork,
      LANG: language === 'ru' ? 'ru_RU.UTF-8' : 'en_US.UTF-8',
    });
  }

  /** The browser's page. @throws Error before `doubleClick` */
  get page(): Page {
    if (!this.#page) throw new Error('nothing was opened yet');
    return this.#page;
  }

  /**
   * Opens the start file, and what it opens: the window, in the tab that is there or in a new browser. Where the agent runs
   * already, its window.
   */
  async doubleClick(): Promise<Page> {
    const agent = spawn(process.execPath, [this.#program], {
      env: this.#env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(agent, 'exit');
    let said = '';
    const file = await new Promise<string>((resolve, reject) => {
      agent.stderr.on('data', (bytes: Buffer) => {
        said += bytes.toString();
        this.said += bytes.toString();
        const written = /^window-file: (.+)\n/m.exec(said)?.[1];
        if (written) resolve(written);
      });
      void ended.then(() => reject(new Error(`the agent ended: ${said}`)));
    });
    if (said.includes('runs already')) await ended;
    else this.#agent = agent;
    this.#browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    this.#page ??= await (await this.#browser.newContext()).newPage();
    await this.page.goto(`file://${file}`);
    await this.page.waitForSelector('#head');
    return this.page;
  }

  /** The browser, its tab and what was typed in it are gone. */
  async killBrowser(): Promise<void> {
    // Without a word to the page, as the system does it.
    const browser = this.#browser;
    this.#browser = null;
    this.#page = null;
    await browser?.close();
  }

  /** SIGKILL, whatever it is doing. The browser stays as it is. */
  async killAgent(): Promise<void> {
    const agent = this.#agent;
    this.#agent = null;
    if (!agent || agent.exitCode !== null || agent.signalCode !== null) return;
    const gone = once(agent, 'exit');
    agent.kill('SIGKILL');
    await gone;
  }

  /** Waits until the window says this. */
  async sees(words: string | RegExp, where = 'body'): Promise<void> {
    await this.page.locator(where, { hasText: words }).first().waitFor({ timeout: STEP.timeoutMs });
  }

  /** Types an admin password where it is asked for, and sends it. */
  async typePassword(password: string): Promise<void> {
    const field = this.page.locator('#password');
    await field.waitFor({ timeout: STEP.timeoutMs });
    await field.fill(password);
    await field.press('Enter');
  }

  /** As if it had never been started. */
  async forget(): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await this.killBrowser();
    await this.killAgent();
  }
}

/** What the pairing was like, for whoever did it. */
export interface Pairing {
  /** Things done by a person, in order. */
  readonly steps: readonly string[];
  /** Characters typed by a person, in the chat and on the laptop. */
  readonly typed: number;
  /** From the first step to the window that says it is connected; nobody reads or looks for keys in it. */
  readonly seconds: number;
  /** The code, for whoever looks where it was kept. */
  readonly code: string;
}

/** Pairs the laptop as a technician does it with the window alone: from /pair to *connected*. */
export async function pairByWindow(laptop: WindowLaptop, technician: SimUser): Promise<Pairing> {
  const steps: string[] = [];
  let typed = 0;
  const did = (step: string, characters = 0) => {
    steps.push(step);
    typed += characters;
  };
  const began = performance.now();
  await technician.send('/pair');
  did('chat: /pair', '/pair'.length);
  const { text } = await technician.waitFor(/[A-Z]{5}-[A-Z]{5}/, STEP);
  const code = (/[A-Z]{5}-[A-Z]{5}/.exec(text)?.[0] ?? '').replace('-', '');
  const page = await laptop.doubleClick();
  did('laptop: double-click');
  await page.locator('#code').pressSequentially(code.toLowerCase());
  await page.keyboard.press('Enter');
  did('laptop: the code, Enter', code.length);
  const number = page.locator('.number');
  await number.waitFor({ timeout: STEP.timeoutMs });
  const digits = ((await number.textContent()) ?? '').replace(/\D/g, '');
  await technician.waitFor((one) => one.buttons.flat().some(({ data }) => data?.startsWith('p:no:')), STEP);
  await technician.send(digits);
  did('chat: the number', digits.length);
  const yes = page.locator('button[name="says"][value="yes"]');
  await yes.waitFor({ timeout: STEP.timeoutMs });
  await yes.click();
  did('laptop: “Yes”');
  await page.locator('.line.connected').waitFor({ timeout: STEP.timeoutMs });
  return { steps, typed, seconds: (performance.now() - began) / 1000, code };
}
