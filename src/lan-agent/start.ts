import { crashText, createContext, languageFrom, type Surroundings } from './cli/context.ts';
import { EXIT, type ExitCode } from './cli/exit.ts';
import { runProgram } from './cli/program.ts';
import type { HeadStart } from './network/head-start.ts';
import { textsFor } from './texts.ts';

/*
 * The program on the technician's laptop. Standard output carries results and nothing else; everything for people
 * beside a result goes to standard error.
 */

/** Runs the command line and ends the process. `headStart`: a search that has begun already. */
export async function start(headStart: HeadStart | null): Promise<void> {
  // Whoever read our output has left (`| head`), or the terminal was closed under a prompt, which then cannot be put
  // back as it was. That must not end an unbind between its datagram and its journal line.
  for (const stream of [process.stdin, process.stdout, process.stderr]) stream.on('error', () => undefined);

  const stop = new AbortController();
  // Once each: a second Ctrl-C ends the process the hard way.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());

  let isHungUp = false;
  process.once('SIGHUP', () => {
    isHungUp = true;
  });

  // Node prints a fault as it is, whatever stands in it.
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${crashText(error, textsFor(languageFrom(process.env)))}\n`);
    process.exit(EXIT.failed);
  });
  // Not process.exit alone: standard output may be a pipe that has not taken everything yet. And not at all where the
  // terminal is gone: Node crashes when it cannot put it back as it was, and a crash may leave its memory on the disk.
  const { env, stdin, stdout, stderr } = process;
  process.exitCode = await runWords(
    process.argv.slice(2),
    { env, stdin, stdout, stderr, startedAt: 0 },
    stop,
    headStart,
  );
  process.stdout.write('', () => (isHungUp ? process.kill(process.pid, 'SIGHUP') : process.exit()));
}

/** Runs one command line to its end. `stop` ends it in good order. */
export async function runWords(
  words: readonly string[],
  surroundings: Surroundings,
  stop: AbortController,
  headStart: HeadStart | null,
): Promise<ExitCode> {
  const context = createContext(surroundings, stop, headStart);
  if (!context.ok) {
    surroundings.stderr.write(`${context.failure}\n`);
    return EXIT.usage;
  }
  try {
    return await runProgram(context.value, words);
  } catch (error) {
    context.value.say(crashText(error, context.value.texts));
    if (words.includes('--json')) await context.value.print('{"error":"internal"}');
    return EXIT.failed;
  } finally {
    // Not before whoever was asked has noticed that it is over: a shell would show what they go on typing, and run it.
    await context.value.keyboard.released();
  }
}
