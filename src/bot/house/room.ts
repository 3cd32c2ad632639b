/** Room for a number of things that are large, and a line in which small words wait for it. */
export interface Room {
  /**
   * Does the task as soon as there is room, in the order of asking, and keeps the room until it is done. `full`: the line is
   * full, too, and nothing was done.
   * @throws the signal's reason when it is aborted before its turn, and whatever the task throws
   */
  take<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T | 'full'>;
}

/**
 * @param most tasks at the same time
 * @param waiting tasks that may wait for their turn
 */
export function createRoom(most: number, waiting = 0): Room {
  const line: (() => void)[] = [];
  let taken = 0;

  async function turn(signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        line.splice(line.indexOf(begin), 1);
        reject(signal?.reason);
      };
      const begin = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      signal?.addEventListener('abort', leave, { once: true });
      line.push(begin);
    });
  }

  return {
    async take(task, signal) {
      signal?.throwIfAborted();
      if (taken < most) taken += 1;
      else if (line.length < waiting) await turn(signal);
      else return 'full';
      try {
        return await task();
      } finally {
        // Whose turn it is takes over the room itself: nobody who asks now gets in between.
        const next = line.shift();
        if (next) next();
        else taken -= 1;
      }
    },
  };
}
