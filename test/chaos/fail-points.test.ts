/** What is released has no fail points, whatever its environment says; what tests start has every one of them. */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { FAIL_POINTS, FAIL_POINTS_FOLDER } from '../../src/kernel/fail-points.ts';
import { agentInTestNetwork, botWithFailPoints, releasedAgent, releasedBot } from '../support/programs.ts';

const WORDS = [FAIL_POINTS_FOLDER, 'FAIL_POINT:', 'hits.jsonl', ...FAIL_POINTS];

/** Everything that lies where a program does, as one text. */
async function textOf(program: string): Promise<string> {
  const names = await readdir(dirname(program), { recursive: true });
  const programs = names.filter((name) => /\.[cm]js$/.test(name));
  expect(programs.length).toBeGreaterThan(1);
  const texts = await Promise.all(programs.map((name) => readFile(join(dirname(program), name), 'utf8')));
  return texts.join('\n');
}

it('is in no file of what is released', async () => {
  for (const program of [await releasedBot(), await releasedAgent()]) {
    const text = await textOf(program);
    expect(WORDS.filter((word) => text.includes(word))).toEqual([]);
  }
});

it('is in the programs that tests let die, each point in one of them at least', async () => {
  const text = (await textOf(await botWithFailPoints())) + (await textOf(await agentInTestNetwork()));
  expect(WORDS.filter((word) => !text.includes(word))).toEqual([]);
});
