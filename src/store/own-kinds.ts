/** Kinds the store itself writes, beside those of its rooms; whatever it is made of. */
import * as z from 'zod';
import { type Kind, kind } from './kind.ts';

export const CLAIM = kind({
  name: 'claim',
  version: 1,
  schema: z.object({
    /** Null when given back. */
    owner: z.string().nullable(),
    fence: z.number(),
    /** Milliseconds since 1970. */
    until: z.number(),
  }),
});

/** That it is there is all it says; one that cannot be read says so, too. */
export const ONCE = kind({ name: 'once', version: 1, schema: z.literal(true) });

/** The id a mailbox gave out last. */
export const LAST_ID = kind({ name: 'last-id', version: 1, schema: z.ulid() });

/** A record that was set aside: its bytes in base64, when (ms since 1970), and why (kind.ts). */
export const ASIDE = kind({
  name: 'aside',
  version: 1,
  schema: z.object({
    bytes: z.base64(),
    at: z.number(),
    misfit: z.object({
      why: z.enum(['no-record', 'newer', 'no-step', 'no-fit']),
      version: z.number().optional(),
      step: z.string().optional(),
      at: z.string().optional(),
    }),
  }),
});

export const OWN_KINDS: readonly Kind<unknown>[] = [CLAIM, ONCE, LAST_ID, ASIDE];

/**
 * How long a claim nobody holds, and the last id of an empty mailbox, are remembered: fences and ids go on from where they
 * were, across restarts and clocks that go back.
 */
export const MEMORY_MS = 30 * 24 * 3_600_000;
