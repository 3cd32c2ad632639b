import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const FOLDER = new URL('../../../docs/decisions/', import.meta.url);
const files = readdirSync(FOLDER).filter((file) => file !== 'README.md');
/** Kept free for work that may come to need no decision of its own. */
const FREE = ['0009', '0010', '0011', '0051'];

describe('a decision', () => {
  it.each(files)('%s has its number, a title, a date and a status', (file) => {
    const number = /^(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1];
    const text = readFileSync(new URL(file, FOLDER), 'utf8');
    expect(text).toMatch(
      new RegExp(String.raw`^# ${number}: \S.*\n\nDate: 20\d\d-\d\d-\d\d\. Status: (accepted|replaced)`),
    );
  });

  it('stands in the index, and no number is missing', () => {
    const index = readFileSync(new URL('README.md', FOLDER), 'utf8');
    for (const file of files) expect(index).toContain(`(${file})`);
    const numbers = [...new Set([...files.map((file) => file.slice(0, 4)), ...FREE])].sort();
    expect(numbers).toEqual(numbers.map((_, at) => String(at + 1).padStart(4, '0')));
  });
});
