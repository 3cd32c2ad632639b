import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { HUB_ERRORS } from '../../src/link/messages.ts';

const inRepo = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const page = readFileSync(inRepo('docs/security.md'), 'utf8');
const section = (title: string) => page.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '';

describe('docs/security.md', () => {
  const threats = section('Threats')
    .split('\n- ')
    .slice(1)
    .map((text) => ({
      name: /\*\*(.+?)\.\*\*/.exec(text)?.[1] ?? text,
      proof: text.split('\n  _')[1] ?? '',
    }));

  it('has a proof for every threat', () => {
    expect(threats.length).toBeGreaterThan(25);
    expect(threats.filter(({ proof }) => !/`[\w/-]+` “/.test(proof))).toEqual([]);
  });

  it.each(threats)('names tests that exist: $name', ({ proof }) => {
    const parts = [...proof.matchAll(/`([\w/-]+)` ((?:“[^”]+”(?:, )?)+)/g)];
    expect(parts.length).toBeGreaterThan(0);
    for (const [, file, titles = ''] of parts) {
      const path = inRepo(`test/${file}.test.ts`);
      expect(existsSync(path), path).toBe(true);
      const source = readFileSync(path, 'utf8');
      for (const [, title = ''] of titles.matchAll(/“([^”]+)”/g)) expect(source, path).toContain(title);
    }
  });

  it('names every refusal of the hub that has to do with who asks', () => {
    const table = section('Every request signed');
    const words = Object.entries(HUB_ERRORS).filter(([, status]) => [401, 403, 409, 410].includes(status));
    for (const [word, status] of words) expect(table, word).toContain(`${status} \`${word}\``);
  });
});
