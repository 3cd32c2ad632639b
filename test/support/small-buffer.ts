/**
 * What the agent has said, without the line on how small a receive buffer the system grants: that is told of the machine, and each
 * kernel has a limit of its own (208 KB for long, 4 MB on newer ones).
 */
export function besidesBuffer(said: string): string {
  return said.replace(/^The system grants a small receive buffer .*\n?/m, '');
}
