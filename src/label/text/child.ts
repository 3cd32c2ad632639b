/**
 * A process of its own that recognises print: its memory goes back when it ends, and whatever happens in it costs one
 * photo. It says `ready` once and answers every job in order; `cancel` gives up the one it works on.
 */
import { hardenSharp } from '../photo.ts';
import { openOcr } from './ocr.ts';
import type { FromChild, ToChild } from './protocol.ts';
import { readText } from './read-text.ts';

const tell = (message: FromChild) => process.send?.(message);
process.on('disconnect', () => process.exit());

hardenSharp();
const ocr = await openOcr();
const cancelled = new Set<number>();
process.on('message', async (message: ToChild) => {
  if ('cancel' in message) {
    cancelled.add(message.cancel);
    return;
  }
  const { id, bytes } = message;
  const reading = await readText(ocr, bytes, () => cancelled.has(id));
  cancelled.delete(id);
  tell({ id, reading });
});
tell({ ready: true });
