/**
 * Says a program's version where a command line asks for that and nothing else (`--version`, `-V`): it is answered before the rest of
 * the program, or any setting, is read.
 * @param words after the program's name
 * @returns whether that was all
 */
export function sayVersionIfAsked(words: readonly string[], version: string): boolean {
  if (words.length !== 1 || (words[0] !== '--version' && words[0] !== '-V')) return false;
  // Whoever asked may have left.
  process.stdout.on('error', () => undefined).write(`${version}\n`);
  return true;
}
