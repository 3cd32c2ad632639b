import { writeFile } from 'node:fs/promises';
import { release, totalmem, type } from 'node:os';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { scrub } from '../../../kernel/scrub.ts';
import type { Texts } from '../../../kernel/texts.ts';
import { lookAtStore } from '../../../store/open.ts';
import { KINDS } from '../../kinds.ts';
import { SOURCE_NAMES } from '../../settings/sources.ts';
import { readSettings } from '../../settings.ts';
import type { Check } from './check.ts';

/**
 * What support needs, as one JSON text: findings, machine, which settings are set (never to what), how many records of each
 * kind there are. No name, no number of a person or a device, no secret.
 * @param now milliseconds since 1970
 */
export async function bundleOf(
  env: Readonly<Record<string, string | undefined>>,
  checks: readonly Check[],
  t: Texts,
  now: number,
): Promise<string> {
  const read = readSettings(env);
  const looked = read.ok ? await lookAtStore(read.value.storeUrl, KINDS) : null;
  const bundle = {
    version: 1,
    at: new Date(now).toISOString(),
    node: process.version,
    system: `${type()} ${release()} ${process.arch}`,
    memoryMegabytes: Math.round(totalmem() / 1024 ** 2),
    settings: SOURCE_NAMES.filter((name) => env[name]?.trim()),
    findings: checks.map((one) => ({
      check: one.check,
      result: one.result,
      detail: one.detail,
      sentence: one.sentence(t),
    })),
    store: looked?.ok ? { bytes: looked.value.size, kinds: looked.value.kinds } : null,
  };
  return scrub(`${JSON.stringify(bundle, null, 2)}\n`);
}

/** Writes it for its owner alone; nothing that is there is written over. The failure is the system's code. */
export async function writeBundle(file: string, text: string): Promise<Result<void, string>> {
  try {
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
    return ok(undefined);
  } catch (error) {
    return fail(error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
  }
}
