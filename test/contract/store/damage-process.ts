/**
 * Damages a store in many ways, one after the other, and uses what is left of it. Prints a line for each, so that the
 * last one tells what ended the process, and `done`. Arguments: a good store, a folder to work in, seed, rounds.
 */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { openStore } from '../../../src/store/open.ts';
import type { Store } from '../../../src/store/store.ts';
import { anyKind } from '../../support/store.ts';
import { damage, damaged } from './damage.ts';

const POST = anyKind('post');
const [good = '', place = '', seed = '0', rounds = '0'] = process.argv.slice(2);
const bytes = await readFile(join(good, 'data.mdb'));
const say = (line: string) => process.stdout.write(`${line}\n`);

async function use(store: Store): Promise<void> {
  for (const namespace of ['things', 'blobs']) {
    const values = store.values(anyKind(namespace));
    const keys = await values.keys();
    if (keys.ok) for (const key of keys.value) await values.get(key);
    for (let n = 0; n < 5; n++) await values.set(`new ${n}`, 'x'.repeat(n * 3_000));
    if (keys.ok) for (const key of keys.value.slice(0, 20)) await values.delete(key);
  }
  await store.mailboxes(POST).append('box', 'x', 1_000);
  await store.mailboxes(POST).read('box', null, 100);
  await store.claims.take('claim', 1_000, 'me');
}

for (const [n, what] of fc
  .sample(damage(bytes.length), { seed: Number(seed), numRuns: Number(rounds) })
  .entries()) {
  say(`${n} ${JSON.stringify(what)}`);
  await rm(place, { recursive: true, force: true });
  await cp(good, place, { recursive: true });
  await writeFile(join(place, 'data.mdb'), damaged(bytes, what));
  const opened = await openStore(`lmdb:${place}`);
  if (opened.ok) {
    await use(opened.value);
    await opened.value.close();
  }
  say(opened.ok ? 'opened' : `refused ${'problem' in opened.failure ? opened.failure.problem : ''}`);
}
say('done');
