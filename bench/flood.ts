/**
 * What a flood costs honest people: a laptop's poll and an answer in the chat, beside attackers who send as fast as they can (wrong
 * codes, unsigned and oversized requests, messages) and without them, in turns, each with a bot of its own. Attackers and bot
 * share this machine's processor, so the figure is an upper bound. `npx tsx bench/flood.ts [--rounds 3] [--times 15]`
 */
import { workBeside } from '../test/security/flood.ts';
import { openFortress } from '../test/security/fortress.ts';
import { alternate, asked, beside, note, report } from './bench.ts';

const { rounds, times } = asked({ rounds: 3, times: 15 });
const answers: Record<'quiet' | 'flooded', (readonly number[])[]> = { quiet: [], flooded: [] };

async function polls(kind: keyof typeof answers): Promise<readonly number[]> {
  const fortress = await openFortress();
  const work = await workBeside(fortress, times, kind === 'flooded');
  await fortress.close();
  answers[kind].push(work.answers);
  if (kind === 'flooded') note(`beside ${work.attacks} attacks (${work.refused} refused)`);
  return work.polls;
}

const took = await alternate({ quiet: () => polls('quiet'), flooded: () => polls('flooded') }, rounds, 0);
const [quiet, chat] = [took.quiet, answers.quiet].map((all) => ({ name: 'without a flood', rounds: all }));
if (!quiet || !chat) throw new Error('nothing was measured');
report([
  beside('poll beside a flood', 'ms', took.flooded, quiet),
  beside('poll beside a flood, p99', 'ms', took.flooded, quiet, { at: 0.99 }),
  beside('chat answer beside a flood', 'ms', answers.flooded, chat),
  beside('chat answer beside a flood, p99', 'ms', answers.flooded, chat, { at: 0.99 }),
]);
