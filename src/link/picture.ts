/** Widest and highest picture anybody needs to read a code, pixels. */
const MAX_SIDE = 2000;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Length, type and checksum around the content of a chunk, bytes. */
const CHUNK_FRAME = 12;

/**
 * Whether a text is the base64 of one whole PNG (ISO/IEC 15948) of a sensible size, with nothing behind its end: what
 * an agent sends is shown in a chat, so it may be neither a bomb nor another kind of file as well. Nothing is unpacked.
 */
export function isSmallPng(base64: string): boolean {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64 || !bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE))
    return false;
  const types: string[] = [];
  let at = SIGNATURE.length;
  while (at + CHUNK_FRAME <= bytes.length && types.at(-1) !== 'IEND') {
    types.push(bytes.toString('latin1', at + 4, at + 8));
    at += CHUNK_FRAME + bytes.readUInt32BE(at);
  }
  if (at !== bytes.length || types[0] !== 'IHDR' || types.at(-1) !== 'IEND' || !types.includes('IDAT'))
    return false;
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  return Math.min(width, height) > 0 && Math.max(width, height) <= MAX_SIDE;
}
