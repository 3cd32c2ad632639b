/**
 * Zeroed bytes for a password, which stay where they are until their owner zeroes them. The engine keeps small Buffers
 * (64 bytes and fewer) among its objects and moves them when it tidies up: what it leaves behind nobody can zero.
 */
export function secretBytes(length: number): Buffer {
  return Buffer.from(new ArrayBuffer(length));
}

/** A copy of a password, to be zeroed by whoever takes it. */
export function copySecret(bytes: Buffer): Buffer {
  const copy = secretBytes(bytes.length);
  bytes.copy(copy);
  return copy;
}
