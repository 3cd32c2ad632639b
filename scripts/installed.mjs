/** Before the tests: installs the packages where nobody has yet, and nothing again. Plain JavaScript: there is no tsx to run it then. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

// npm writes this file last: an install that was broken off has none.
if (!existsSync(new URL('../node_modules/.package-lock.json', import.meta.url))) {
  const { status } = spawnSync('npm ci --loglevel=error', { cwd: ROOT, stdio: 'inherit', shell: true });
  process.exitCode = status ?? 1;
}
