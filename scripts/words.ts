/** Prints how devices described in words fare: what was understood, what is still asked, the verdict. `npx tsx scripts/words.ts` */
import { DEVICES, walk } from './words/devices.ts';

for (const described of DEVICES) {
  const { understood, asked, verdict } = walk(described);
  const silent = walk({ words: '', truth: described.truth }).asked.length;
  const facts = Object.entries(understood?.answers ?? {}).map(([fact, answer]) => `${fact}=${answer}`);
  const model = understood?.model === undefined ? [] : [`model=${understood.model}`];
  console.log(`${described.words}
    understood: ${[...model, ...facts].join(', ')}
    questions:  ${asked.length} (${asked.join(', ') || 'none'}); ${silent} without the words
    verdict:    ${verdict}${verdict === described.verdict ? '' : `  << ${described.verdict} is right`}`);
}
