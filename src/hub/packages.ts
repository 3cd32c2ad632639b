/**
 * The portable packages of the agent (docs/decisions/0064) as they lie in the operator's folder: all of it is looked at
 * before anything is handed out, and a file that is not what the list says is handed out by nobody.
 */
import { createHash, type KeyObject } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../kernel/result.ts';
import {
  type AgentPackage,
  OPERATOR_KEY_FILE,
  PACKAGES_FILE,
  PACKAGES_SIGNATURE_FILE,
  type PackagesList,
  type PackagesRefusal,
  readPackages,
  SUMS_FILE,
} from '../link/packages.ts';
import { parsePublicKey } from '../link/signing.ts';

/**
 * Why packages are not handed out; `file` is the one it is about. `unreadable`: it is not there, or may not be read. `bad-key`: it
 * holds no key. `altered`: it is not as long, or has not the sum, that the list says.
 */
export interface PackagesFailure {
  readonly reason: 'unreadable' | 'bad-key' | 'altered' | PackagesRefusal;
  readonly file: string;
}

/** What lies beside the packages, for those who check them. */
export const SIDE_FILES = [PACKAGES_FILE, PACKAGES_SIGNATURE_FILE, SUMS_FILE, OPERATOR_KEY_FILE] as const;
export type SideFile = (typeof SIDE_FILES)[number];

export interface Packages {
  readonly list: PackagesList;
  /** As they were when the list was found good. */
  readonly sideFiles: ReadonlyMap<string, Buffer>;
  /**
   * Opens a package's file for reading; whoever asked closes it. One that was exchanged since is looked at anew first.
   */
  open(wanted: AgentPackage): Promise<Result<FileHandle, 'unreadable' | 'altered'>>;
  /** The bytes of one, read off the disk as they are needed, anew each time. Reading throws where `open` would fail. */
  bytesOf(wanted: AgentPackage): { readonly size: number; read(): AsyncIterable<Uint8Array> };
}

/**
 * Reads the folder that `npm run package:agent` has written: the list's signature, and each file against its sum.
 * @param operatorKey whose signature counts; null: the one whose public half lies in the folder
 */
export async function openPackages(
  folder: string,
  operatorKey: KeyObject | null,
): Promise<Result<Packages, PackagesFailure>> {
  const sideFiles = new Map<SideFile, Buffer>();
  for (const file of SIDE_FILES) {
    const bytes = await readFile(join(folder, file)).catch(() => null);
    if (!bytes) return fail({ reason: 'unreadable', file });
    sideFiles.set(file, bytes);
  }
  const textOf = (file: SideFile) => sideFiles.get(file)?.toString('utf8').trim() ?? '';
  const key = operatorKey ?? parsePublicKey(textOf(OPERATOR_KEY_FILE));
  if (!key) return fail({ reason: 'bad-key', file: OPERATOR_KEY_FILE });
  const bytes = sideFiles.get(PACKAGES_FILE) ?? Buffer.alloc(0);
  const list = readPackages(bytes, textOf(PACKAGES_SIGNATURE_FILE), key);
  if (!list.ok) return fail({ reason: list.failure, file: PACKAGES_FILE });

  const look = createLook(folder);
  for (const one of list.value.packages) {
    const opened = await look(one);
    if (!opened.ok) return fail({ reason: opened.failure, file: one.file });
    await opened.value.close();
  }
  return ok({
    list: list.value,
    sideFiles,
    open: look,
    bytesOf: (wanted) => ({
      size: wanted.bytes,
      async *read() {
        const opened = await look(wanted);
        if (!opened.ok) throw new Error(`${wanted.file} is ${opened.failure}`);
        yield* opened.value.createReadStream() as AsyncIterable<Buffer>;
      },
    }),
  });
}

/** Opens files that are what the list says. A file is read through once for each of its states, whoever asks for it. */
function createLook(folder: string): Packages['open'] {
  /** File -> state and what was found of it. */
  const looked = new Map<string, { state: string; isRight: Promise<boolean> }>();

  return async (wanted) => {
    const handle = await open(join(folder, wanted.file)).catch(() => null);
    if (!handle) return fail('unreadable');
    try {
      const { ino, size, mtimeMs } = await handle.stat();
      const state = `${ino} ${size} ${mtimeMs}`;
      const before = looked.get(wanted.file);
      const isRight = before?.state === state ? before.isRight : isAsListed(handle, size, wanted);
      looked.set(wanted.file, { state, isRight });
      if (await isRight) return ok(handle);
      await handle.close();
      return fail('altered');
    } catch {
      looked.delete(wanted.file);
      await handle.close().catch(() => undefined);
      return fail('unreadable');
    }
  };
}

async function isAsListed(
  handle: FileHandle,
  size: number,
  { bytes, sha256 }: AgentPackage,
): Promise<boolean> {
  if (size !== bytes) return false;
  const hash = createHash('sha256');
  for await (const chunk of handle.createReadStream({ start: 0, autoClose: false })) hash.update(chunk);
  return hash.digest('hex') === sha256;
}
