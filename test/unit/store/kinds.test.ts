import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { KINDS } from '../../../src/bot/kinds.ts';
import { kind, readAs, step } from '../../../src/store/kind.ts';
import { KINDS_ON_RECORD, type RecordedKinds, schemaOf } from '../../support/kinds.ts';

const SRC = fileURLToPath(new URL('../../../src', import.meta.url));

describe('kinds of stored records', () => {
  it('are all in the list that tests and the look over the whole store go by', async () => {
    const files = (await readdir(SRC, { recursive: true })).filter((name) =>
      /^(?!store.own-kinds).*\.ts$/.test(name),
    );
    const texts = await Promise.all(files.map((name) => readFile(join(SRC, name), 'utf8')));
    const declared = texts.flatMap((text) =>
      [...text.matchAll(/= kind\(\{\s*name: '([^']+)'/g)].map(([, name]) => name),
    );
    expect(declared.length).toBeGreaterThan(30);
    expect(KINDS.map(({ name }) => name).sort()).toEqual(declared.sort());
  });

  it('have names that no other one begins with: a mailbox is found by what its name begins with', () => {
    const names = KINDS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(names.filter((other) => other.startsWith(`${name}:`))).toEqual([]);
  });

  it('change their schema only with their version', async () => {
    const onRecord = JSON.parse(await readFile(KINDS_ON_RECORD, 'utf8')) as RecordedKinds;
    for (const one of KINDS) {
      const name = `${one.name}@${one.version}`;
      const hint = `${name}: raise the version and add a step, then run scripts/store-kinds.ts`;
      expect(onRecord[name], hint).toEqual(schemaOf(one));
    }
  });
});

const FISH = kind({
  name: 'fish',
  version: 3,
  schema: z.object({ name: z.string(), fins: z.number(), seas: z.record(z.string(), z.number()) }),
  steps: [
    step('counts the fins', z.object({ name: z.string() }), (old) => ({ ...old, fins: 2 })),
    step('names the seas', z.object({ name: z.string(), fins: z.number() }), (old) => ({ ...old, seas: {} })),
  ],
});

describe('a record', () => {
  it('of an older version goes through every step from there on', () => {
    const now = { name: 'pike', fins: 2, seas: {} };
    expect(readAs(FISH, { version: 1, value: { name: 'pike' } })).toEqual({ ok: true, value: now });
    expect(readAs(FISH, { version: 2, value: { name: 'pike', fins: 2 } })).toEqual({ ok: true, value: now });
    expect(readAs(FISH, { version: 3, value: now })).toEqual({ ok: true, value: now });
  });

  it('that cannot be read says why, and nothing of what is in it', () => {
    const misfit = (version: number, value: unknown) => {
      const read = readAs(FISH, { version, value });
      return read.ok ? null : read.failure;
    };
    expect(misfit(4, {})).toEqual({ why: 'newer', version: 4 });
    expect(misfit(1, { name: 7 })).toEqual({ why: 'no-step', version: 1, step: 'counts the fins' });
    expect(misfit(3, { name: 'pike', fins: 'hunter2', seas: {} })).toEqual({
      why: 'no-fit',
      version: 3,
      at: 'fins',
    });
    const secret = misfit(3, { name: 'pike', fins: 2, seas: { hunter2: 'no' } });
    expect(secret).toEqual({ why: 'no-fit', version: 3, at: 'seas.*' });
  });

  it('has a step for every version there was', () => {
    expect(() => kind({ name: 'x', version: 2, schema: z.string() })).toThrow('needs 1 steps');
  });
});
