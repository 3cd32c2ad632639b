import type { Lan, LanNote } from './lan.ts';
import type { Survey } from './network.ts';

/** Why a device that is there may not have been heard; `agent:note.<kind>` is the sentence. */
export type Hindrance =
  | Exclude<LanNote, { readonly kind: 'small-buffer' }>
  /** Nothing to search on. */
  | { readonly kind: 'no-interface' }
  /** Set aside by its name, and not named with `--interface`. */
  | { readonly kind: 'interface-skipped'; readonly name: string };

/** What stood in the way of a search that found nothing. Empty: nothing did, so the device itself is to be looked at. */
export function hindrances(lan: Pick<Lan, 'interfaces' | 'notes'>, { skipped }: Survey): Hindrance[] {
  const names = skipped.flatMap(({ name, reason }) =>
    reason === 'vpn' || reason === 'virtual' ? [name] : [],
  );
  return [
    ...(lan.interfaces.length === 0 ? [{ kind: 'no-interface' } as const] : []),
    ...lan.notes.flatMap((note) => (note.kind === 'small-buffer' ? [] : [note])),
    ...[...new Set(names)].map((name) => ({ kind: 'interface-skipped', name }) as const),
  ];
}
