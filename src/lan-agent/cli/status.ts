import type { CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';

/** `status`: exit 0 when the device answered the question, whatever it said. */
export async function statusCommand(
  context: CliContext,
  shortSerial: string,
  args: { readonly json: boolean },
): Promise<ExitCode> {
  const { texts, engine, signal } = context;
  const { device, ...report } = await engine.readStatus({ shortSerial, signal });
  const conflict = device && 'conflict' in device;
  if (args.json) {
    await context.print(JSON.stringify(report));
  } else {
    const key = conflict ? 'conflict' : report.status;
    const { model, address, interface: through } = device ?? {};
    const where = address && texts('agent:discover.through', { address, interface: through ?? '' });
    const head = [shortSerial, model, where].filter(Boolean).join('  ');
    await context.print(`${head}\n${texts(`agent:status.${key}`, { word: report.word ?? '' })}`);
  }
  const silent = report.status === 'unanswered' || report.status === 'not-found';
  return silent || conflict ? EXIT.failed : EXIT.done;
}
