import { expect, it, onTestFinished } from 'vitest';
import { AGENTS, createAgents } from '../../../src/hub/agents.ts';
import { value } from '../../contract/store/contract.ts';
import { countedStore, type Reads, readsOf } from '../../support/counted.ts';
import { folderInMemory, openTestStore } from '../../support/store.ts';

const ANN = 7;
const agent = (id: string, technicians: readonly number[], revoked = false) => ({
  id,
  name: id,
  host: { name: 'laptop', system: 'linux', agentVersion: '1.0.0' },
  publicKey: `key of ${id}`,
  technicians,
  createdAt: 1,
  revoked,
  pairedBy: 'typed' as const,
});

it('reads the agents of one technician alone, however many there are, and follows who may use them', async () => {
  const folder = await folderInMemory();
  const store = await openTestStore(folder.path);
  onTestFinished(async () => {
    await store.close();
    await folder.remove();
  });
  const reads: Reads = { count: 0 };
  const agents = createAgents(countedStore(store, reads));
  for (const id of ['A1', 'A2']) await value(agents.change(id, () => agent(id, [ANN])));
  const ofAnn = async () => (await value(agents.of(ANN))).map(({ id }) => id);
  const few = await readsOf(reads, ofAnn);
  for (let n = 0; n < 300; n++) await value(store.values(AGENTS).set(`B${n}`, agent(`B${n}`, [8], n < 100)));
  expect(await readsOf(reads, ofAnn)).toBe(few);
  expect(await ofAnn()).toEqual(['A1', 'A2']);

  await value(agents.change('A1', (known) => known && { ...known, technicians: [8] }));
  expect(await ofAnn()).toEqual(['A2']);
  await value(agents.change('A1', (known) => known && { ...known, technicians: [8, ANN] }));
  expect(await ofAnn()).toEqual(['A1', 'A2']);
  expect(await value(agents.ids())).toHaveLength(202);
});
