import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LANGUAGES, type Language } from '../../../locales/language.ts';
import { checkData } from '../../../src/bot/data-command.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { temporaryFolder } from '../../support/store.ts';

const NOW = Date.UTC(2026, 10, 29);
const OF_BEFORE = `{
  "like": "ru",
  "firmware": [
    {
      "model": "DS-7608NI-E2",
      "lines": ["3.x"],
      "updateTo4x": "none",
      "source": "distributor, by e-mail",
      "checkedAt": "2026-11-01"
    }
  ]
}`;

async function looked(language: Language, path: string) {
  const lines: string[] = [];
  const right = await checkData(
    [{ path }],
    { texts: textsFor(language), print: (line) => lines.push(line) },
    NOW,
  );
  return { right, lines };
}

describe.each(LANGUAGES)('data check in %s', (language) => {
  it('says of each file what is wrong, by file, line and field, in words', async (t) => {
    const folder = await temporaryFolder();
    t.onTestFinished(() => folder.remove());
    const [good, broken] = [join(folder.path, 'good.json'), join(folder.path, 'broken.json')];
    await writeFile(good, OF_BEFORE);
    await writeFile(broken, OF_BEFORE.replace('"none"', '"maybe"').replace('2026-11-01', '2027-01-01'));
    expect(await looked(language, good)).toMatchObject({
      right: true,
      lines: [expect.stringContaining(good)],
    });
    const { right, lines } = await looked(language, broken);
    expect([right, lines.length]).toEqual([false, 1]);
    expect(lines[0]).toContain(`${broken}:7 firmware.0.updateTo4x: `);
    expect(lines[0]).toContain('exists, none');
    expect(lines.join()).not.toMatch(/invalid|bot:|\{\{/);
    expect(await looked(language, join(folder.path, 'nowhere.json'))).toMatchObject({ right: false });
  });
});
