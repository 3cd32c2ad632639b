import { describeStatus } from '../notes.ts';
import type { StatusReport } from '../unbind/contract.ts';
import { complainAboutInterfaces } from './arguments.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { createTeller } from './teller.ts';

export interface StatusArguments {
  readonly json: boolean;
  readonly interface?: readonly string[];
}

/** `status`: exit 0 when the device answered the question, whatever it said. */
export async function statusCommand(
  context: CliContext,
  shortSerial: string,
  args: StatusArguments,
): Promise<ExitCode> {
  const { texts, engine, signal } = context;
  const complaint = complainAboutInterfaces(context, args.interface ?? []);
  if (complaint) {
    context.say(complaint);
    return EXIT.usage;
  }
  const teller = createTeller(context);
  const status = await engine.readStatus({
    shortSerial,
    interfaces: args.interface ?? [],
    signal,
    onNote: teller.onNote,
  });
  const { device: _, ...report } = status;
  await context.print(
    args.json ? JSON.stringify(report) : describeStatus(status, texts, teller.isHindered()),
  );
  return statusExit(status);
}

/** The exit code of a status. */
export function statusExit({ status, reason }: StatusReport): ExitCode {
  const silent = status === 'unanswered' || status === 'not-found';
  return silent || reason ? EXIT.failed : EXIT.done;
}
