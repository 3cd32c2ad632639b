import { describe, expect, it } from 'vitest';
import { readme, startFiles } from '../../../scripts/package/start-files.ts';
import { PACKAGE_SYSTEMS, START_FILES } from '../../../src/link/packages.ts';

const CONFIG = { version: 1, server: 'https://bot.example.org/unbind/', hubKey: '' } as const;
const textOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('utf8');

describe('the files a person starts', () => {
  it.each(PACKAGE_SYSTEMS)('are programs, and the one that is named is there: %s', (system) => {
    const files = startFiles(system);
    expect(files.map(({ path }) => path)).toContain(START_FILES[system]);
    expect(files.every(({ isProgram }) => isProgram)).toBe(true);
  });

  it('end their lines as the system does', () => {
    expect(textOf(startFiles('win-x64')[0]?.bytes).replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    for (const system of ['linux-x64', 'mac-arm64', 'mac-x64'] as const) {
      for (const { bytes } of startFiles(system)) expect(textOf(bytes)).not.toContain('\r');
    }
  });

  it('on Windows say what they say literally, and first of all in letters that every console has', () => {
    const lines = textOf(startFiles('win-x64')[0]?.bytes).split('\r\n');
    const said = lines.filter((line) => line.startsWith('echo '));
    expect(said.length).toBeGreaterThan(4);
    // A caret keeps the next character from meaning anything; a percent sign is doubled.
    for (const line of said) expect(line.replace(/\^[&|<>^()]|%%/g, '')).not.toMatch(/[&|<>^()%]/);
    const packed = lines.slice(lines.indexOf(':packed'));
    expect(packed.find((line) => line.startsWith('echo '))).toMatch(/^[\x20-\x7e]+$/);
    expect(packed).toContain('pause');
  });

  it('on Windows name the files with room for any folder, and look for them before they start one', () => {
    const lines = textOf(startFiles('win-x64')[0]?.bytes).split('\r\n');
    for (const line of lines.filter((one) => /node\.exe|\.mjs/.test(one))) {
      expect(line.replace(/"[^"]*"/g, '')).not.toMatch(/node\.exe|\.mjs/);
    }
    const looks = lines.findIndex((line) => line.startsWith('if not exist'));
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(lines.findIndex((line) => line.startsWith('"%app%')));
  });

  it('on Windows end as the program has ended that was given words', () => {
    const lines = textOf(startFiles('win-x64')[0]?.bytes).split('\r\n');
    const called = lines.findIndex((line) => line.endsWith(' %*'));
    expect(lines[called + 1]).toBe('exit /b %errorlevel%');
  });

  it('on macOS take the mark of the internet from node alone', () => {
    const text = textOf(startFiles('mac-arm64')[0]?.bytes);
    expect(text).toContain('/usr/bin/xattr -d com.apple.quarantine "$app/node"');
    expect(textOf(startFiles('linux-x64')[0]?.bytes)).not.toContain('xattr');
  });
});

describe('the file to read', () => {
  it.each(PACKAGE_SYSTEMS)(
    'tells in both languages what to do, where from and how to get rid of it: %s',
    (system) => {
      const { path, bytes, isProgram } = readme(system, '1.2.3', CONFIG);
      const text = textOf(bytes);
      expect([path, isProgram]).toEqual(['README.txt', false]);
      expect(text).toContain('https://bot.example.org/unbind/agent');
      for (const word of [
        '1.2.3',
        START_FILES[system],
        '/pair',
        'Nothing is installed',
        'Ничего не устанавливается',
      ])
        expect(text).toContain(word);
      for (const line of text.split(/\r?\n/)) expect(line.length).toBeLessThanOrEqual(77);
      expect(text.startsWith('\uFEFF')).toBe(system === 'win-x64');
    },
  );
});
