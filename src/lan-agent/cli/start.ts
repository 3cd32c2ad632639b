import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { sep } from 'node:path';
import { createLog, LOG_LEVELS } from '../../kernel/log.ts';
import { examine } from '../doctor/examine.ts';
import { errorCode } from '../error-code.ts';
import { hostInfo } from '../link/host.ts';
import { createNewsTeller } from '../news-text.ts';
import { becomeAgent } from '../one-agent.ts';
import { programFolder, readPackageConfig } from '../package-config.ts';
import { supportBundle } from '../support/bundle.ts';
import { sendBundle } from '../support/send.ts';
import { textsFor } from '../texts.ts';
import { AGENT_VERSION } from '../version.ts';
import { type Controller, type ControllerOptions, createController } from '../window/controller.ts';
import { removeOpening } from '../window/opening.ts';
import { outlived } from '../window/outlived.ts';
import { outsidePage } from '../window/outside.ts';
import { type Acted, serveWindow, type WindowServer } from '../window/server.ts';
import { WINDOW_CONTENT_SECURITY_POLICY, windowPage, windowParts } from '../window/views/page.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { meetOther, openWindow } from './open-window.ts';

/**
 * `start`, and the program without a word: the window, where this laptop is paired, works for the bot and without one. Started
 * beside itself it opens the window of the one that runs.
 * @param dice for tests that must know what a picture says
 */
export async function startCommand(
  context: CliContext,
  dice: Pick<ControllerOptions, 'challengeRandom'> = {},
): Promise<ExitCode> {
  const { home, texts, say, signal, env, engine, network } = context;
  const folder = await programFolder();
  const config = await readPackageConfig(folder);
  if (!config.ok) {
    say(texts('agent:link.package'));
    return EXIT.usage;
  }
  const stop = new AbortController();
  signal.addEventListener('abort', () => stop.abort(), { once: true });
  if (signal.aborted) stop.abort();
  const level = LOG_LEVELS.find((one) => one === env.LOG_LEVEL) ?? 'warn';

  let show = () => {};
  const controller = await createController({
    home,
    engine,
    network,
    agentVersion: AGENT_VERSION,
    laptop: hostInfo(AGENT_VERSION).name,
    isTemporary: await isTemporary(folder),
    language: context.language,
    bot: config.value,
    log: createLog(level, 'unbind-agent'),
    stop,
    ...dice,
    onNews: createNewsTeller({ texts, say }),
    sendSupport: async () => {
      const checks = await examine({ network, home, signal: stop.signal });
      const { text } = await supportBundle({ ...context, checks });
      return sendBundle(home, text, stop.signal);
    },
    onChange: () => show(),
  });
  const served = await serve(context, controller);
  if (!served) return EXIT.failed;
  show = showing(context, controller, served);
  try {
    const agent = await becomeAgent(home, served.address);
    if (!agent.ok) return await meetOther(context, agent.failure);
    try {
      say(texts('agent:window.ready', { address: served.address }));
      await openWindow(context, served.address);
      await controller.live();
      return EXIT.done;
    } finally {
      await agent.value.release();
      await removeOpening(home);
    }
  } finally {
    await served.close();
  }
}

/** Null: the system gives no port, which was said. */
async function serve(context: CliContext, controller: Controller): Promise<WindowServer | null> {
  const { home, texts, say, network, signal } = context;
  const page = (tools: Parameters<typeof windowPage>[2]) =>
    windowPage(controller.scene(), controller.language(), tools);
  try {
    const server: WindowServer = await serveWindow({
      home,
      view: {
        page,
        parts: (tools) => windowParts(controller.scene(), controller.language(), tools),
        outside: (why, { base }) => outsidePage(why, base, textsFor(controller.language())),
        policy: WINDOW_CONTENT_SECURITY_POLICY,
      },
      act: async (action, body, tools): Promise<Acted> => {
        if (action.name === 'bundle') {
          const checks = await examine({ network, home, signal });
          const { file, text } = await supportBundle({ ...context, checks });
          return { file, content: Buffer.from(text) };
        }
        await controller.act(action, body);
        return action.name === 'stop' ? { last: page(tools) } : 'done';
      },
      onEntered: () => removeOpening(home),
    });
    return server;
  } catch (error) {
    say(texts('agent:window.unserved', { code: errorCode(error) }));
    return null;
  }
}

/** Shows what has changed; a question that nobody has the window open for opens it. */
function showing(context: CliContext, controller: Controller, server: WindowServer): () => void {
  let before = controller.scene();
  return () => {
    const now = controller.scene();
    const isNewQuestion = before.question === null && now.question !== null;
    for (const name of outlived(before, now)) server.forms.renew(name);
    before = now;
    server.changed();
    if (isNewQuestion && !server.isWatched()) void openWindow(context, server.address);
  };
}

/** Whether the program lies where the system removes what lies there: it was started inside of its archive. */
async function isTemporary(folder: string): Promise<boolean> {
  const temporary = await realpath(tmpdir()).catch(() => tmpdir());
  return folder.startsWith(temporary + sep);
}
