import { resolve } from 'node:path';
import type { Check } from '../doctor/check.ts';
import { examine } from '../doctor/examine.ts';
import { firewallCommands } from '../doctor/firewall.ts';
import { replaceFile } from '../home.ts';
import { supportBundle } from '../support/bundle.ts';
import { sendBundle } from '../support/send.ts';
import { sendFailureText } from '../support/words.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';

export interface DoctorArguments {
  readonly json: boolean;
  /** Where the file for support is to be written. */
  readonly bundle?: string;
  /** It goes to the chat of the bot this laptop is paired with, too. */
  readonly send: boolean;
}

/** `doctor`: exit 0 when everything needed is in order, 1 when a check failed, or a file that was asked for is not there. */
export async function doctorCommand(context: CliContext, args: DoctorArguments): Promise<ExitCode> {
  const { network } = context;
  const checks = await examine(context);
  const fine = checks.every(({ result }) => result !== 'failed');
  const firewall = firewallCommands(process.platform, network.port, process.execPath);
  await context.print(args.json ? asJson(fine, checks, firewall) : asText(context, fine, checks, firewall));
  const isHandedOn = args.bundle === undefined && !args.send ? true : await handOn(context, checks, args);
  return fine && isHandedOn ? EXIT.done : EXIT.failed;
}

/** Makes the file for support. False: it is not where it should be, which was said. */
async function handOn(
  context: CliContext,
  checks: readonly Check[],
  { bundle: path, send }: DoctorArguments,
): Promise<boolean> {
  const { home, texts, say, signal } = context;
  const { text } = await supportBundle({ ...context, checks });
  let isDone = true;
  if (path !== undefined) {
    const written = await replaceFile(resolve(path), text);
    if (written.ok) say(texts('agent:support.written', { path }));
    else say(texts('agent:support.unwritten', { path, code: written.failure.code }));
    isDone = written.ok;
  }
  if (!send) return isDone;
  const sent = await sendBundle(home, text, signal);
  say(sent.ok ? texts('agent:support.sent') : sendFailureText(sent.failure, texts));
  return isDone && sent.ok;
}

function asJson(ok: boolean, checks: readonly Check[], firewall: readonly string[]): string {
  const list = checks.map(({ check, result, detail, values, command }) => ({
    check,
    result,
    detail,
    ...values,
    ...(command === undefined ? {} : { command }),
  }));
  return JSON.stringify({ ok, checks: list, firewall }, null, 2);
}

function asText(
  { texts, network }: CliContext,
  fine: boolean,
  checks: readonly Check[],
  firewall: readonly string[],
): string {
  const command = (text: string) => `    ${text}`;
  const lines = checks.flatMap(({ result, sentence, command: cure }) => [
    wrap(`[${texts(`agent:doctor.result.${result}`)}] ${sentence(texts)}`),
    ...(cure === undefined ? [] : [command(cure)]),
  ]);
  return [
    ...lines,
    '',
    wrap(texts('agent:doctor.firewall.about', { port: network.port })),
    ...firewall.map(command),
    '',
    wrap(texts(fine ? 'agent:doctor.fine' : 'agent:doctor.notFine')),
  ].join('\n');
}

/** Columns of a terminal that nobody has made larger. */
const COLUMNS = 80;

/** Breaks a sentence at its spaces, the later lines indented. What has no space stays whole, to be copied. */
function wrap(sentence: string): string {
  const lines = [''];
  for (const word of sentence.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.trim() === '') lines[lines.length - 1] = line + word;
    else if ([...line, ...word].length < COLUMNS) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines.join('\n');
}
