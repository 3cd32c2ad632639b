/** Opening the demo's page by itself, where somebody sits before a desktop. */
import { spawn } from 'node:child_process';
import { childEnv } from '../kernel/child-env.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What opens addresses on each system: the system's own. `start` is a word of the shell, its first text a title. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
  linux: ['xdg-open'],
};

/** What a browser needs to find its desktop and its owner's profile, beside what every program needs. */
const DESKTOP =
  /^(?:PATH|PATHEXT|HOME|USER|LOGNAME|LANG|LC_ALL|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|BROWSER|DESKTOP_SESSION|DBUS_SESSION_BUS_ADDRESS|(?:XDG|KDE|GNOME)_\w+|USERPROFILE|APPDATA|LOCALAPPDATA)$/i;

/** What opens an address here; null where nobody would see it: in CI, over SSH, without a desktop. */
export function openerFor(platform: NodeJS.Platform, env: Environment): readonly string[] | null {
  if (env.CI || env.SSH_CONNECTION || env.SSH_TTY) return null;
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return null;
  return OPENERS[platform] ?? null;
}

/**
 * Opens an address in the browser. That it could not be opened is no failure: whoever started the demo reads the
 * address, and clicks it.
 * @param opener words of the command; null opens nothing
 */
export function openAddress(url: string, opener = openerFor(process.platform, process.env)): void {
  const [command, ...words] = opener ?? [];
  if (command === undefined) return;
  const ofDesktop = Object.entries(process.env).filter(([name]) => DESKTOP.test(name));
  const env = { ...childEnv(), ...Object.fromEntries(ofDesktop) };
  const opening = spawn(command, [...words, url], { env, stdio: 'ignore', detached: true });
  opening.once('error', () => undefined);
  opening.unref();
}
