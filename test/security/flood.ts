import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { TestAgent } from '../integration/hub/house.ts';
import type { Fortress } from './fortress.ts';

export interface FloodResult {
  /** What honest people waited for each of their requests, ms, ascending: a poll of a laptop and an answer in the chat. */
  readonly polls: readonly number[];
  readonly answers: readonly number[];
  readonly attacks: number;
  readonly refused: number;
}

/**
 * Honest work of one laptop and one technician, beside a flood or without one. The flood: wrong codes, unsigned polls
 * and large bodies from many addresses, and a stranger's and an invited person's messages, as many as fit.
 */
export async function workBeside(
  fortress: Fortress,
  rounds: number,
  flooding: boolean,
): Promise<FloodResult> {
  const ann = await fortress.technician('Ann');
  const mallory = fortress.api.user({ firstName: 'Mallory' });
  const insider = await fortress.technician('Ivan');
  const laptop = await fortress.laptop(ann, `192.0.2.${flooding ? 1 : 2}`);
  const stop = new AbortController();
  let attacks = 0;
  let refused = 0;

  async function attackHub(worker: number): Promise<void> {
    for (let n = 0; !stop.signal.aborted; n++) {
      const attacker = new TestAgent(fortress.from(`203.0.${worker}.${n % 200}`));
      const answer = await (n % 3 === 0
        ? attacker.askToPair('BCDFGHJKLM')
        : attacker.raw('POST', '/v1/poll', n % 3 === 1 ? '{}' : 'x'.repeat(600_000), {}));
      attacks += 1;
      if (answer.status >= 400) refused += 1;
    }
  }
  /** Refused is what got no answer: a stranger gets one a day, somebody inside a hundred at once. */
  async function attackChat(from: SimUser): Promise<void> {
    const answers = () =>
      fortress.api.calls.filter(
        ({ method, parameters }) => method === 'sendMessage' && parameters.chat_id === from.id,
      ).length;
    const before = answers();
    let sent = 0;
    for (; !stop.signal.aborted; sent++) {
      const chat = { id: from.id, type: 'private', first_name: 'x' };
      const message = { message_id: sent + 1, date: 1, chat, from: from.user, text: 'flood' };
      await fortress.forge({ message } as never);
    }
    attacks += sent;
    refused += sent - (answers() - before);
  }
  const flood = flooding
    ? [attackHub(1), attackHub(2), attackHub(3), attackChat(mallory), attackChat(insider)]
    : [];

  const polls: number[] = [];
  const answers: number[] = [];
  for (let n = 0; n < rounds; n++) {
    const asked = performance.now();
    const { status } = await laptop.poll();
    if (status !== 200) throw new Error(`an honest poll was answered ${status}`);
    polls.push(performance.now() - asked);
    const wrote = performance.now();
    await ann.send('/language');
    await ann.waitFor(/Language\?/);
    answers.push(performance.now() - wrote);
  }
  stop.abort();
  await Promise.all(flood);
  const ascending = (a: number, b: number) => a - b;
  return { polls: polls.sort(ascending), answers: answers.sort(ascending), attacks, refused };
}
