/** A share of a processor, for processes that have to be measured as if each had a machine of its own. Linux, as root. */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Short, because a process is frozen for the rest of each. Frozen for 85 ms of 100 it holds up whoever waits for a chat it has the
 * turn of, which no machine of its own would.
 */
const PERIOD_US = 10_000;
const ROOT = '/sys/fs/cgroup';

export interface Quota {
  /** From here on the process, and what it starts, has no more than that. */
  take(pid: number): void;
  /** After whatever is in it has ended. */
  remove(): void;
}

let made = 0;

/**
 * Makes a group that has so much of one processor, all its processes together.
 * @throws Error where there are no groups to be made
 */
export function openQuota(percent: number): Quota {
  const isOld = existsSync(join(ROOT, 'cpu'));
  const group = join(ROOT, isOld ? 'cpu' : '', `unbind-bench-${process.pid}-${made++}`);
  const most = (percent / 100) * PERIOD_US;
  mkdirSync(group);
  if (isOld) {
    writeFileSync(join(group, 'cpu.cfs_period_us'), String(PERIOD_US));
    writeFileSync(join(group, 'cpu.cfs_quota_us'), String(most));
  } else writeFileSync(join(group, 'cpu.max'), `${most} ${PERIOD_US}`);
  return {
    take: (pid) => writeFileSync(join(group, 'cgroup.procs'), String(pid)),
    remove: () => rmdirSync(group),
  };
}
