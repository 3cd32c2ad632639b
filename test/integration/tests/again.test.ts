import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** What a file says that passes when its folder holds the mark of an earlier try, which each leaves. */
const SECOND_TIME = `
import { existsSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
const again = existsSync('mark');
writeFileSync('mark', '');
it('comes before', () => undefined);
it('passes the second time', () => expect(again).toBe(true));
`;
const NEVER = `
import { expect, it } from 'vitest';
it('never passes', () => expect(1).toBe(2));
`;
const ALWAYS = `
import { it } from 'vitest';
it('always passes', () => undefined);
`;

describe('the script of npm test', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'unbind-again-'));
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'good.test.ts'), ALWAYS);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function tests(files: Record<string, string>, ci: string, ...words: string[]) {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const { VITEST, ...rest } = process.env;
    const script = [resolve('node_modules/tsx/dist/cli.mjs'), resolve('scripts/tests.ts'), ...words];
    const { status, stdout } = spawnSync(process.execPath, script, {
      cwd: folder,
      env: { ...rest, CI: ci, NO_COLOR: '1' },
      encoding: 'utf8',
    });
    return { status, said: stdout };
  }

  it('in CI runs a file once more of which something has failed, and names it', () => {
    const { status, said } = tests({ 'shaky.test.ts': SECOND_TIME }, 'true');
    expect(status).toBe(0);
    expect(said).toMatch(/Once more, from the beginning: shaky\.test\.ts\n/);
    // The whole of it, and nothing else.
    expect(said).toMatch(/Test Files {2}1 passed \(1\)\n {6}Tests {2}2 passed \(2\)/);
    expect(said).toMatch(/Passed at the second try only, which is a fault to be mended: shaky\.test\.ts\n/);
  });

  it('fails in CI where that fails again, or more than a few files have', () => {
    const twice = tests({ 'bad.test.ts': NEVER }, 'true');
    expect(twice.status).toBe(1);
    expect(twice.said).toMatch(/Once more/);
    const many = Object.fromEntries([1, 2, 3, 4].map((at) => [`bad${at}.test.ts`, NEVER]));
    const broken = tests(many, 'true');
    expect(broken.status).toBe(1);
    expect(broken.said).not.toMatch(/Once more/);
  });

  it('runs nothing again where somebody works on it, and takes the words of vitest', () => {
    const { status, said } = tests({ 'shaky.test.ts': SECOND_TIME }, '');
    expect(status).toBe(1);
    expect(said).not.toMatch(/Once more/);
    expect(tests({ 'bad.test.ts': NEVER }, '', 'good').status).toBe(0);
  });
});
