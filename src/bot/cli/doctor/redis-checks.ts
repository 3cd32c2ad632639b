/** What the doctor finds out about a Redis that the store lies in. */
import { lookAtServer, openStore, type RedisServer } from '../../../store/open.ts';
import { createRoll } from '../../server/roll.ts';
import { storeTrouble } from '../../store-command.ts';
import { type Check, finding, foundAs } from './check.ts';

/** Of what it may use; above it there is little left for the copy that a backup makes. */
const MUCH = 0.7;

/** @returns how many bots work with the store, and what was found; null: it lies in no Redis */
export async function checkRedis(
  storeUrl: string,
  clock: () => number,
): Promise<{ checks: Check[]; bots: number } | null> {
  const looked = await lookAtServer(storeUrl);
  if (looked === null) return null;
  if (!looked.ok) {
    const { failure } = looked;
    const check = foundAs('failed', 'store', failure.problem, (t) => storeTrouble(t, failure).join(' '));
    return { checks: [check], bots: 0 };
  }
  const { place, server } = looked.value;
  const opened = await openStore(storeUrl);
  if (!opened.ok) {
    const { failure } = opened;
    if (failure.reason === 'unsupported') return null;
    const check = foundAs('failed', 'store', failure.problem, (t) => storeTrouble(t, failure).join(' '));
    return { checks: [check], bots: 0 };
  }
  const listed = await createRoll(opened.value, clock).others();
  await opened.value.close();
  const bots = listed.ok ? listed.value.length : 0;
  const who =
    bots > 0
      ? finding('ok', 'operator:doctor.bot.several', { bots })
      : finding('warning', 'operator:doctor.bot.none');
  return { checks: [...ofServer(place, server), who], bots };
}

/** Pure. @param place the address, without what is secret in it */
export function ofServer(place: string, server: RedisServer): Check[] {
  const { program, replicas, needed, isAppending, isSaved, used, most, isOpen } = server;
  const megabytes = (bytes: number) => Math.ceil(bytes / 1024 ** 2);
  const isTight = most !== null && used > MUCH * most;
  const checks = [finding('ok', 'operator:doctor.redis.reached', { place, program })];
  if (!isAppending) checks.push(finding('failed', 'operator:doctor.redis.forgets', { place }));
  if (!isSaved) checks.push(finding('failed', 'operator:doctor.redis.unsaved', { place }));
  if (replicas < needed)
    checks.push(finding('failed', 'operator:doctor.redis.tooFew', { place, replicas, needed }));
  else if (replicas === 0) checks.push(finding('warning', 'operator:doctor.redis.alone', { place }));
  else if (needed === 0) checks.push(finding('warning', 'operator:doctor.redis.notWaited', { place }));
  if (isTight)
    checks.push(
      finding('warning', 'operator:doctor.redis.tight', {
        place,
        megabytes: megabytes(used),
        most: megabytes(most),
      }),
    );
  if (isOpen) checks.push(finding('warning', 'operator:doctor.redis.open', { place }));
  return checks;
}
