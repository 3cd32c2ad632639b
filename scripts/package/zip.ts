/** A zip that is the same to the byte whenever, wherever and by whichever node it is made. */
import { configure, Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';

/** A file of a package. */
export interface PackagedFile {
  /** In the zip, with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** May be started: `rwxr-xr-x`, else `rw-r--r--`. */
  readonly isProgram: boolean;
}

// The library's own deflate, as WebAssembly: node's is another one in each of its versions, and packs worse.
configure({ useWebWorkers: false, useCompressionStream: false });

/** Packs the files in the order of their paths. */
export async function zipOf(files: readonly PackagedFile[]): Promise<Uint8Array> {
  const zip = new ZipWriter(new Uint8ArrayWriter(), {
    level: 9,
    // Early enough to be nobody's, late enough for every tool. A zip tells the time of a clock on the wall, as this does.
    lastModDate: new Date(1980, 1, 1),
    extendedTimestamp: false,
    dataDescriptor: false,
  });
  const byPath = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  for (const { path, bytes, isProgram } of byPath) {
    // A regular file, as Unix marks it in the upper half of the attributes.
    const mode = 0o100_000 | (isProgram ? 0o755 : 0o644);
    await zip.add(path, new Uint8ArrayReader(bytes), { externalFileAttributes: mode * 0x1_0000 });
  }
  return zip.close();
}
