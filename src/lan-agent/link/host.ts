import { hostname } from 'node:os';
import type { HostInfo } from '../../link/messages.ts';

/** What the agent says about the laptop: its name helps the person in the chat to recognise it. */
export function hostInfo(agentVersion: string): HostInfo {
  const name = hostname().replace(/\p{C}/gu, '').slice(0, 64);
  return { name: name || 'laptop', system: process.platform, agentVersion };
}
