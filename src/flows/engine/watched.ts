/** Something did not come back in time and was left behind. */
export class Stuck extends Error {
  constructor(ms: number) {
    super(`did not come back within ${ms} ms`);
    this.name = 'Stuck';
  }
}

/**
 * Leaves a run behind that does not come back: the conversations engine hangs on replay in cases that are known upstream,
 * and a hanging run would block its chat for ever.
 * @throws Stuck after `ms`
 */
export function watched<T>(run: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const bell = setTimeout(() => reject(new Stuck(ms)), ms);
    run.then(
      (value) => {
        clearTimeout(bell);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(bell);
        reject(error);
      },
    );
  });
}
