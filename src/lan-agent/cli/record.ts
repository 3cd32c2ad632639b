import { resolve } from 'node:path';
import { describeStatus, describeUnbind } from '../notes.ts';
import type { PromptKind } from '../prompt/kinds.ts';
import { createFolder, type RecordingFolder } from '../record/folder.ts';
import { RECORDING_VERSION } from '../record/recording.ts';
import { summarise } from '../record/summary.ts';
import { Transcriber } from '../record/transcriber.ts';
import type { Texts } from '../texts.ts';
import type { Report, StatusReport } from '../unbind/contract.ts';
import { AGENT_VERSION } from '../version.ts';
import { complainAboutInterfaces, spelled } from './arguments.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode, exitOf } from './exit.ts';
import { statusExit } from './status.ts';
import { createTeller, type Teller } from './teller.ts';
import { refused, unbindOnce, verifySeconds } from './unbind.ts';

export interface RecordArguments {
  readonly json: boolean;
  readonly folder?: string;
  readonly withUnbind: boolean;
  readonly confirm?: string;
  readonly passwordStdin: boolean;
  readonly samePassword: boolean;
  readonly afterLock: boolean;
  readonly directCable: boolean;
  readonly prompt?: PromptKind;
  readonly interface?: readonly string[];
}

/** What was asked of the device, and what it said. */
interface Course {
  readonly status: StatusReport;
  /** Null without the technician's consent, or without a device. */
  readonly unbind: Report | null;
}

/**
 * `record`: discovery, status and the one open question about activation go into a folder without secrets; an unbind
 * too, where `--with-unbind` says so. It is the same unbind as that of `unbind`, watched.
 */
export async function recordCommand(
  context: CliContext,
  shortSerial: string,
  args: RecordArguments,
): Promise<ExitCode> {
  const { texts } = context;
  const complaint = complainAboutInterfaces(context, args.interface ?? []);
  if (complaint) {
    context.say(complaint);
    return EXIT.usage;
  }
  const verify = verifySeconds(context.env);
  if (verify === null) {
    context.say(texts('agent:cli.usage.verifySeconds'));
    return EXIT.usage;
  }
  // Before the folder is made: it would be in the way of the next try.
  if (args.withUnbind && spelled(args.confirm ?? '') !== shortSerial) {
    const unbind = refused(shortSerial, 'confirm-mismatch');
    await context.print(
      args.json ? JSON.stringify({ shortSerial, unbind }) : describeUnbind(unbind, texts, false),
    );
    return exitOf(unbind);
  }
  const startedAt = new Date().toISOString();
  const path = resolve(args.folder ?? folderName(shortSerial, startedAt));
  const folder = await createFolder(path, {
    kind: 'recording',
    version: RECORDING_VERSION,
    agent: AGENT_VERSION,
    startedAt,
    shortSerial,
  });
  if (!folder.ok) {
    const { reason, ...values } = folder.failure;
    context.say(texts(`agent:record.${reason}`, { folder: path, code: '', ...values }));
    if (args.json) await context.print(JSON.stringify({ shortSerial, error: reason, ...values }));
    return EXIT.failed;
  }
  return record(context, shortSerial, args, { path, folder: folder.value, verify });
}

async function record(
  context: CliContext,
  shortSerial: string,
  args: RecordArguments,
  { path, folder, verify }: { path: string; folder: RecordingFolder; verify: number | undefined },
): Promise<ExitCode> {
  const { texts } = context;
  const transcriber = new Transcriber(shortSerial, folder.write);
  const watched = { ...context, engine: context.engineWith(transcriber.tap) };
  const close = async (end: Parameters<Transcriber['finish']>[0]) => {
    await transcriber.finish(end);
    return folder.close((recording) => summarise(recording, texts));
  };
  const teller = createTeller(context);
  const course = await take(watched, shortSerial, args, verify, teller).catch(async (error) => {
    await close(null);
    throw error;
  });
  const written = await close(course.status.stopped ? null : endOf(course));
  if (!written.ok) {
    context.say(texts('agent:record.incomplete', { folder: path, code: written.failure.code }));
  }
  const { device: _, ...status } = course.status;
  await context.print(
    args.json
      ? JSON.stringify({ ...status, unbind: course.unbind, folder: path, complete: written.ok })
      : describe(course, path, texts, teller.isHindered()),
  );
  const exit = course.unbind ? exitOf(course.unbind) : statusExit(course.status);
  return exit === EXIT.done && !written.ok ? EXIT.failed : exit;
}

/** Everything that is sent: what `status` sends, one question over HTTP, and with consent what `unbind` sends. */
async function take(
  context: CliContext,
  shortSerial: string,
  args: RecordArguments,
  verify: number | undefined,
  teller: Teller,
): Promise<Course> {
  const { engine, signal } = context;
  const status = await engine.readStatus({
    shortSerial,
    interfaces: args.interface ?? [],
    signal,
    askActivation: true,
    onNote: teller.onNote,
  });
  if (!args.withUnbind || status.stopped || status.status === 'not-found') return { status, unbind: null };
  const unbind = await unbindOnce(
    context,
    shortSerial,
    { ...args, confirm: args.confirm ?? '' },
    verify,
    teller,
  );
  return { status, unbind };
}

function endOf({ status: { status, word }, unbind }: Course) {
  const { shortSerial: _, ...report } = unbind ?? {};
  return {
    status,
    ...(word === undefined ? {} : { word }),
    ...(unbind ? { unbind: { ...report, outcome: unbind.outcome, verified: unbind.verified } } : {}),
  };
}

function describe({ status, unbind }: Course, folder: string, texts: Texts, isHindered: boolean): string {
  const { shortSerial } = status;
  const canUnbind = status.status === 'can-unbind' && !unbind;
  return [
    describeStatus(status, texts, isHindered),
    ...(unbind ? [describeUnbind(unbind, texts, isHindered)] : []),
    texts('agent:record.written', { folder }),
    ...(canUnbind ? [texts('agent:record.consent', { shortSerial })] : []),
  ].join('\n');
}

/** `unbind-recording-AC7000101-20250302-081540`, in the current folder. */
function folderName(shortSerial: string, startedAt: string): string {
  const [day = '', time = ''] = startedAt.replace(/[-:]|\..*$/g, '').split('T');
  return `unbind-recording-${shortSerial}-${day}-${time}`;
}
