import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { devNull } from 'node:os';

/** What a process gets from us: no input, no output, its last words, and the channel. */
const STDIO = ['ignore', 'ignore', 'pipe', 'ipc'] as const;
/** A descriptor of ours, or how Node makes one. */
type Descriptor = number | (typeof STDIO)[number];
/** Bit of a descriptor that is closed where another program starts (fcntl.h of Linux). */
const CLOSE_ON_EXEC = 0o2_000_000;

/**
 * Starts a process with a channel, its last words and no other descriptor of ours. Node's own are closed in it anyway;
 * lmdb leaves the store's file open to whoever is started, for writing: whatever is left open so becomes nothing.
 * @param start starts the process, at once, with these descriptors
 */
export function withoutDescriptors<T>(start: (stdio: Descriptor[]) => T): T {
  const left = leftOpen();
  if (left.length === 0) return start([...STDIO]);
  const nothing = openSync(devNull, 'r+');
  try {
    const more = Array.from<unknown, Descriptor>({ length: Math.max(...left) + 1 - STDIO.length }, (_, at) =>
      left.includes(at + STDIO.length) ? nothing : 'ignore',
    );
    return start([...STDIO, ...more]);
  } finally {
    closeSync(nothing);
  }
}

/** Our descriptors that a process would have, too; beyond those it gets. Windows hands on none that it is not told to. */
function leftOpen(): number[] {
  if (process.platform === 'win32') return [];
  // Elsewhere nothing tells which are closed by themselves: all are taken to stay.
  const isLinux = process.platform === 'linux';
  const all = readdirSync(isLinux ? '/proc/self/fdinfo' : '/dev/fd').map(Number);
  return all.filter((fd) => fd >= STDIO.length && !(isLinux && closesItself(fd)));
}

function closesItself(fd: number): boolean {
  try {
    const [, flags = ''] = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1')) ?? [];
    return (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) !== 0;
  } catch {
    // The one the list was read through: it is closed already.
    return true;
  }
}
