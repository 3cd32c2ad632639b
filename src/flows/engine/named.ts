/** How a device is named in the chat. A stage may hand this on, so it is read back from the store by these schemas. */
import * as z from 'zod';
import { LABEL_REFUSALS } from '../../device/label.ts';
import { DOUBTS } from '../../device/typed.ts';

const said = z.object({
  model: z.string().exactOptional(),
  answers: z.record(z.string(), z.string()),
});

/** A device someone named in the chat, without its verification code. */
export const namedDevice = z.lazy(() =>
  z.object({
    fullSerial: z.string().nullable(),
    shortSerial: z.string(),
    model: z.string().nullable(),
    host: z.string().nullable(),
    manufactured: z.string().nullable(),
    hadVerificationCode: z.boolean(),
    /** Why the technician has to say whether it is one; null: it is. */
    doubt: z.enum(DOUBTS).nullable(),
    /** What is said of this one of several. */
    said: said.exactOptional(),
  }),
);
export type NamedDevice = z.infer<typeof namedDevice>;

/** What names a device, or says something of one. */
export const deviceHeard = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('photo'),
      fileId: z.string(),
      bytes: z.number().nullable(),
      album: z.string().nullable(),
      messageId: z.number(),
      /** What its caption says about the device. */
      said: said.exactOptional(),
    }),
    z.object({
      kind: z.literal('serials'),
      devices: z.array(namedDevice),
      /** What the same message says about the one device it names. */
      said: said.exactOptional(),
      /** Of several, that something is said with them, and not of which. */
      unclear: z.literal(true).exactOptional(),
      /** All of them are readings of one number. */
      guessed: z.literal(true).exactOptional(),
      /** Of a list, the serial numbers beyond those a case keeps. */
      more: z.array(z.string()).exactOptional(),
      /** Of a list, how many lines have no serial number. */
      unread: z.number().exactOptional(),
    }),
    z.object({
      kind: z.literal('refused-label'),
      reason: z.enum(LABEL_REFUSALS),
      host: z.string().nullable(),
      messageId: z.number(),
    }),
    z.object({
      kind: z.literal('words'),
      said,
      /** A serial number beside it, with so many characters instead of nine. */
      miscounted: z.number().exactOptional(),
    }),
  ]),
);
export type DeviceHeard = z.infer<typeof deviceHeard>;
