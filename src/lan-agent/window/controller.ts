/**
 * What stands behind the window: the scene, and what the person's actions do to it. Nothing here knows a browser.
 */
import { LANGUAGES, type Language } from '../../../locales/language.ts';
import { examine } from '../doctor/examine.ts';
import { firewallCommands } from '../doctor/firewall.ts';
import { openJournal } from '../journal.ts';
import { loadIdentity } from '../link/identity.ts';
import type { Network } from '../network/network.ts';
import type { AgentNews } from '../news.ts';
import type { sendBundle } from '../support/send.ts';
import { textsFor } from '../texts.ts';
import type { WindowAction } from './actions.ts';
import { type BotLifeOptions, createBotLife } from './bot-life.ts';
import { askStatusHere, isRepeated, lookAround, readSerial, searchHere, unbindHere } from './own-tasks.ts';
import { createWindowPrompt } from './prompt.ts';
import { firstScene, type OwnNews, type Scene, sceneAfter, silenceOf } from './scene.ts';

/** After these a search may have heard nobody: one of the window's own ends a moment later than it has seen. */
const SEARCHED: readonly AgentNews['kind'][] = ['seen', 'job-ended'];

/** Attempts of the history that are shown. */
const MOST_ATTEMPTS = 50;

export interface ControllerOptions
  extends Omit<BotLifeOptions, 'promptFor' | 'onNews' | 'onUnpaired' | 'signal'> {
  readonly network: Network;
  /** This laptop's name, as the chat has it. */
  readonly laptop: string;
  /** The program was started out of an archive. */
  readonly isTemporary: boolean;
  /** Of the person at the laptop, until another one is chosen. */
  readonly language: Language;
  /** Ends the agent in good order. */
  readonly stop: AbortController;
  /** What happens to the agent, for a terminal. */
  readonly onNews: (news: AgentNews) => void;
  /** Makes the file for support and sends it to the chat. */
  readonly sendSupport: () => ReturnType<typeof sendBundle>;
  /** The scene is another by now. */
  readonly onChange: () => void;
}

export interface Controller {
  scene(): Scene;
  language(): Language;
  /** Does what a form says. Resolves when that has begun; of `stop` and `unpair`, when it is done. */
  act(action: Exclude<WindowAction, { name: 'bundle' }>, body: Buffer): Promise<void>;
  /** Works until it is stopped, and then until everything has ended. */
  live(): Promise<void>;
}

export async function createController(options: ControllerOptions): Promise<Controller> {
  const { home, engine, network, bot, log, stop } = options;
  const { signal } = stop;
  const identity = await loadIdentity(home);
  let language = options.language;
  let scene = firstScene({
    system: process.platform,
    version: options.agentVersion,
    laptop: options.laptop,
    isTemporary: options.isTemporary,
    server: bot?.server ?? null,
    paired: identity.ok ? identity.value.server.url : null,
  });
  const change = (news: AgentNews | OwnNews) => {
    scene = sceneAfter(scene, news, Date.now());
    options.onChange();
  };
  const onFault = (error: unknown) => log.error({ err: error }, 'a fault of this program');

  const tellHistory = async () => {
    const attempts = await openJournal(home).recent(MOST_ATTEMPTS);
    change({ kind: 'history', attempts: attempts.ok ? attempts.value : null });
  };
  const checkUp = async () => {
    if (scene.checkup.is === 'running') return;
    change({ kind: 'checking' });
    const checks = await examine({ network, home, signal });
    const findings = checks.map(({ sentence, ...finding }) => ({ ...finding, says: inEach(sentence) }));
    const firewall = firewallCommands(process.platform, network.port, process.execPath);
    change({ kind: 'checked', findings, firewall });
  };
  const happened = (news: AgentNews) => {
    change(news);
    options.onNews(news);
    if (news.kind === 'job-ended' && news.end.kind === 'unbind') tellHistory().catch(onFault);
    // That nobody was heard is said with why.
    if (SEARCHED.includes(news.kind) && silenceOf(scene) === 'checking') checkUp().catch(onFault);
  };

  const send = async () => {
    if (scene.support === 'sending') return;
    change({ kind: 'support', sent: 'sending' });
    const sent = await options.sendSupport();
    change({ kind: 'support', sent: sent.ok ? 'sent' : sent.failure });
  };

  const prompt = createWindowPrompt({
    onAsking: (question, end) => change({ kind: 'asking', question, ...(end ? { end } : {}) }),
  });
  const life = createBotLife({
    ...options,
    promptFor: prompt.for,
    onNews: happened,
    onUnpaired: () => change({ kind: 'unpaired' }),
    signal,
  });

  const tools = { engine, tell: happened, onFault };
  let own: { readonly abort: AbortController; readonly done: Promise<void> } | null = null;
  /** Begins something of the window's own, one thing at a time. */
  const begin = (about: 'search' | 'status' | 'unbind', task: (over: AbortSignal) => Promise<void>) => {
    if (own || scene.work || scene.question) return change({ kind: 'complaint', about, what: 'busy' });
    const abort = new AbortController();
    const done = task(AbortSignal.any([signal, abort.signal]))
      .catch(onFault)
      .finally(() => {
        own = null;
      });
    own = { abort, done };
  };
  const askDevice = (action: Extract<WindowAction, { name: 'status' | 'unbind' }>) => {
    const about = action.name;
    const shortSerial = readSerial(action.serial);
    if (shortSerial === null) return change({ kind: 'complaint', about, what: 'not-a-serial' });
    if (action.name === 'status') return begin(about, (over) => askStatusHere(tools, shortSerial, over));
    if (!isRepeated(action.confirm, shortSerial))
      return change({ kind: 'complaint', about, what: 'confirm-mismatch' });
    const { afterLock } = action;
    begin(about, (over) => unbindHere(tools, { shortSerial, afterLock, prompt: prompt.for(language) }, over));
  };

  let living: Promise<void> = Promise.resolve();
  const live = async () => {
    await tellHistory();
    const looking = lookAround(tools, signal).catch(onFault);
    await life.live();
    change({ kind: 'over', over: 'stopping' });
    await Promise.all([looking, own?.done]);
    change({ kind: 'over', over: 'stopped' });
  };

  return {
    scene: () => scene,
    language: () => language,
    live: () => {
      living = live();
      return living;
    },
    act: async (action, body) => {
      switch (action.name) {
        case 'pair':
          if (!life.pair(action)) change({ kind: 'complaint', about: 'pair', what: 'busy' });
          return;
        case 'agree':
          return life.agree(action.says === 'yes');
        case 'answer':
          return prompt.answer(body);
        case 'search':
          return begin('search', (over) => searchHere(tools, over));
        case 'status':
        case 'unbind':
          return askDevice(action);
        case 'cancel':
          own?.abort.abort();
          return life.cancel();
        case 'doctor':
          return void checkUp().catch(onFault);
        case 'send':
          return void send().catch(onFault);
        case 'language':
          language = action.to;
          return options.onChange();
        case 'unpair':
          return action.sure
            ? life.unpair()
            : change({ kind: 'complaint', about: 'unpair', what: 'not-sure' });
        case 'stop':
          change({ kind: 'over', over: 'stopping' });
          stop.abort();
          return living;
      }
    },
  };
}

function inEach(
  sentence: (texts: ReturnType<typeof textsFor>) => string,
): Readonly<Record<Language, string>> {
  return Object.fromEntries(LANGUAGES.map((language) => [language, sentence(textsFor(language))])) as Record<
    Language,
    string
  >;
}
