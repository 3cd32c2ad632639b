import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { agentCommand, agentEvent, MOST_HINDRANCES, MOST_IN_GROUP } from '../../../src/link/messages.ts';

const SERIAL = 'J50000062';
const head = () => ({ id: ulid(), jobId: ulid(), at: 1_800_000_000_000 });
const events = (more: object) => [
  { ...head(), type: 'discovered', devices: [], omitted: 0, interfaces: [], ...more },
  { ...head(), type: 'status', shortSerial: SERIAL, status: 'not-found', device: null, ...more },
  {
    ...head(),
    type: 'outcome',
    report: { shortSerial: SERIAL, outcome: 'not-found', verified: false },
    ...more,
  },
];
/** What is left of hindrances that a laptop sends, in each event that may carry them. */
const left = (hindrances: unknown) =>
  events({ hindrances }).map((event) => {
    const read = agentEvent.parse(event);
    return 'hindrances' in read ? read.hindrances : undefined;
  });
const thrice = (value: unknown) => [value, value, value];

describe('why a device was not heard, as a laptop may say it', () => {
  it('is a word of ours and the name of an interface', () => {
    const told = [{ kind: 'no-interface' }, { kind: 'interface-skipped', name: 'tun0' }];
    expect(left(told)).toEqual(thrice(told));
    // A text of its own does not come along.
    expect(left([{ kind: 'port-fallback', text: 'Call 555', name: 'x' }])).toEqual(
      thrice([{ kind: 'port-fallback' }]),
    );
  });

  it.each([
    ['a word that is not ours', [{ kind: 'call-this-number' }]],
    ['one without the interface it is about', [{ kind: 'send-failed' }]],
    ['a name without end', [{ kind: 'send-failed', name: 'x'.repeat(65) }]],
    ['more than an event takes', Array(MOST_HINDRANCES + 1).fill({ kind: 'no-interface' })],
    ['no list at all', 'no-interface'],
  ])('is left out, and does not cost the event: %s', (_, hindrances) => {
    expect(left(hindrances)).toEqual(thrice(undefined));
  });

  it('is missing from older agents', () => {
    for (const event of events({})) expect(agentEvent.safeParse(event).success).toBe(true);
  });
});

describe('a place in a group', () => {
  const unbind = {
    ...{ id: ulid(), type: 'unbind', jobId: ulid(), expiresAt: 1, permit: 'p', shortSerial: SERIAL },
    ...{ technician: 'Vera', language: 'ru', afterLock: false },
  };
  const place = { id: ulid(), samePassword: true, last: false, number: 3, of: 12 };

  it('comes with an unbind, or does not', () => {
    expect(agentCommand.parse({ ...unbind, group: place })).toEqual({ ...unbind, group: place });
    expect(agentCommand.parse(unbind)).toEqual(unbind);
  });

  it.each([
    ['of no run', { id: 'group' }],
    ['that does not say whether the password is the same', { samePassword: undefined }],
    ['before the first', { number: 0 }],
    ['of too many', { of: MOST_IN_GROUP + 1 }],
  ])('is not taken %s', (_, change) => {
    expect(agentCommand.safeParse({ ...unbind, group: { ...place, ...change } }).success).toBe(false);
  });
});
