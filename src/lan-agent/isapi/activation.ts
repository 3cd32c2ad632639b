import { fail, ok, type Result } from '../../kernel/result.ts';
import type { FoundDevice } from '../network/search.ts';
import { readActivated } from './documents.ts';
import { get, type HttpFailure } from './http.ts';
import { readDocument } from './read-document.ts';
import type { Site } from './site.ts';

/**
 * Asks the one thing a device tells without a login: whether it has a password at all (protocol/isapi.md 2.5). It
 * costs no attempt. Plain HTTP: nothing in it is secret.
 */
export async function readActivation(
  { address, from, httpPort, tap }: Site,
  signal: AbortSignal,
): Promise<Result<boolean, HttpFailure | 'unreadable'>> {
  const origin = { address, from, port: httpPort, trust: null, tap };
  const answer = await get(origin, '/SDK/activateStatus', null, signal);
  if (!answer.ok) return answer;
  const root = readDocument(answer.value.body);
  const activated = answer.value.status === 200 && root.ok ? readActivated(root.value) : null;
  return activated === null ? fail('unreadable') : ok(activated);
}

/**
 * Whether a device says that it has no password yet: by its announcement, and where that says nothing, by the one
 * question of its web server that needs no login.
 * @param site null where its web server may not be asked
 */
export async function isNotActivated(
  { announcement }: FoundDevice,
  site: Site | null,
  signal: AbortSignal,
): Promise<boolean> {
  if (announcement.activated !== null) return !announcement.activated;
  const told = site && (await readActivation(site, signal));
  return told?.ok === true && !told.value;
}
