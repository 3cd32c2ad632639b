import type { HostInfo } from '../link/messages.ts';

/** Longest name of an agent, characters. */
const LONGEST_NAME = 64;

/**
 * A name as it may stand in a chat: no control, format or private characters (right-to-left overrides turn a message
 * around), white space as single blanks, at most 64 characters.
 */
export function cleanName(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(/\p{C}/gu, '').trim().slice(0, LONGEST_NAME).trim();
}

/** A name that none of the others has, whatever the case of its letters: `BENCH`, `BENCH 2`, `BENCH 3`. */
export function nameApart(name: string, others: readonly string[]): string {
  const taken = new Set(others.map((other) => other.toLowerCase()));
  for (let number = 1; ; number++) {
    const ending = number === 1 ? '' : ` ${number}`;
    const apart = `${name.slice(0, LONGEST_NAME - ending.length).trim()}${ending}`;
    if (!taken.has(apart.toLowerCase())) return apart;
  }
}

/** What an agent says about its laptop, cleaned word by word: it is shown to people. */
export function cleanHost({ name, system, agentVersion }: HostInfo): HostInfo {
  return { name: cleanName(name), system: cleanName(system), agentVersion: cleanName(agentVersion) };
}
