import { describeUnbind } from '../notes.ts';
import type { PromptKind } from '../prompt/kinds.ts';
import type { Report, UnbindReason } from '../unbind/contract.ts';
import { complainAboutInterfaces, spelled } from './arguments.ts';
import { askPassword } from './ask-password.ts';
import { type CliContext, crashText } from './context.ts';
import { EXIT, type ExitCode, exitOf } from './exit.ts';
import { readAnswer, readCheckedPassword } from './password-stdin.ts';
import { createTeller, type Teller } from './teller.ts';

export interface UnbindArguments {
  readonly json: boolean;
  readonly confirm: string;
  readonly passwordStdin: boolean;
  /** The password that the device refused last may be sent again. */
  readonly samePassword: boolean;
  readonly afterLock: boolean;
  readonly interface?: readonly string[];
  readonly directCable: boolean;
  /** Where the password is asked for; the terminal by default, and never a page nobody asked for. */
  readonly prompt?: PromptKind;
}

/**
 * A run without a person typing ends within 55 s of the process's start, the start of the program that starts it
 * included.
 */
const UNATTENDED_DEADLINE_MS = 51_000;
const STAGES_SHOWN = ['discovering', 'status', 'exchange', 'sent', 'verifying'] as const;

/** `unbind`: one device, one attempt. `--confirm` stands for the picture code and the bot's permit. */
export async function unbindCommand(
  context: CliContext,
  shortSerial: string,
  args: UnbindArguments,
): Promise<ExitCode> {
  const complaint = complainAboutInterfaces(context, args.interface ?? []);
  if (complaint) {
    context.say(complaint);
    return EXIT.usage;
  }
  const verify = verifySeconds(context.env);
  if (verify === null) {
    context.say(context.texts('agent:cli.usage.verifySeconds'));
    return EXIT.usage;
  }
  const teller = createTeller(context);
  const report = await unbindOnce(context, shortSerial, args, verify, teller);
  await context.print(
    args.json ? JSON.stringify(report) : describeUnbind(report, context.texts, teller.isHindered()),
  );
  return exitOf(report);
}

/** One unbind as the command line asks for it; failures of this program are part of the report. */
export async function unbindOnce(
  context: CliContext,
  shortSerial: string,
  args: UnbindArguments,
  verify: number | undefined,
  { onNote }: Teller,
): Promise<Report> {
  if (spelled(args.confirm) !== shortSerial) return refused(shortSerial, 'confirm-mismatch');
  const password = args.passwordStdin ? await readCheckedPassword(context.input, context.signal) : null;
  if (password && !password.ok) return refused(shortSerial, password.failure);
  // From the key exchange on, only the journal knows whether the datagram has left.
  let mayBeSent = false;
  try {
    return await context.engine.performUnbind({
      shortSerial,
      interfaces: args.interface ?? [],
      origin: 'local',
      afterLock: args.afterLock,
      directCable: args.directCable,
      signal: context.signal,
      prompt: async (plan, signal, wasRefused) =>
        password
          ? readAnswer(password.value, args.samePassword, wasRefused)
          : askPassword(context, args.prompt, plan, signal, wasRefused),
      onStage: (stage) => {
        mayBeSent ||= stage === 'exchange';
        const shown = STAGES_SHOWN.find((one) => one === stage);
        if (!args.json && shown) context.say(context.texts(`agent:stage.${shown}`, { shortSerial }));
      },
      onNote,
      ...(verify !== undefined
        ? { verifyMs: verify * 1000 }
        : password
          ? { deadline: context.startedAt + UNATTENDED_DEADLINE_MS }
          : {}),
    });
  } catch (error) {
    context.say(crashText(error, context.texts));
    return { shortSerial, outcome: mayBeSent ? 'unknown' : 'refused', reason: 'internal', verified: false };
  } finally {
    if (password) password.value.fill(0);
  }
}

/** `UNBIND_AGENT_VERIFY_SECONDS`: undefined when not set, null when it is no number from 5 to 600. */
export function verifySeconds(env: NodeJS.ProcessEnv): number | undefined | null {
  const text = env.UNBIND_AGENT_VERIFY_SECONDS;
  if (!text) return undefined;
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return seconds >= 5 && seconds <= 600 ? seconds : null;
}

/** The report of an unbind that was not even begun. */
export function refused(shortSerial: string, reason: UnbindReason): Report {
  return { shortSerial, outcome: 'refused', reason, verified: false };
}
