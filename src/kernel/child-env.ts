/** Where a system keeps its own files and temporary ones; without some of these Windows starts no program at all. */
const NEEDED = ['SystemRoot', 'windir', 'TEMP', 'TMP', 'TMPDIR'] as const;

/**
 * The environment for a process or thread that a program of ours starts: a list of what may pass, because the
 * program's own holds secrets (the bot's token) and whatever else the operator has put there. Without it Node hands on
 * everything.
 */
export function childEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(
    NEEDED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const])),
  );
}
