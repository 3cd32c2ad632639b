import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { agentEvent, MOST_HINDRANCES } from '../../../src/link/messages.ts';

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
