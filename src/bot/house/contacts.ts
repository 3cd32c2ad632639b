import * as z from 'zod';
import type { ContactPort } from '../../flows/ports.ts';
import { ok } from '../../kernel/result.ts';
import { kind } from '../../store/kind.ts';
import type { Values } from '../../store/store.ts';
import { atBorder, must } from './must.ts';
import type { Profiles } from './profiles.ts';

/**
 * By person: how they want to be named in letters and reports, in their own words. There from the first time they were
 * asked, until they have it forgotten (/me) or their access is taken away.
 */
export const CONTACTS = kind({
  name: 'contacts',
  version: 1,
  schema: z.object({
    name: z.string().nullable(),
    /** Their own word; the operator's firm goes before it. */
    firm: z.string().nullable(),
    phone: z.string().nullable(),
    /** Sites of their latest reports, the latest first. */
    sites: z.array(z.string()),
  }),
});
type KeptContact = z.infer<typeof CONTACTS.schema>;

/** Sites that are offered again. */
const MOST_SITES = 3;
const NOBODY: KeptContact = { name: null, firm: null, phone: null, sites: [] };

/** @param firm the operator's, which stands in every letter and report; null: he has named none */
export function createContacts(
  values: Values<KeptContact>,
  profiles: Pick<Profiles, 'name'>,
  firm: string | null,
): ContactPort {
  const load = async (chatId: number) => must(await values.get(String(chatId)));
  const save = async (chatId: number, contact: KeptContact) => {
    must(await values.set(String(chatId), contact));
    return null;
  };
  return {
    get: (chatId) =>
      atBorder(async () => {
        const kept = await load(chatId);
        return kept === undefined ? null : { ...kept, firm: firm ?? kept.firm };
      }),
    suggested: async (chatId) => ok({ name: await profiles.name(chatId), firm }),
    keep: (chatId, said) =>
      atBorder(async () => save(chatId, { ...NOBODY, ...(await load(chatId)), ...said })),
    keepSite: (chatId, site) =>
      atBorder(async () => {
        const kept = (await load(chatId)) ?? NOBODY;
        const others = kept.sites.filter((known) => known !== site);
        return save(chatId, { ...kept, sites: [site, ...others].slice(0, MOST_SITES) });
      }),
    forget: (chatId) =>
      atBorder(async () => {
        must(await values.delete(String(chatId)));
        return null;
      }),
  };
}
