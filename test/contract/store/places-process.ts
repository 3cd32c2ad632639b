/** Opens the stores its arguments name and prints a line for each: why it was not opened, or `none`. */
import { openStore } from '../../../src/store/open.ts';

for (const place of process.argv.slice(2)) {
  const opened = await openStore(`lmdb:${place}`);
  const failure = opened.ok ? null : opened.failure;
  process.stdout.write(`${failure && 'problem' in failure ? failure.problem : 'none'}\n`);
  if (opened.ok) await opened.value.close();
}
