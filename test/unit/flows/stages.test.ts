import { describe, expect, it } from 'vitest';
import type { Dialogue, Standing } from '../../../src/flows/engine/dialogue.ts';
import type { Heard, WaitSpec } from '../../../src/flows/engine/heard.ts';
import { FLOWS, newDevice } from '../../../src/flows/index.ts';
import type { House } from '../../../src/flows/ports.ts';
import { type StageName, type Stages, stage } from '../../../src/flows/stages.ts';
import { ok } from '../../../src/kernel/result.ts';

const nobody = {} as Dialogue;

describe('stages', () => {
  it('are each a dialogue', () => {
    const names = FLOWS.map(({ name }) => name);
    const all: Record<StageName, true> = {
      identify: true,
      assess: true,
      order: true,
      'lan-unbind': true,
      guide: true,
      'service-centre': true,
      close: true,
      switch: true,
      trouble: true,
      case: true,
      report: true,
      me: true,
      announce: true,
      site: true,
    };
    expect(names.toSorted()).toEqual(Object.keys(all).toSorted());
  });

  it('can all begin from their case alone, and from words of a time when they were handed more', () => {
    for (const { handed } of FLOWS) {
      expect(handed.parse({})).toEqual({});
      expect(handed.parse({ noLongerHanded: 1 })).toEqual({});
    }
  });

  it('read what they are handed, and refuse what they cannot be', () => {
    const heard: Stages['identify']['heard'] = {
      kind: 'photo',
      fileId: 'F',
      bytes: null,
      album: null,
      messageId: 7,
      said: { answers: { cloud: 'online' } },
    };
    const [identify, , , lanUnbind] = FLOWS;
    expect(identify?.handed.parse({ heard })).toEqual({ heard });
    expect(identify?.handed.safeParse({ heard: { ...heard, fileId: 7 } }).success).toBe(false);
    expect(identify?.handed.safeParse({ heard: { kind: 'button' } }).success).toBe(false);
    expect(lanUnbind?.handed.safeParse({ picture: 'read' }).success).toBe(false);
  });

  it('begin with what was read, and with nothing where nothing was handed', async () => {
    const seen: unknown[] = [];
    const flow = stage('guide', {
      version: 1,
      async run(_, args) {
        seen.push(args);
        return { end: true };
      },
    });
    await flow.run(nobody, { caseId: 'C' });
    await flow.run(nobody, { caseId: 'C', with: { way: 'app', at: 3 } });
    expect(seen).toEqual([
      { caseId: 'C', with: {} },
      { caseId: 'C', with: { way: 'app' } },
    ]);
    expect(() => flow.run(nobody, { caseId: 'C', with: { way: 'reset' } })).toThrow();
  });

  describe('assess at once', () => {
    const wait: WaitSpec = {
      wants: ['words'],
      events: [],
      jobId: null,
      tag: 't',
      buttons: ['yes', 'no', 'laptop', 'back'].map((id) => ({ id, text: id })),
      things: [],
      help: null,
      about: 'previousOwner',
    };
    const pressed = (id: string): Heard => ({ kind: 'button', id, messageId: 7 });
    const assess = FLOWS.find(({ name }) => name === 'assess');

    /** What it begins anew with, and what the case was told. */
    async function heard(answer: Heard, at: Partial<Standing> = {}) {
      const applied: unknown[] = [];
      const apply = async (id: string, action: unknown) => {
        applied.push([id, action]);
        return ok({ case: {}, refused: null });
      };
      const house = { cases: { apply } } as unknown as House;
      const begins = await assess?.atOnce?.(answer, { caseId: 'C', handed: {}, wait, ...at }, house);
      return { begins, applied };
    }

    it('learns a pressed answer, and goes on where it was', async () => {
      const applied = [['C', { type: 'answered', fact: 'previousOwner', given: 'yes' }]];
      expect(await heard(pressed('yes'))).toEqual({ begins: { withoutLaptop: true }, applied });
      const parcel = { withoutLaptop: true, parcel: true };
      expect(await heard(pressed('yes'), { handed: parcel })).toEqual({ begins: parcel, applied });
      const changed = { withoutLaptop: true, change: 'previousOwner' };
      expect(await heard(pressed('yes'), { handed: changed })).toEqual({
        begins: { withoutLaptop: true },
        applied,
      });
    });

    it.each([
      ['another button', pressed('laptop'), {}],
      ['a way out', pressed('back'), {}],
      ['an answer that was not offered', pressed('dont-know'), {}],
      ['a wait about none of its questions', pressed('yes'), { wait: { ...wait, about: 'verdict' } }],
      ['words', { kind: 'other' } as Heard, {}],
    ])('leaves to the wait %s', async (_, answer, at) => {
      expect(await heard(answer, at)).toEqual({ begins: null, applied: [] });
    });
  });

  it('lead from a photo to identify, and in the middle of a stage to the question about another device', () => {
    const words = { kind: 'words', said: { answers: {} } } as const;
    expect(newDevice(words, null)).toEqual({ go: 'identify', with: { heard: words } });
    expect(newDevice(words, 'guide')).toEqual({ go: 'switch', with: { heard: words, resume: 'guide' } });
  });
});
