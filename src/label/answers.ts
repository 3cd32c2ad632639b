/**
 * What the processes that look at photos may say. Who takes one over with a photo gets no further than to a wrong
 * reading: an answer of another form, or a larger one, ends the process.
 */
import * as z from 'zod';
import { LABEL_REFUSALS, type LabelFacts } from '../device/label.ts';
import { parseSerial } from '../device/serial.ts';
import { once } from '../kernel/once.ts';
import {
  type LabelReading,
  PHOTO_REJECTIONS,
  PHOTO_TIPS,
  type PhotoAnswers,
  type TextReading,
  type TimedReading,
} from './reading.ts';

/** Most labels of one photo that are shown, and most that are only named: 255 codes are read at a time. */
const MAX_LABELS = 8;
const MAX_MORE = 1024;
/** Most lines one serial number stands in. */
const MAX_LINES = 3;
/** Largest picture made of a photo, bytes: of noise, 2560 pixels a side come to 5 MB. */
const MAX_PICTURE = 8 * 1024 * 1024;
/** Longest text of a code, and the most lines that fit into it. */
const MAX_TEXT = 4096;

/** Made with the first answer: until a photo comes, nobody needs it (docs/decisions/0079). */
const answers = once(() => {
  const shortSerial = z.string().max(64).refine(isShort);
  const fullSerial = z.string().max(64).nullable();
  const model = z.string().max(64).nullable();
  const host = z.string().max(253);
  const picture = z.instanceof(Uint8Array).refine(isJpeg);

  const facts = z.strictObject({
    host: host.nullable(),
    fullSerial,
    shortSerial,
    model,
    hasVerificationCode: z.boolean(),
    others: z.array(shortSerial).max(MAX_TEXT).exactOptional(),
  }) satisfies z.ZodType<LabelFacts>;

  const found = z.strictObject({
    facts,
    sources: z.array(z.enum(['qr', 'data-matrix', 'bar-code', 'print'])).max(4),
    isCertain: z.boolean(),
  });

  const reading = z.discriminatedUnion('kind', [
    found.extend({ kind: z.literal('label') }),
    z.strictObject({
      kind: z.literal('several'),
      labels: z.array(found).min(2).max(MAX_LABELS),
      more: z.array(shortSerial).max(MAX_MORE),
      picture,
    }),
    z.strictObject({
      kind: z.literal('refused'),
      reason: z.enum(LABEL_REFUSALS),
      host: host.exactOptional(),
    }),
    z.strictObject({ kind: z.literal('unreadable'), tip: z.enum(PHOTO_TIPS).nullable() }),
    z.strictObject({ kind: z.literal('rejected'), reason: z.enum(PHOTO_REJECTIONS) }),
  ]) satisfies z.ZodType<LabelReading>;

  const timed = z.strictObject({ reading, ms: z.number().min(0) }) satisfies z.ZodType<TimedReading>;

  const copy = z.discriminatedUnion('ok', [
    z.strictObject({ ok: z.literal(true), value: picture }),
    z.strictObject({ ok: z.literal(false), failure: z.enum(PHOTO_REJECTIONS) }),
  ]) satisfies z.ZodType<PhotoAnswers['copy']>;

  const printed = z.strictObject({
    serials: z
      .array(
        z.strictObject({
          shortSerial,
          fullSerial,
          model,
          certainty: z.enum(['agreed', 'single', 'repaired']),
          isNamed: z.boolean(),
          lines: z.array(z.int().min(0)).max(MAX_LINES),
        }),
      )
      .max(MAX_LABELS),
    picture: picture.nullable(),
    isWhole: z.boolean(),
    isOne: z.boolean(),
  }) satisfies z.ZodType<TextReading>;

  return { reading, timed, copy, printed };
});

/** Whether the process for photos may say this of a task. */
export function isPhotoAnswer(said: unknown, { task }: { readonly task: keyof PhotoAnswers }): boolean {
  return (task === 'copy' ? answers().copy : answers().timed).safeParse(said).success;
}

/** Whether the process of the second reader may say this. */
export function isReading(said: unknown): boolean {
  return answers().reading.safeParse(said).success;
}

/** Whether the process for print may say this. */
export function isTextReading(said: unknown): boolean {
  return answers().printed.safeParse(said).success;
}

function isShort(text: string): boolean {
  const serial = parseSerial(text);
  return serial.ok && serial.value.short === text;
}

function isJpeg(bytes: Uint8Array): boolean {
  return bytes.byteLength <= MAX_PICTURE && bytes[0] === 0xff && bytes[1] === 0xd8;
}
