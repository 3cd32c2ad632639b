import { describe, expect, it } from 'vitest';
import { decodeCompiled, encodeCompiled } from '../../../src/bot/compiled.ts';

const PARTS = new Map([
  ['unbind-bot-ÄA.cjs', Buffer.from('eleven long')],
  ['unbind-bot-B.cjs', Buffer.alloc(0)],
  ['unbind-bot-C.cjs', Buffer.from([10, 0, 255, 10])],
]);

describe('what is compiled, as a file', () => {
  it('is read as it was written, each part from a place that is not copied', () => {
    // A buffer of its own, as a file is read into.
    const file = Buffer.from(new Uint8Array(encodeCompiled(PARTS)).buffer);
    const parts = decodeCompiled(file);
    expect(parts).toEqual(PARTS);
    for (const data of parts.values()) expect((data.byteOffset - file.byteOffset) % 8).toBe(0);
  });

  it('is not used where any byte of it is another, or one is missing', () => {
    const file = encodeCompiled(PARTS);
    for (let at = 0; at < file.length; at++) {
      const damaged = Buffer.from(file);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      expect(decodeCompiled(damaged).size, `byte ${at}`).toBe(0);
      expect(decodeCompiled(file.subarray(0, at)).size, `${at} bytes`).toBe(0);
    }
  });

  it('is not used by another node', () => {
    expect(decodeCompiled(encodeCompiled(PARTS, 'node v1.0.0 x64')).size).toBe(0);
    expect(decodeCompiled(encodeCompiled(PARTS, 'node v1.0.0 x64'), 'node v1.0.0 x64')).toEqual(PARTS);
  });
});
