import { expect, it } from 'vitest';
import { workBeside } from './flood.ts';
import { openFortress } from './fortress.ts';

it('serves honest people during a flood; what it may cost them is told by bench/flood.ts', async () => {
  // By a clock that stands, somebody inside has no more answers coming, however long a busy machine takes over the rounds.
  const now = Date.now();
  const fortress = await openFortress({}, () => now);
  try {
    // Throws when an honest poll is refused or an honest message stays without an answer.
    const { polls, answers, attacks, refused } = await workBeside(fortress, 20, true);
    expect(polls).toHaveLength(20);
    expect(answers).toHaveLength(20);
    expect(attacks).toBeGreaterThan(100);
    // A hundred messages of somebody who is inside are no attack yet; the rest stays without an answer.
    expect(refused).toBeGreaterThanOrEqual(attacks - 150);
    expect(refused).toBeLessThanOrEqual(attacks);
  } finally {
    await fortress.close();
  }
});

it('answers about a hundred messages of one person at once, then asks them to wait, once, and serves others', async () => {
  // At once by the bot's clock, however long a busy machine takes over them: two are let in with every second.
  const now = Date.now();
  const fortress = await openFortress({}, () => now);
  try {
    const ivan = await fortress.technician('Ivan');
    const ann = await fortress.technician('Ann');
    const chat = { id: ivan.id, type: 'private', first_name: 'x' };
    for (let n = 1; n <= 160; n++) {
      const message = { message_id: n, date: 1, chat, from: ivan.user, text: 'flood' };
      await fortress.forge({ message } as never);
    }
    const answers = ivan.messages.filter(({ from }) => from === 'bot');
    expect(answers.length).toBeLessThan(140);
    expect(answers.filter(({ text }) => /too fast/.test(text))).toHaveLength(1);
    await ann.send('/language');
    await ann.waitFor(/Language\?/);
  } finally {
    await fortress.close();
  }
});
