/** `unbind-bot` from its source; the bundle has a launcher of its own (launcher.ts). */
import { sayVersionIfAsked } from '../kernel/version-asked.ts';
import { BOT_VERSION } from './version.ts';

const words = process.argv.slice(2);
if (!sayVersionIfAsked(words, BOT_VERSION)) {
  const { main } = await import('./program.ts');
  await main(words, null);
}
