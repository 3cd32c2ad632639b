import { readFileSync } from 'node:fs';
import { macKey } from '../sadp/message.ts';

/** Entry of the table that was answered; others are only being asked for. */
const COMPLETE = 0x2;

/**
 * The MAC that frames to an address of this subnet go to: what the system has learnt by ARP. Only Linux tells it to a
 * program without another program's help.
 * @returns twelve hexadecimal digits; null where it is not known
 */
export function wireMac(address: string, through: string): string | null {
  try {
    const rows = readFileSync('/proc/self/net/arp', 'latin1').split('\n').slice(1);
    for (const row of rows) {
      const [ip, , flags, mac, , device] = row.trim().split(/\s+/);
      if (ip === address && device === through && Number(flags) & COMPLETE) return macKey(mac ?? null);
    }
  } catch {
    // Another system.
  }
  return null;
}
