import type { Lan, LanNote } from './lan.ts';
import type { LanInterface, Survey } from './network.ts';
import { announcedElsewhere } from './route.ts';
import type { FoundDevice } from './search.ts';

/** Why a device that is there may not have been heard; `agent:note.<kind>` is the sentence. */
export type Hindrance =
  | Exclude<LanNote, { readonly kind: 'small-buffer' }>
  /** Nothing to search on. */
  | { readonly kind: 'no-interface' }
  /** Set aside by its name, and not named with `--interface`. */
  | { readonly kind: 'interface-skipped'; readonly name: string };

const KINDS: ReadonlySet<string> = new Set<Hindrance['kind']>([
  'port-fallback',
  'interface-failed',
  'send-failed',
  'no-interface',
  'interface-skipped',
]);

/** The device was found where nobody would look for it: through an interface that is set aside by its name. */
export type FoundSetAside = { readonly kind: 'found-set-aside'; readonly name: string };

/** What is odd about the way to a device; `agent:note.<kind>` is the sentence. */
export type OddWay =
  | FoundSetAside
  /** It announces another address than it answers from. No ground to refuse: honest devices do so, too. */
  | { readonly kind: 'announced-elsewhere'; readonly address: string; readonly announced: string };

/** What is to be told of the way to a device. */
export function oddWay(device: FoundDevice): OddWay[] {
  const announced = announcedElsewhere(device);
  const address = device.source;
  return [
    ...oddInterface(device.via),
    ...(announced === null ? [] : [{ kind: 'announced-elsewhere', address, announced } as const]),
  ];
}

/** What is to be told of the interface a device was found through. */
export function oddInterface({ name, setAside }: LanInterface): FoundSetAside[] {
  return setAside ? [{ kind: 'found-set-aside', name }] : [];
}

export function isFoundSetAside(note: { readonly kind: string }): note is FoundSetAside {
  return note.kind === 'found-set-aside';
}

/** Whether a note says why a device was not heard; it does only where none was. */
export function isHindrance(note: { readonly kind: string }): note is Hindrance {
  return KINDS.has(note.kind);
}

/** What stood in the way of a search that found nothing. Empty: nothing did, so the device itself is to be looked at. */
export function hindrances(
  lan: Pick<Lan, 'interfaces' | 'asked' | 'notes'>,
  { used, skipped }: Survey,
): Hindrance[] {
  const left = used.filter((one) => one.setAside && !lan.asked.has(one));
  const names = [...skipped.filter(({ reason }) => reason === 'vpn' || reason === 'virtual'), ...left].map(
    ({ name }) => name,
  );
  return [
    ...(lan.interfaces.every(({ setAside }) => setAside) ? [{ kind: 'no-interface' } as const] : []),
    ...lan.notes.flatMap((note) => (note.kind === 'small-buffer' ? [] : [note])),
    ...[...new Set(names)].map((name) => ({ kind: 'interface-skipped', name }) as const),
  ];
}
