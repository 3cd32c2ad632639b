/**
 * Where the text of a setting comes from: the environment (and `.env`, which was read into it), and for a secret a file
 * instead, named by `<NAME>_FILE` or handed over by systemd as the credential `<NAME>` (systemd.exec(5), LoadCredential=).
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SECRET_NAMES, SETTING_NAMES, type SecretName, type SettingName } from './registry.ts';

/** The folder of credentials, as systemd names it. */
const CREDENTIALS = 'CREDENTIALS_DIRECTORY';
/** More than any secret of ours has, bytes. */
const MAX_SECRET_BYTES = 4_096;

/** Names an operator may set: every setting, and the file of every secret. */
export type SourceName = SettingName | `${SecretName}_FILE`;
export const SOURCE_NAMES: readonly SourceName[] = [
  ...SETTING_NAMES,
  ...SECRET_NAMES.map((name) => `${name}_FILE` as const),
];

/** What is wrong with where a secret lies. */
export type SourceFault =
  /** No file, not ours to read, or nothing a secret would be in; `detail` is the system's code or a word. */
  | { readonly source: SourceName; readonly problem: 'file-unreadable'; readonly detail: string }
  /** Nothing is in it. */
  | { readonly source: SourceName; readonly problem: 'file-empty' }
  /** It is set here and elsewhere, and nobody can say which is meant. */
  | { readonly source: SourceName; readonly problem: 'set-twice'; readonly other: string };

export interface Found {
  /** What is set, trimmed. */
  readonly given: Readonly<Partial<Record<SettingName, string>>>;
  readonly faults: readonly SourceFault[];
  /** Files that secrets were read from. */
  readonly files: readonly string[];
}

/** Finds the text of every setting. A blank value counts as not set, as container tools pass it. */
export function findSettings(env: Readonly<Record<string, string | undefined>>): Found {
  const set = (name: string) => env[name]?.trim() || undefined;
  const given: Partial<Record<SettingName, string>> = {};
  for (const name of SETTING_NAMES) {
    const value = set(name);
    if (value !== undefined) given[name] = value;
  }
  const faults: SourceFault[] = [];
  const files: string[] = [];
  const credentials = set(CREDENTIALS);
  for (const name of SECRET_NAMES) {
    const source = `${name}_FILE` as const;
    const named = set(source);
    const handed = credentials === undefined ? undefined : join(credentials, name);
    const file = named ?? (handed !== undefined && isThere(handed) ? handed : undefined);
    if (file === undefined) continue;
    if (given[name] !== undefined) {
      const other = named === undefined ? CREDENTIALS : source;
      faults.push({ source: name, problem: 'set-twice', other });
      continue;
    }
    const read = readSecret(file);
    if ('detail' in read) faults.push({ source, problem: 'file-unreadable', detail: read.detail });
    else if (read.text === '') faults.push({ source, problem: 'file-empty' });
    else {
      given[name] = read.text;
      files.push(file);
    }
  }
  return { given, faults, files };
}

function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

/** What is in a file, without the end of its line. A pipe or a device is not waited for. */
function readSecret(file: string): { text: string } | { detail: string } {
  try {
    const seen = statSync(file);
    if (!seen.isFile()) return { detail: 'no file' };
    if (seen.size > MAX_SECRET_BYTES) return { detail: `${seen.size} bytes` };
    return { text: readFileSync(file, 'utf8').trim() };
  } catch (error) {
    return { detail: (error as NodeJS.ErrnoException).code ?? 'unreadable' };
  }
}
