/**
 * The list of what a laptop sees on its network, as a technician looks at it: bound ones first, a part at a time. Pure; a
 * list is kept for an hour and no longer, since the network is a stranger's.
 */
import * as z from 'zod';
import { soughtIn } from '../cases/case.ts';
import { decide } from '../policy/decide.ts';
import { learnFromSighting, noFacts, type SightingFacts } from '../policy/facts.ts';
import type { NewMember } from './group.ts';

/** A device as a list shows it. */
export const listedDevice = z.object({
  /** Null: it does not say, and cannot be worked on by its number. */
  shortSerial: z.string().nullable(),
  fullSerial: z.string().nullable(),
  model: z.string().nullable(),
  address: z.string(),
  bindStatus: z.enum(['bound', 'not-bound', 'unknown']),
  reachability: z.enum(['same-subnet', 'other-subnet']),
  /** What the verdict would be by what it announces (policy `Method`); null: something is to be done or asked first. */
  method: z.string().nullable(),
  /** The rule of that verdict (policy `RuleId`); null: a question comes first. */
  rule: z.string().nullable(),
});
export type ListedDevice = z.infer<typeof listedDevice>;

/** What a list is made from (link's `DeviceSighting` fits). */
export type ListedFrom = SightingFacts &
  Pick<ListedDevice, 'shortSerial' | 'fullSerial' | 'address' | 'reachability'>;

/** A device as it stands on the list. */
export function listedOf(sighting: ListedFrom): ListedDevice {
  const { shortSerial, fullSerial, model, address, bindStatus, reachability } = sighting;
  const { method, rule } = decide(learnFromSighting(noFacts(), sighting).facts);
  return { shortSerial, fullSerial, model, address, bindStatus, reachability, method, rule };
}

/** Which part of a list is wanted. */
export interface Wanted {
  /** Bound ones alone; those that do not say whether they are bound may be. */
  readonly show: 'bound' | 'all';
  /** A piece of model, address or serial number as it was typed; empty: any. */
  readonly sought: string;
}

const RANK: Readonly<Record<ListedDevice['bindStatus'], number>> = { bound: 0, unknown: 1, 'not-bound': 2 };

/** Those that are wanted, bound ones first, of each those the laptop reaches first; else in the order in which they were heard. */
export function wantedOf(devices: readonly ListedDevice[], { show, sought }: Wanted): ListedDevice[] {
  const rankOf = ({ bindStatus, reachability }: ListedDevice) =>
    2 * RANK[bindStatus] + (reachability === 'same-subnet' ? 0 : 1);
  return devices
    .filter((device) => show === 'all' || device.bindStatus !== 'not-bound')
    .filter((device) => isSought(device, sought))
    .toSorted((one, other) => rankOf(one) - rankOf(other));
}

/**
 * Devices of a list as members of a group: those with these short serials in this order, or all that say they are bound.
 * One without a serial number cannot be asked for by it.
 */
export function membersOf(devices: readonly ListedDevice[], which: readonly string[] | 'bound'): NewMember[] {
  const named = new Map(devices.toReversed().flatMap((device) => memberOf(device)));
  if (which !== 'bound') return which.flatMap((serial) => named.get(serial) ?? []);
  const bound = wantedOf(devices, { show: 'bound', sought: '' }).filter(
    ({ bindStatus }) => bindStatus === 'bound',
  );
  return bound.flatMap(({ shortSerial }) => named.get(shortSerial ?? '') ?? []);
}

function memberOf({ shortSerial, fullSerial, model, address }: ListedDevice): [string, NewMember][] {
  return shortSerial === null ? [] : [[shortSerial, { shortSerial, fullSerial, model, address }]];
}

/** Whether a typed piece is in a device's model, serial number or address; look-alike letters are forgiven. */
function isSought({ model, shortSerial, fullSerial, address }: ListedDevice, sought: string): boolean {
  const piece = soughtIn(sought);
  if (sought.trim() === '' || address.includes(sought.trim())) return true;
  const texts = [model, shortSerial, fullSerial].map((text) => soughtIn(text ?? ''));
  return piece !== '' && texts.some((text) => text.includes(piece));
}
