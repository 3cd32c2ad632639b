import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const fuzz = (...options: string[]) =>
  run(process.execPath, ['--expose-gc', '--import', 'tsx', 'bench/fuzz.ts', '--count', '100', ...options]);
const FUZZED = ['SADP', 'ISAPI', 'challenges', 'texts', 'link'];

describe('hostile input made from a seed', () => {
  it('makes none of the five parsers throw, slow or fat', async () => {
    // The limits of the bench are for figures; here only what grows without end would reach them.
    const { stdout } = await fuzz('--slowest', '2000');
    for (const parser of FUZZED) expect(stdout.match(new RegExp(`^${parser}, `, 'gm'))).toHaveLength(3);
  }, 120_000);

  it.each([
    ['time', '--slowest', '0', / ms for \d+ bytes/],
    ['memory', '--growth', '-1000000', /the heap grew by/],
  ])(
    'is a failure beyond its limit: %s',
    async (_, option, limit, said) => {
      const failed = await fuzz(`${option}=${limit}`).catch(
        (error: { code: number; stderr: string }) => error,
      );
      expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(said) });
    },
    120_000,
  );
});
