import type { InspectReport } from '../inspect/contract.ts';
import { reportOf } from '../inspect/report.ts';
import type { PromptKind } from '../prompt/kinds.ts';
import { complainAboutInterfaces } from './arguments.ts';
import { askPassword } from './ask-password.ts';
import { type CliContext, crashText } from './context.ts';
import { EXIT, type ExitCode, exitOfInspect } from './exit.ts';
import { describeInspection } from './inspect-text.ts';
import { readAnswer, readCheckedPassword } from './password-stdin.ts';
import { createTeller, type Teller } from './teller.ts';

export interface InspectArguments {
  readonly json: boolean;
  readonly passwordStdin: boolean;
  /** The password that the device refused last may be sent again. */
  readonly samePassword: boolean;
  readonly prompt?: PromptKind;
  readonly afterLock: boolean;
  readonly interface?: readonly string[];
}

/** `inspect`: what a device says of itself and of its cloud state, read with the admin password; one attempt. */
export async function inspectCommand(
  context: CliContext,
  shortSerial: string,
  args: InspectArguments,
): Promise<ExitCode> {
  const complaint = complainAboutInterfaces(context, args.interface ?? []);
  if (complaint) {
    context.say(complaint);
    return EXIT.usage;
  }
  const teller = createTeller(context);
  const report = await inspect(context, shortSerial, args, teller);
  await context.print(
    args.json ? JSON.stringify(report) : describeInspection(report, context.texts, teller.isHindered()),
  );
  return exitOfInspect(report);
}

async function inspect(
  context: CliContext,
  shortSerial: string,
  args: InspectArguments,
  { onNote }: Teller,
): Promise<InspectReport> {
  const { texts, engine, signal, say } = context;
  const password = args.passwordStdin ? await readCheckedPassword(context.input, signal) : null;
  if (password && !password.ok)
    return reportOf(shortSerial, { outcome: 'refused', reason: password.failure });
  let mayBeSent = false;
  try {
    return await engine.performInspect({
      shortSerial,
      interfaces: args.interface ?? [],
      afterLock: args.afterLock,
      signal,
      prompt: async (plan, over, wasRefused) =>
        password
          ? readAnswer(password.value, args.samePassword, wasRefused)
          : askPassword(context, args.prompt, plan, over, wasRefused),
      onStage: (stage) => {
        mayBeSent ||= stage === 'reading';
        if (!args.json) say(texts(`agent:stage.${stage}`, { shortSerial }));
      },
      onNote,
    });
  } catch (error) {
    say(crashText(error, texts));
    return reportOf(shortSerial, { outcome: mayBeSent ? 'unknown' : 'refused', reason: 'internal' });
  } finally {
    if (password) password.value.fill(0);
  }
}
