/**
 * What a flood costs honest people: p50 and p99 of a laptop's poll and of an answer in the chat, without and beside
 * attackers who send as fast as they can (wrong codes, unsigned and oversized requests, messages). Attackers and bot
 * share this machine's processor, so the figure is an upper bound. Run: npx tsx bench/flood.ts
 */

import { p99, workBeside } from '../test/security/flood.ts';
import { openFortress } from '../test/security/fortress.ts';

const ROUNDS = 45;
const show = (ms: number) => `${ms.toFixed(1).padStart(7)} ms`;

for (const flooding of [false, true]) {
  const fortress = await openFortress();
  const { polls, answers, attacks, refused } = await workBeside(fortress, ROUNDS, flooding);
  console.log(flooding ? `beside a flood of ${attacks} attacks (${refused} refused)` : 'without a flood');
  for (const [name, times] of Object.entries({ poll: polls, 'chat answer': answers })) {
    const p50 = times[Math.floor(times.length / 2)] ?? 0;
    console.log(`  ${name.padEnd(12)} p50 ${show(p50)}   p99 ${show(p99(times))}`);
  }
  await fortress.close();
}
