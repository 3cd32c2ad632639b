/** Room for a number of things that are large: what does not fit is not begun. */
export interface Room {
  /** Does the task where there is room, and keeps the room until it is done. `full`: there is none, nothing was done. */
  take<T>(task: () => Promise<T>): Promise<T | 'full'>;
}

/** @param most tasks at the same time */
export function createRoom(most: number): Room {
  let taken = 0;
  return {
    async take(task) {
      if (taken >= most) return 'full';
      taken += 1;
      try {
        return await task();
      } finally {
        taken -= 1;
      }
    },
  };
}
