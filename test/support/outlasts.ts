/**
 * Whether some work lasts longer than a timer of `ms` that is started before it. Timers ring in their order on a busy
 * machine, too, where measured times say nothing.
 */
export async function outlasts(ms: number, work: () => Promise<unknown>): Promise<boolean> {
  let rang = false;
  const timer = setTimeout(() => {
    rang = true;
  }, ms);
  await work();
  clearTimeout(timer);
  return rang;
}
