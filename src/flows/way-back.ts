import { stageOf } from '../cases/case.ts';
import type { Dialogue } from './engine/dialogue.ts';
import type { Next, StageName } from './stages.ts';

/** Where a stage that was entered from the side leads back to: what was left, else where the open case stands. */
export async function wayBack(
  dialogue: Dialogue,
  args: { caseId: string; with: { resume?: StageName | undefined } },
): Promise<Next> {
  const { resume } = args.with;
  if (resume !== undefined) return { go: resume };
  if (args.caseId === '') return { end: true };
  const record = await dialogue.house((house) => house.cases.get(args.caseId));
  return record?.closedAt === null ? { go: stageOf(record) } : { end: true };
}
