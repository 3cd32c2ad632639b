import { fail, ok, type Result } from '../../kernel/result.ts';
import { macKey } from '../sadp/message.ts';
import { SECOND_LOOK_MS } from '../times.ts';
import type { Lan } from './lan.ts';
import { type FoundDevice, search } from './search.ts';
import type { Watch } from './watch.ts';

/** After the device has answered: time for a second one to claim the same serial number, ms. */
const LINGER_MS = 500;

/** `flooded`: so much came or was lost that nobody can say who else has answered. */
export type NotOne = 'cancelled' | 'not-found' | 'ambiguous-device' | 'flooded';

/**
 * Finds the one device with a short serial. Where two claim it nobody can say which is real, and where answers were
 * lost nobody can say that there were not two: neither is found then.
 * @param watch chooses what is found
 * @returns why not, with the device that answered all the same
 */
export async function findOne(
  lan: Lan,
  watch: Watch,
  shortSerial: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<Result<FoundDevice, { readonly reason: NotOne; readonly device: FoundDevice | null }>> {
  const { devices, clean } = await search(lan, {
    waitMs,
    until: shortSerial,
    lingerMs: LINGER_MS,
    lost: watch.lost,
    signal,
  });
  const device = devices.find(({ announcement }) => announcement.shortSerial === shortSerial) ?? null;
  const not = (reason: NotOne) => fail({ reason, device });
  if (signal.aborted) return not('cancelled');
  if (device?.conflict) return not('ambiguous-device');
  if (!clean) return not('flooded');
  if (!device) return not('not-found');
  watch.choose(device);
  return watch.disputed() === null ? ok(device) : not('ambiguous-device');
}

/**
 * Looks once more whether a device is the only one of its name, where something may have been missed since it was
 * found.
 * @returns null when it is
 */
export async function isStillOne(watch: Watch, signal: AbortSignal): Promise<NotOne | null> {
  const { lan, device } = watch;
  const { shortSerial, mac } = device.announcement;
  if (shortSerial === null) return 'not-found';
  const again = await search(lan, {
    waitMs: SECOND_LOOK_MS,
    until: shortSerial,
    lingerMs: LINGER_MS,
    lost: watch.lost,
    signal,
  });
  if (signal.aborted) return watch.disputed() === null ? 'cancelled' : 'ambiguous-device';
  const found = again.devices.filter(({ announcement }) => announcement.shortSerial === shortSerial);
  const isIt = ({ source, announcement, conflict }: FoundDevice) =>
    !conflict && source === device.source && macKey(announcement.mac) === macKey(mac);
  if (!again.clean || found.length === 0) return 'flooded';
  return found.every(isIt) ? null : 'ambiguous-device';
}
