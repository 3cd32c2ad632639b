import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJournal } from '../../../src/lan-agent/journal.ts';
import { smallDisk } from './agent.ts';

const PAGE = 4096;

describe('a journal on a disk that is nearly full', () => {
  it('does not take a line for written that the disk has cut, whatever its letters', async (t) => {
    const disk = await smallDisk(t, PAGE);
    const path = join(disk, 'journal.jsonl');
    const entry = {
      event: 'intent',
      attempt: '01',
      origin: 'bot',
      shortSerial: 'AC7000101',
      technician: 'Иванов-Петровский Константин Александрович',
    } as const;
    const journal = openJournal(disk);
    await journal.write(entry);
    const line = await readFile(path);
    // Room for as many bytes as the line has characters.
    await writeFile(path, `${'x'.repeat(PAGE - line.toString().length - 1)}\n`);
    expect(await journal.write(entry)).toEqual({
      ok: false,
      failure: { reason: 'unwritable', code: 'ENOSPC' },
    });
  });
});
