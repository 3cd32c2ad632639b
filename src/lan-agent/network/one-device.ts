import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Lan } from './lan.ts';
import { type FoundDevice, search } from './search.ts';

/** After the device has answered: time for a second one to claim the same serial number, ms. */
const LINGER_MS = 500;

export type NotOne = 'cancelled' | 'not-found' | 'ambiguous-device';

/** Finds the one device with a short serial. Where two claim it nobody can say which is real, so neither is found. */
export async function findOne(
  lan: Lan,
  shortSerial: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<Result<FoundDevice, NotOne>> {
  const { devices } = await search(lan, { waitMs, until: shortSerial, lingerMs: LINGER_MS, signal });
  if (signal.aborted) return fail('cancelled');
  const device = devices.find(({ announcement }) => announcement.shortSerial === shortSerial);
  if (!device) return fail('not-found');
  return device.conflict ? fail('ambiguous-device') : ok(device);
}
