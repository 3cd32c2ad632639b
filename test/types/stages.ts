/**
 * What only an editor says, said to the compiler (`npm run check:types`): a line that should be wrong is marked, and the
 * mark is an error once the line is right.
 */
import type { Controls } from '../../src/flows/index.ts';
import type { Next } from '../../src/flows/stages.ts';

/** Where a stage may lead. */
export const leads: Next[] = [
  { end: true },
  { go: 'close' },
  { go: 'identify', caseId: 'C', with: { because: 'bot:rma.needsSerial' } },
  { go: 'lan-unbind', with: { picture: 'wrong' } },
  // @ts-expect-error there is no such stage
  { go: 'assses' },
  // @ts-expect-error not a word about the picture
  { go: 'lan-unbind', with: { picture: 'read' } },
  // @ts-expect-error what assess takes, and guide does not
  { go: 'guide', with: { withoutLaptop: true } },
  // @ts-expect-error no way has this name
  { go: 'order', with: { way: 'reset' } },
  // @ts-expect-error close is handed nothing
  { go: 'close', with: { afterLock: true } },
  // @ts-expect-error the case is no part of what is handed
  { go: 'identify', with: { caseId: 'C' } },
];

/** What a command may do to a conversation is typed by the same table. */
export async function commands(controls: Controls): Promise<void> {
  await controls.start('trouble', {
    caseId: '',
    with: { resume: controls.active()?.flow, found: { kind: 'unknown', code: null } },
  });
  // @ts-expect-error there is no such stage
  await controls.start('unbind', { caseId: 'C' });
  // @ts-expect-error what trouble takes, and case does not
  await controls.start('case', { caseId: 'C', with: { found: { kind: 'unknown', code: null } } });
  // @ts-expect-error a stage is about a case
  await controls.start('assess', {});
}
