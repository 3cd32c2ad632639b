/** Most scans of a JPEG file. Cameras write one, progressive files about ten. */
const MAX_SCANS = 100;

/**
 * Whether a JPEG file has so many scans that it was made to hurt. Each is work for all pixels and may cost the sender
 * no more than fifty bytes, and libjpeg does them all before libvips gets the chance to look at its time-out: a file of
 * 700 kB keeps it busy for minutes, and would cost a process. Other files have none.
 */
export function hasTooManyScans(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return false;
  let scans = 0;
  let at = bytes.indexOf(0xff, 2);
  while (at >= 0 && scans <= MAX_SCANS) {
    const marker = bytes[at + 1];
    // The end of the picture. Whatever lies behind it, no decoder looks at.
    if (marker === undefined || marker === 0xd9) break;
    if (marker === 0xda) scans++;
    at = bytes.indexOf(0xff, at + lengthOf(marker, (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0)));
  }
  return scans > MAX_SCANS;
}

/** Bytes from a marker to where the next may stand. `said`: the length written behind it, if it is one that has any. */
function lengthOf(marker: number, said: number): number {
  // 0xff fills up; zero makes 0xff a byte of the picture.
  if (marker === 0xff) return 1;
  const isAlone = marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);
  return isAlone ? 2 : 2 + Math.max(2, said);
}
