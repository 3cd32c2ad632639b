/** `unbind-bot` from its source; the bundle has a launcher of its own (launcher.ts). */
import { main } from './program.ts';

await main(process.argv.slice(2), null);
