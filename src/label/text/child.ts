/** A process that recognises print. */
import { hardenSharp } from '../photo.ts';
import type { TextReading } from '../reading.ts';
import { serve } from '../serve.ts';
import { openOcr } from './ocr.ts';
import { readText } from './read-text.ts';

await serve<Uint8Array, TextReading>(async () => {
  hardenSharp();
  const ocr = await openOcr();
  return (bytes, isCancelled) => readText(ocr, bytes, isCancelled);
});
