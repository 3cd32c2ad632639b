/**
 * How the browser comes to the window. What stands in an address, or behind a program's name, other users of the laptop read; so
 * the browser is opened on a file that only its owner reads, and the file posts the key.
 */
import { rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { ok, type Result } from '../../kernel/result.ts';
import { type HomeFailure, replaceFile, userHome } from '../home.ts';
import { escapeHtml } from '../prompt/page-html.ts';
import type { Texts } from '../texts.ts';
import { grantKey } from './session.ts';

const FILE = 'unbind-agent-window.html';

/**
 * Writes the file that brings a browser to a window, with a new key. The one before it is replaced.
 * @param address of the window
 * @returns its path, in which nothing is secret
 */
export async function writeOpening(
  home: string,
  address: string,
  texts: Texts,
): Promise<Result<string, HomeFailure>> {
  const key = await grantKey(home);
  if (!key.ok) return key;
  const page = openingPage(address, key.value, texts);
  for (const path of openingPaths(home)) {
    const written = await replaceFile(path, page);
    if (written.ok) return ok(path);
  }
  const path = join(home, FILE);
  const written = await replaceFile(path, page);
  return written.ok ? ok(path) : written;
}

/** Removes what `writeOpening` has written: the key was used, or the window goes. */
export async function removeOpening(home: string): Promise<void> {
  for (const path of [...openingPaths(home), join(home, FILE)])
    await rm(path, { force: true }).catch(() => undefined);
}

/**
 * Where it is written rather than in the state folder: a browser out of a snap or flatpak (Ubuntu's own Firefox is one) reads no
 * folder whose name begins with a dot. The file is its owner's alone wherever it lies.
 */
function openingPaths(home: string): string[] {
  const isHidden = home.split(sep).some((name) => name.startsWith('.') && name.length > 2);
  const own = isHidden ? userHome() : null;
  return own === null ? [] : [join(own, FILE)];
}

/** The file: a form that sends itself, or waits for its button where scripts are off. */
function openingPage(address: string, key: string, texts: Texts): string {
  return `<!doctype html>
<html lang="${escapeHtml(texts('agent:prompt.language'))}"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<title>${escapeHtml(texts('agent:window.opening'))}</title></head>
<body><form method="post" action="${escapeHtml(address)}enter">
<input type="hidden" name="key" value="${escapeHtml(key)}">
<button>${escapeHtml(texts('agent:window.open'))}</button>
</form><script>document.forms[0].submit();</script></body></html>
`;
}
