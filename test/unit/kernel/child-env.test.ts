import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { childEnv } from '../../../src/kernel/child-env.ts';

const ROOT = new URL('../../../', import.meta.url);

describe('the environment of child processes', () => {
  it('holds what the system needs and nothing of the program’s own', () => {
    const env = {
      BOT_TOKEN: '1:secret',
      WEBHOOK_SECRET: 'x',
      NODE_OPTIONS: '--inspect',
      HTTPS_PROXY: 'http://u:p@h',
    };
    expect(childEnv({ ...env, PATH: '/bin', TMPDIR: '/tmp', SystemRoot: 'C:\\Windows' })).toEqual({
      TMPDIR: '/tmp',
      SystemRoot: 'C:\\Windows',
    });
  });

  it('is named wherever a program starts a process or a thread', () => {
    const starts = /\b(?:fork|spawn|spawnSync|exec|execSync|execFile|execFileSync)\(|\bnew Worker\(/;
    const files = readdirSync(new URL('src', ROOT), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('sandbox'))
      .map((file) => ({ file, text: readFileSync(new URL(`src/${file}`, ROOT), 'utf8') }))
      .filter(({ text }) => /node:(?:child_process|worker_threads)/.test(text) && starts.test(text));
    expect(files.length).toBeGreaterThan(0);
    // What a program needs beside it is named word by word.
    const named = /env: (?:childEnv\(\)|\{ \.\.\.childEnv\(\), (?:[A-Z]|\.\.\.ofDesktop\(\)))/;
    expect(files.filter(({ text }) => !named.test(text)).map(({ file }) => file)).toEqual([]);
  });

  it('is handed on whole by nothing else either: not by the sandbox, a test, a bench or a script', () => {
    // The test that shows that a caller's settings stop there has to let them in.
    const poisoned = 'test/e2e/environment.test.ts';
    const files = ['src', 'test', 'bench', 'scripts'].flatMap((folder) =>
      readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.m?ts$/.test(file))
        .map((file) => join(folder, file)),
    );
    const handsOn = (file: string) =>
      /\.\.\.process\.env\b|env: process\.env\b/.test(readFileSync(new URL(file, ROOT), 'utf8'));
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter(handsOn)).toEqual([poisoned]);
  });
});
