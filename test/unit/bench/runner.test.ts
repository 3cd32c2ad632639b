import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { plain } from '../../../bench/bench.ts';
import { BENCHES } from '../../../bench/run/list.ts';
import { runBench } from '../../../bench/run/one.ts';

const FOLDER = new URL('../../../bench/', import.meta.url);
const programs = readdirSync(FOLDER).filter((name) => name.endsWith('.ts') && name !== 'bench.ts');
/** A bench that does what the script says, without the time a real one takes. */
async function run(script: string, minutes?: number) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-runner-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'press.mjs');
  await writeFile(path, script);
  return runBench(path, folder, { about: 'a press', ...(minutes === undefined ? {} : { minutes }) });
}

describe('the list of benches', () => {
  it('is the folder: none is forgotten, none is gone', () => {
    expect(BENCHES.map(({ name }) => `${name}.ts`).sort()).toEqual(programs.sort());
  });

  it('has programs whose last word are figures', () => {
    const silent = programs.filter((name) => !/\breport\(/.test(readFileSync(new URL(name, FOLDER), 'utf8')));
    expect(silent).toEqual([]);
  });
});

describe('a bench in its process', () => {
  const figure = plain('press', 'ms', 12);

  it('tells its figures as its last line, whatever else it prints', async () => {
    const told = JSON.stringify({ figures: [figure], notes: ['a note'] });
    const result = await run(`console.log('{"figures":1}'); console.log(${JSON.stringify(told)})`);
    expect(result).toMatchObject({ outcome: 'measured', figures: [figure], notes: ['a note'], why: null });
  });

  it('that cannot run here says why', async () => {
    const result = await run(`console.log(JSON.stringify({ skipped: 'needs root' }))`);
    expect(result).toMatchObject({ outcome: 'skipped', why: 'needs root' });
  });

  it('has failed where it throws, and what it said is shown', async () => {
    const result = await run(`throw new Error('the store is gone')`);
    expect(result.outcome).toBe('failed');
    expect(result.why).toContain('the store is gone');
  });

  it('has failed where it tells nothing, or figures nobody can read', async () => {
    const result = await run(`console.log('{"figures":[{"name":"press"}],"notes":[]}')`);
    expect(result).toMatchObject({ outcome: 'failed', why: 'it has told no figures as its last line' });
  });

  it('is ended with all it has started when its minutes are over', async () => {
    // Both hold the pipe that is read to its end.
    const result = await run(
      `import { spawn } from 'node:child_process';
       spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
       setInterval(() => {}, 1000);`,
      0.005,
    );
    expect(result).toMatchObject({ outcome: 'failed', why: 'ended after 0.005 minutes' });
  });

  it('leaves nothing behind when it has told its figures', async () => {
    const told = JSON.stringify({ figures: [figure], notes: [] });
    const result = await run(
      `import { spawn } from 'node:child_process';
       spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }).unref();
       console.log(${JSON.stringify(told)});`,
    );
    expect(result.outcome).toBe('measured');
  });
});
