import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Unconfirmed } from '../../../src/bot/telegram/unconfirmed.ts';

const updates = (...ids: number[]) => ids.map((update_id) => ({ update_id }));

describe('unconfirmed updates', () => {
  it('hold the offset at the oldest one still being handled', () => {
    const ledger = new Unconfirmed();
    expect(ledger.offset).toBe(0);
    ledger.take(updates(10, 11, 12));
    ledger.done(11);
    ledger.done(12);
    expect(ledger.offset).toBe(10);
    ledger.done(10);
    expect(ledger.offset).toBe(13);
  });

  it('are taken once, however often they come', () => {
    const ledger = new Unconfirmed();
    expect(ledger.take(updates(10, 11))).toEqual(updates(10, 11));
    ledger.done(11);
    expect(ledger.take(updates(10, 11, 12))).toEqual(updates(12));
    ledger.done(10);
    ledger.done(12);
    // A new polling session starts from what Telegram has not been told to forget.
    expect(ledger.take(updates(10, 11, 12))).toEqual([]);
    ledger.confirmed(ledger.offset);
    expect(ledger.take(updates(13))).toEqual(updates(13));
  });

  it('that are left hold the offset, but nobody waits for them', async () => {
    const ledger = new Unconfirmed();
    ledger.take(updates(1, 2));
    ledger.leave(1);
    ledger.done(2);
    await ledger.settled();
    expect(ledger.offset).toBe(1);
  });

  it('wake everybody who waits for the last one', async () => {
    const ledger = new Unconfirmed();
    await ledger.settled();
    ledger.take(updates(1, 2));
    let woken = 0;
    const waits = [1, 2].map(() => ledger.settled().then(() => (woken += 1)));
    ledger.done(1);
    await new Promise(setImmediate);
    expect(woken).toBe(0);
    ledger.done(2);
    await Promise.all(waits);
    expect(woken).toBe(2);
  });

  it('never let the offset pass one that is being handled', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 60 }), (script) => {
        const ledger = new Unconfirmed();
        const open = new Set<number>();
        let next = 100;
        for (const step of script) {
          if (step < 5) {
            for (const { update_id } of ledger.take(updates(next, next + 1))) open.add(update_id);
            next += 2;
          } else {
            const id = [...open][step % Math.max(1, open.size)];
            if (id === undefined) continue;
            open.delete(id);
            ledger.done(id);
          }
          ledger.confirmed(ledger.offset);
          for (const id of open) expect(ledger.offset).toBeLessThanOrEqual(id);
          expect(ledger.take(updates(...open))).toEqual([]);
        }
      }),
    );
  });
});
