import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const fuzz = (...options: string[]) =>
  run(process.execPath, ['--expose-gc', '--import', 'tsx', 'bench/fuzz.ts', ...options]);
const FUZZED = ['SADP', 'ISAPI', 'challenges', 'texts', 'link'];

describe('hostile input made from a seed', () => {
  it('makes none of the five parsers throw, slow or fat', async () => {
    // The limits of the bench are for figures; here only what grows without end would reach them.
    const { stdout } = await fuzz('--count=100', '--slowest=10000');
    for (const parser of FUZZED)
      expect(stdout.match(new RegExp(`^${parser}, .* inputs,`, 'gm'))).toHaveLength(3);
  }, 120_000);

  it('is a failure beyond a limit, of time as of memory', async () => {
    const limits = ['--count=20', '--slowest=0', '--growth=-1000000'];
    const failed = await fuzz(...limits).catch((error: { code: number; stderr: string }) => error);
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/ ms for \d+ bytes/) });
    expect(failed).toMatchObject({ stderr: expect.stringMatching(/the heap grew by/) });
  }, 120_000);
});
