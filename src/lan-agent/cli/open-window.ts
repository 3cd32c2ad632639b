import type { HomeFailure } from '../home.ts';
import type { OtherAgent } from '../one-agent.ts';
import { openerFor, openInBrowser } from '../window/open-browser.ts';
import { writeOpening } from '../window/opening.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';

/** Opens the window of this folder's agent in the browser; where that can not be seen, its file can be opened by hand. */
export async function openWindow({ home, texts, say, env }: CliContext, address: string): Promise<void> {
  const file = await writeOpening(home, address, texts);
  if (!file.ok) return say(texts('agent:link.unwritable', { code: file.failure.code }));
  say(`${texts('agent:window.file')}\nwindow-file: ${file.value}`);
  openInBrowser(file.value, openerFor(process.platform, env));
}

/** Says why this is not the agent of its folder; where another one works with it, its window is the one to look at. */
export async function meetOther(context: CliContext, failure: HomeFailure | OtherAgent): Promise<ExitCode> {
  const { texts, say } = context;
  if (failure.reason === 'unwritable') {
    say(texts('agent:link.unwritable', { code: failure.code }));
    return EXIT.failed;
  }
  const { pid, window, silent } = failure;
  if (silent || window === null) {
    say(texts(silent ? 'agent:window.silent' : 'agent:window.terminal', { pid }));
    return EXIT.failed;
  }
  say(texts('agent:window.other'));
  await openWindow(context, window);
  return EXIT.done;
}
