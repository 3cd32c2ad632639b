/** `npm run release:check`: what has to hold before a release, a line each; exit code 1 where something does not. Writes the SBOM into dist/. */
import { join } from 'node:path';
import { ROOT } from './bundles.ts';
import { releaseChecks } from './release/checks.ts';

/** Faults of a check that are told; more would hide the other checks. */
const MOST = 10;

for await (const { check, faults, cure } of releaseChecks(join(ROOT, 'dist/unbind-bot.cdx.json'))) {
  if (faults.length === 0) {
    console.log(`ok      ${check}`);
    continue;
  }
  process.exitCode = 1;
  const rest = faults.length > MOST ? [`and ${faults.length - MOST} more`] : [];
  console.log(`failed  ${check}: ${[...faults.slice(0, MOST), ...rest].join('; ')}. Cure: ${cure}`);
}
