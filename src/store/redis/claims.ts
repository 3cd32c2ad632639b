import { UnreadableRecord } from '../record-text.ts';
import type { Claims } from '../store.ts';
import { checkTtl } from '../store-error.ts';
import type { Waiters } from '../waiters.ts';
import { escaped, type RecordKey } from './keys.ts';
import { checked, type RedisRecords } from './records.ts';
import type { Waited } from './waiting.ts';

/** Claims; their time is the server's. */
export function redisClaims(records: RedisRecords, waiters: Waiters<Waited>): Claims {
  const { scripts } = records;
  const at = (name: string): RecordKey => ['claim', name];
  const whole = (ms: number) => String(Math.ceil(ms));
  const setAside = (name: string) =>
    records.setAside(at(name), new UnreadableRecord({ why: 'no-record' }).misfit);

  return {
    take: (name, ttlMs, owner) =>
      records.run(async () => {
        checkTtl(ttlMs);
        const take = async (anyway: boolean) => {
          const args = [checked(at(name)), JSON.stringify(owner), whole(ttlMs), anyway ? '1' : '0'];
          return Number(await records.tell(scripts.take, args));
        };
        let fence = await take(false);
        if (fence < 0) {
          await setAside(name);
          fence = await take(true);
        }
        return fence > 0 ? { fence } : null;
      }),
    renew: (name, ttlMs, owner) =>
      records.run(async () => {
        checkTtl(ttlMs);
        const args = [checked(at(name)), owner, JSON.stringify(owner), whole(ttlMs)];
        const renewed = Number(await records.ask(scripts.renew, args));
        if (renewed < 0) await setAside(name);
        return renewed === 1;
      }),
    release: (name, owner) =>
      records.run(async () => {
        const args = [checked(at(name)), owner, waitName(name)];
        if (Number(await records.ask(scripts.release, args)) < 0) await setAside(name);
      }),
    once: (name, ttlMs) =>
      records.run(async () => {
        checkTtl(ttlMs);
        return (await records.tell(scripts.once, [checked(['once', name]), whole(ttlMs)])) === 1;
      }),
    wasSaid: (name) =>
      records.run(async () => (await records.ask(scripts.wasSaid, [checked(['once', name])])) === 1),
    wait: (name, ms, signal) =>
      waiters.wait(waitName(name), { sort: 'claim', name: checked(at(name)), after: '' }, ms, signal),
  };
}

/** What is told when it is given back. */
const waitName = (name: string) => `claim ${escaped(name)}`;
