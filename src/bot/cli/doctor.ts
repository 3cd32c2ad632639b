/** `unbind-bot doctor`: what is in the way, and the cure for each, beside a running bot or without one. */
import { type AddCommand, EXIT } from './cli.ts';
import { bundleOf, writeBundle } from './doctor/bundle.ts';
import { examine } from './doctor/examine.ts';

const SIGNS = { ok: '✓', warning: '!', failed: '✗' } as const;

export const addDoctor: AddCommand = (program, { env, launch, t, print, complain }) => {
  program
    .command('doctor')
    .description(t('operator:doctor.cli.about'))
    .option('--json', t('operator:doctor.cli.json'))
    .option('--bundle <file>', t('operator:doctor.cli.bundle'))
    .action(async ({ json, bundle }: { json?: true; bundle?: string }) => {
      const checks = await examine(env, process.cwd(), launch, Date.now);
      if (json) print(JSON.stringify(checks.map((one) => ({ ...one, sentence: one.sentence(t) }))));
      else for (const one of checks) print(`${SIGNS[one.result]} ${one.sentence(t)}`);
      process.exitCode = checks.some(({ result }) => result === 'failed') ? EXIT.failed : EXIT.done;
      if (bundle === undefined) return;
      const written = await writeBundle(bundle, await bundleOf(env, checks, t, Date.now()));
      if (written.ok) complain(t('operator:doctor.cli.written', { file: bundle }));
      else {
        complain(t('operator:doctor.cli.notWritten', { file: bundle, detail: written.failure }));
        process.exitCode = EXIT.failed;
      }
    });
};
