type Replaying = typeof import('./replay-package.ts');

let read: Promise<Replaying> | undefined;

/**
 * What plays a conversation again up to where it waits: read when the first one is played, or before, when nobody waits for an answer
 * (docs/decisions/0079). Rejects where the program is not whole.
 */
export function replaying(): Promise<Replaying> {
  read ??= import('./replay-package.ts');
  return read;
}
