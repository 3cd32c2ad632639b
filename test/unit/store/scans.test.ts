/** Nothing that somebody waits for lists a whole namespace (docs/decisions/0074): who does, does it for one of these reasons. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../../src', import.meta.url));

/** What lies there is what waits to be told or done: it is listed at a start, and gone once that is done. */
const WAITS = 'what waits';
/** There are as many as people, or devices on a list of theirs, and all of them are shown. */
const SHOWN = 'all are shown';
/** An operator's command, or an admin's. */
const COMMAND = 'a command';
/** Another primary of the store answers: what is under way, all of it, is taken for granted once. */
const NEW_TERM = 'a new primary';

const ALLOWED: Readonly<Record<string, string>> = {
  'audit/naming.ts': COMMAND,
  'bot/door/access.ts': SHOWN,
  'bot/door/limits.ts': SHOWN,
  'bot/house/alarms.ts': WAITS,
  'bot/house/announcements.ts': WAITS,
  'bot/house/notices.ts': WAITS,
  'bot/house/pile.ts': WAITS,
  'bot/jobs/hand-overs.ts': WAITS,
  'bot/jobs/under-way.ts': NEW_TERM,
  'bot/keep/erase.ts': COMMAND,
  'bot/keep/restore.ts': COMMAND,
  'bot/telegram/shelf.ts': WAITS,
  'hub/agents.ts': SHOWN,
};

it('lists a whole namespace only where nobody waits for it, or all of it is shown', async () => {
  const files = (await readdir(SRC, { recursive: true })).filter(
    (name) => name.endsWith('.ts') && /^(audit|bot|cases|groups|hub)\//.test(name),
  );
  const listing: string[] = [];
  for (const file of files) {
    // Of an iterator of a Map, next() or a spread is asked at once.
    const text = (await readFile(join(SRC, file), 'utf8')).replace(
      /\.\.\.[\w.#]+\.keys\(\)|= \w+\.keys\(\);|of \w+\.keys\(\)\)/g,
      (found) => (/await/.test(found) ? found : ''),
    );
    if (/\.keys\(\)/.test(text)) listing.push(file);
  }
  expect(listing.sort()).toEqual(Object.keys(ALLOWED).sort());
});
