import { type CaseRecord, orderInForce } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import type { CasePort, House } from '../../flows/ports.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { RegionPack } from '../../policy/region.ts';
import { atBorder, must } from './must.ts';

/** Latest cases that may belong to one visit. */
const CASES_OF_VISIT = 50;

export interface HouseParts extends Pick<House, 'language' | 'labels' | 'agents' | 'notes'> {
  cases: Pick<CaseDesk, 'open' | 'get' | 'apply' | 'listFor'>;
  /** Looks at a case before a stage gets it: some are closed by that (jobs/stolen.ts). */
  watched(id: string): Promise<Result<CaseRecord | null, unknown>>;
  region: RegionPack;
  /** Milliseconds. */
  clock: () => number;
}

/** All a flow may ask of the house (flows/ports.ts), on the store, the label reader and the hub. */
export function createHouse({ cases, watched, region, clock, ...ports }: HouseParts): House {
  const casePort: CasePort = {
    open: (chatId) => atBorder(async () => must(await cases.open(chatId))),
    get: (id) => atBorder(async () => must(await watched(id))),
    orderOfVisit: (chatId) =>
      atBorder(async () => orderInForce(must(await cases.listFor(chatId, CASES_OF_VISIT)), clock())),
    apply: (id, action) => atBorder(async () => must(await cases.apply(id, action))),
  };
  return { ...ports, cases: casePort, region: { pack: async () => ok(region) } };
}
