import fc from 'fast-check';

/** What can happen to a file: it is cut off, a page of it is empty, or bytes of it are others. Offsets are bytes. */
export type FileDamage =
  | { readonly cutAt: number }
  | { readonly zeroedPage: number }
  | { readonly changed: readonly { readonly at: number; readonly to: number }[] };

const PAGE = 4_096;

/** Where something stands that the engine believes: the heads of pages and the lists of what is on them. */
function structure(size: number): fc.Arbitrary<number> {
  return fc.tuple(fc.nat(size / PAGE - 1), fc.nat(167)).map(([page, at]) => page * PAGE + at);
}

export function damage(size: number): fc.Arbitrary<FileDamage> {
  const at = fc.oneof(structure(size), fc.nat(size - 1));
  return fc.oneof(
    fc.record({
      cutAt: fc.oneof(
        fc.nat(size - 1),
        fc.nat(size / PAGE - 1).map((page) => page * PAGE),
      ),
    }),
    fc.record({ zeroedPage: fc.nat(size / PAGE - 1) }),
    fc.record({ changed: fc.array(fc.record({ at, to: fc.nat(255) }), { minLength: 1, maxLength: 4 }) }),
  );
}

/** The file after that happened to it. */
export function damaged(file: Buffer, what: FileDamage): Buffer {
  const bytes = Buffer.from(file);
  if ('cutAt' in what) return bytes.subarray(0, what.cutAt);
  if ('zeroedPage' in what) return bytes.fill(0, what.zeroedPage * PAGE, (what.zeroedPage + 1) * PAGE);
  for (const { at, to } of what.changed) bytes[at] = to;
  return bytes;
}
