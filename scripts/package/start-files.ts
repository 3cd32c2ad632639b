/** What a person finds at the top of a package: the file that starts the program, and one to read. Both speak all languages. */
import { LANGUAGES } from '../../locales/language.ts';
import { textsFor } from '../../src/kernel/all-texts.ts';
import type { PlainKey } from '../../src/kernel/texts.ts';
import { type PackageConfig, type PackageSystem, START_FILES } from '../../src/link/packages.ts';
import type { PackagedFile } from './zip.ts';

type StartFileKey = Extract<PlainKey, `packages:startFile.${string}`>;

/** Width of the lines to read, characters: what a terminal shows without breaking words. */
const WIDTH = 76;

/** Where the agent keeps its state on a system, as people write it. The places are those of src/lan-agent/home.ts. */
const STATE: Readonly<Record<'windows' | 'mac' | 'linux', string>> = {
  windows: '%LOCALAPPDATA%\\unbind-agent',
  mac: '~/Library/Application Support/unbind-agent',
  linux: '~/.local/state/unbind-agent',
};

/** The files that start the program on this system. */
export function startFiles(system: PackageSystem): PackagedFile[] {
  const file = (path: string, text: string): PackagedFile => ({
    path,
    bytes: Buffer.from(text),
    isProgram: true,
  });
  const path = START_FILES[system];
  switch (familyOf(system)) {
    case 'windows':
      return [file(path, withWindowsLineEnds(WINDOWS))];
    case 'mac':
      return [file(path, shellScript(MAC_CARE))];
    case 'linux':
      return [file(path, shellScript('')), file('Unbind.desktop', DESKTOP)];
  }
}

/** What to do, in all languages one after another. */
export function readme(system: PackageSystem, version: string, { server }: PackageConfig): PackagedFile {
  const family = familyOf(system);
  const file = START_FILES[system];
  const command = family === 'windows' ? `${file} --help` : `./${file} --help`;
  const text = LANGUAGES.map((language) => {
    const t = textsFor(language);
    return [
      t('packages:readme.title', { version, system: t(`packages:system.${system}`) }),
      t(`packages:readme.${family}`, { file }),
      t('packages:readme.address', { address: `${server.replace(/\/+$/, '')}/agent` }),
      t('packages:readme.words', { command }),
      t('packages:readme.remove', { state: STATE[family] }),
      t('packages:readme.licences'),
    ].join('\n\n');
  }).join(`\n\n${'-'.repeat(WIDTH)}\n\n`);
  const lines = `${text.split('\n').flatMap(folded).join('\n')}\n`;
  // Editors of Windows know the letters by the mark before them.
  const bytes = Buffer.from(family === 'windows' ? `\uFEFF${withWindowsLineEnds(lines)}` : lines);
  return { path: 'README.txt', bytes, isProgram: false };
}

function familyOf(system: PackageSystem): 'windows' | 'mac' | 'linux' {
  if (system === 'win-x64') return 'windows';
  return system === 'linux-x64' ? 'linux' : 'mac';
}

function said(key: StartFileKey): string[] {
  return LANGUAGES.flatMap((language) => folded(textsFor(language)(key)));
}

/** A line in lines of `WIDTH` at most, broken between words. */
function folded(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines.push(`${lines.pop()} ${word}`);
    else lines.push(word);
  }
  return lines;
}

/**
 * Without words the program gets a console of its own, minimised: it can be seen and closed, and is in nobody's way. Whether it runs
 * at all is tried before, in the window that is open, where its complaint stays. A zip that was not extracted shows itself by
 * the program that is not there: Explorer extracts the one file that was double-clicked.
 */
const WINDOWS = `@echo off
setlocal
set "app=%~dp0app"
if not exist "%app%\\node.exe" goto packed
if not exist "%app%\\unbind-agent.mjs" goto packed
if not "%~1"=="" goto words
"%app%\\node.exe" "%app%\\unbind-agent.mjs" --version >nul
if errorlevel 1 goto broken
start "Unbind" /min "%app%\\node.exe" "%app%\\unbind-agent.mjs"
exit /b 0

:words
"%app%\\node.exe" "%app%\\unbind-agent.mjs" %*
exit /b %errorlevel%

:packed
chcp 65001 >nul
${echoed('packages:startFile.packed')}
pause
exit /b 1

:broken
chcp 65001 >nul
${echoed('packages:startFile.broken')}
pause
exit /b 1
`;

function echoed(key: StartFileKey): string {
  return said(key)
    .map((line) => `echo ${line.replaceAll('%', '%%').replace(/[&|<>^()]/g, '^$&')}`)
    .join('\n');
}

/** macOS marks what comes from the internet. It has asked about this file already, and would ask about node beside it once more. */
const MAC_CARE = `
/usr/bin/xattr -d com.apple.quarantine "$app/node" 2>/dev/null`;

/** Nothing but the shell itself is needed, and no PATH. A tool that unpacks may have lost the mark of a program. */
function shellScript(care: string): string {
  return `#!/bin/sh
case $0 in
  */*) app=\${0%/*}/app ;;
  *) app=./app ;;
esac
if [ ! -f "$app/node" ] || [ ! -f "$app/unbind-agent.mjs" ]; then
${printed('packages:startFile.incomplete')}
  exit 1
fi
[ -x "$app/node" ] || chmod u+x "$app/node"${care}
[ $# -gt 0 ] || "$app/node" "$app/unbind-agent.mjs" --version >/dev/null || {
${printed('packages:startFile.broken')}
  exit 1
}
exec "$app/node" "$app/unbind-agent.mjs" "$@"
`;
}

function printed(key: StartFileKey): string {
  return said(key)
    .map((line) => `  printf '%s\\n' '${line.replaceAll("'", "'\\''")}' >&2`)
    .join('\n');
}

/** Desktops hand the path of this very file to the command. */
const DESKTOP = [
  '[Desktop Entry]',
  'Type=Application',
  'Name=Unbind',
  ...LANGUAGES.map((language) => {
    const comment = textsFor(language)('packages:startFile.comment');
    return language === 'en' ? `Comment=${comment}` : `Comment[${language}]=${comment}`;
  }),
  // A value of this file doubles each backslash, and a percent sign.
  `Exec=sh -c "exec \\\\"\\\\\${1%%/*}/unbind.sh\\\\"" unbind %k`,
  'Terminal=false',
  '',
].join('\n');

function withWindowsLineEnds(text: string): string {
  return text.replaceAll('\n', '\r\n');
}
