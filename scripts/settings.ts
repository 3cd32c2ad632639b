/**
 * Writes what people read of the settings (src/bot/settings/registry.ts): .env.example, docs/settings.md and
 * docs/settings.ru.md. Run: npx tsx scripts/settings.ts; with --check it only says whether they are as they should be.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { envExample, settingsPage } from '../src/bot/settings/page.ts';
import { textsFor } from '../src/kernel/all-texts.ts';

const FILES = {
  '.env.example': envExample(textsFor('en')),
  'docs/settings.md': settingsPage(textsFor('en')),
  'docs/settings.ru.md': settingsPage(textsFor('ru')),
};
const isCheck = process.argv.includes('--check');
for (const [file, text] of Object.entries(FILES)) {
  if (!isCheck) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${file} is not what the settings say: npx tsx scripts/settings.ts`);
    process.exitCode = 1;
  }
}
if (isCheck && !process.exitCode) console.log(`settings: ${Object.keys(FILES).join(', ')} are right`);
