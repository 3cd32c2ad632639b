/**
 * The list of what a laptop sees on its network, as a technician looks at it: bound ones first, a part at a time. Pure; a
 * list is kept for an hour and no longer, since the network is a stranger's.
 */
import * as z from 'zod';
import { soughtIn } from '../cases/case.ts';
import { decide } from '../policy/decide.ts';
import { learn, learnFromSighting, noFacts, type SightingFacts } from '../policy/facts.ts';
import { nextQuestion } from '../policy/questions.ts';
import { wayId } from '../policy/rules.ts';
import type { NewMember } from './group.ts';

/** A device as a list shows it. */
export const listedDevice = z.object({
  /** Null: it does not say, and cannot be worked on by its number. */
  shortSerial: z.string().nullable(),
  fullSerial: z.string().nullable(),
  model: z.string().nullable(),
  /** The one it has set for itself: what has to be put right where it is of another subnet. */
  address: z.string(),
  bindStatus: z.enum(['bound', 'not-bound', 'unknown']),
  reachability: z.enum(['same-subnet', 'other-subnet']),
  /**
   * Which way policy would go by what it announces, for a technician who has its password and no EZVIZ in its past: a way
   * (policy `WayId`), what has to be done first (`BlockerId`), or `look`, where a question comes first.
   */
  way: z.string(),
  /** Another device says that this is its serial number. */
  isTwice: z.boolean(),
});
export type ListedDevice = z.infer<typeof listedDevice>;

/** What a list is made from (link's `DeviceSighting` fits). */
export type ListedFrom = SightingFacts &
  Pick<ListedDevice, 'shortSerial' | 'fullSerial' | 'address' | 'reachability'> & {
    readonly announcedAddress?: string | undefined;
  };

/** The devices as they stand on the list, each serial number once. */
export function listedOf(sightings: readonly ListedFrom[]): ListedDevice[] {
  const named = new Map<string, ListedDevice>();
  const unnamed: ListedDevice[] = [];
  for (const sighting of sightings) {
    const {
      shortSerial,
      fullSerial,
      model,
      address,
      announcedAddress = address,
      bindStatus,
      reachability,
    } = sighting;
    const seen = {
      fullSerial,
      model,
      address: announcedAddress,
      bindStatus,
      reachability,
      way: wayOf(sighting),
    };
    if (shortSerial === null) unnamed.push({ ...seen, shortSerial, isTwice: false });
    else named.set(shortSerial, { ...seen, shortSerial, isTwice: named.has(shortSerial) });
  }
  return [...named.values(), ...unnamed];
}

function wayOf(sighting: SightingFacts): string {
  const { facts: seen } = learnFromSighting(noFacts(), sighting);
  const known = learn(seen, 'adminPassword', true, 'technician').facts;
  const never = learn(known, 'everInEzviz', false, 'technician').facts;
  // Of a device that does not say, as it mostly is; its status tells before anything is done.
  const { facts } = learn(never, 'cloud', 'online', 'technician');
  if (nextQuestion(facts) !== null) return 'look';
  const { method, by, blockers } = decide(facts);
  if (method === null) return blockers[0] ?? 'look';
  return wayId(method === 'sadp' ? { method, by: by ?? 'agent' } : { method, by: null });
}

/** Whether a group goes all the way with it: nothing that is seen from where the laptop is speaks against it. */
export function goesAlong({ shortSerial, way, bindStatus, reachability, isTwice }: ListedDevice): boolean {
  const isReached = reachability === 'same-subnet' && !isTwice;
  return shortSerial !== null && way === 'sadp' && bindStatus !== 'not-bound' && isReached;
}

/** Which part of a list is wanted. */
export interface Wanted {
  /** Bound ones alone; those that do not say whether they are bound may be. */
  readonly show: 'bound' | 'all';
  /** A piece of model, address or serial number as it was typed; empty: any. */
  readonly sought: string;
}

const RANK: Readonly<Record<ListedDevice['bindStatus'], number>> = { bound: 0, unknown: 1, 'not-bound': 2 };

/** Those that are wanted, bound ones first, of each those the laptop reaches first, by their addresses as numbers. */
export function wantedOf(devices: readonly ListedDevice[], { show, sought }: Wanted): ListedDevice[] {
  const rankOf = ({ bindStatus, reachability }: ListedDevice) =>
    2 * RANK[bindStatus] + (reachability === 'same-subnet' ? 0 : 1);
  return devices
    .filter((device) => show === 'all' || device.bindStatus !== 'not-bound')
    .filter((device) => isSought(device, sought))
    .toSorted((one, other) => rankOf(one) - rankOf(other) || numberOf(one.address) - numberOf(other.address));
}

/** An IPv4 address as it is counted; anything else is last. */
function numberOf(address: string): number {
  const bytes = address.split('.').map(Number);
  const isAddress = bytes.length === 4 && bytes.every((byte) => byte >= 0 && byte <= 255);
  return isAddress ? bytes.reduce((sum, byte) => sum * 256 + byte, 0) : Number.MAX_SAFE_INTEGER;
}

/** Which devices of a list: those with these short serials, or all that are wanted; `along`: of those the ones that go along. */
export type Which = readonly string[] | (Wanted & { readonly along: boolean });

/** Devices of a list as members of a group, in the order of `which`. Those without a serial number are none. */
export function membersOf(devices: readonly ListedDevice[], which: Which): NewMember[] {
  const named = (wanted: Exclude<Which, readonly string[]>) =>
    wantedOf(devices, wanted)
      .filter((device) => !wanted.along || goesAlong(device))
      .map(({ shortSerial }) => shortSerial);
  const serials = 'show' in which ? named(which) : which;
  const byName = new Map(devices.map((device) => [device.shortSerial, device]));
  return serials.flatMap((serial) => {
    const device = byName.get(serial);
    if (!device || device.shortSerial === null) return [];
    const { shortSerial, fullSerial, model, address } = device;
    return [{ shortSerial, fullSerial, model, address }];
  });
}

/** Whether a typed piece is in a device's model, serial number or address; look-alike letters are forgiven. */
function isSought({ model, shortSerial, fullSerial, address }: ListedDevice, sought: string): boolean {
  const piece = soughtIn(sought);
  if (sought.trim() === '' || address.includes(sought.trim())) return true;
  const texts = [model, shortSerial, fullSerial].map((text) => soughtIn(text ?? ''));
  return piece !== '' && texts.some((text) => text.includes(piece));
}
