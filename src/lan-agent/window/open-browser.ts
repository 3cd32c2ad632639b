/** Opening the default browser by itself, where somebody sits before a desktop. */
import { spawn } from 'node:child_process';
import { childEnv } from '../../kernel/child-env.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A command that opens a file or an address with what the person has chosen for it. */
export interface Opener {
  readonly words: readonly string[];
  /** How it gets what it is to open: as its last word, or in the variable that its words name. */
  readonly gets: 'word' | 'variable';
}

/** What the variable is called. */
const VARIABLE = 'UNBIND_OPEN';

/**
 * The system's own on each. `start` is a word of Windows' shell, whose first text is a title; out of a variable nothing in the
 * name of a folder means anything to the shell.
 */
const OPENERS: Partial<Record<NodeJS.Platform, Opener>> = {
  darwin: { words: ['open'], gets: 'word' },
  win32: { words: ['cmd.exe', '/d', '/c', 'start', '""', `"%${VARIABLE}%"`], gets: 'variable' },
  linux: { words: ['xdg-open'], gets: 'word' },
};

/** What a browser needs to find its desktop and its owner's profile, beside what every program needs. */
const DESKTOP =
  /^(?:PATH|PATHEXT|HOME|USER|LOGNAME|LANG|LC_ALL|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|BROWSER|DESKTOP_SESSION|DBUS_SESSION_BUS_ADDRESS|(?:XDG|KDE|GNOME)_\w+|USERPROFILE|APPDATA|LOCALAPPDATA)$/i;

/** What opens things here; null where nobody would see it: in CI, over SSH, without a desktop. */
export function openerFor(platform: NodeJS.Platform, env: Environment): Opener | null {
  if (env.CI || env.SSH_CONNECTION || env.SSH_TTY) return null;
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return null;
  return OPENERS[platform] ?? null;
}

/**
 * Opens an address, or a file by its path, in the browser. Nothing secret may stand in either: other users of the laptop read
 * what programs were started with. That it could not be opened is no failure: whoever sits there reads what to open.
 * @param opener null opens nothing
 */
export function openInBrowser(what: string, opener = openerFor(process.platform, process.env)): void {
  const [command, ...words] = opener?.words ?? [];
  if (command === undefined) return;
  const isWord = opener?.gets === 'word';
  const opening = spawn(command, isWord ? [...words, what] : words, {
    env: { ...childEnv(), ...ofDesktop(), ...(isWord ? {} : { [VARIABLE]: what }) },
    stdio: 'ignore',
    detached: true,
    windowsHide: true,
    // As they stand, quotation marks included.
    windowsVerbatimArguments: !isWord,
  });
  opening.once('error', () => undefined);
  opening.unref();
}

/** What a browser needs to find the screen of the person. */
function ofDesktop(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => DESKTOP.test(name)));
}
