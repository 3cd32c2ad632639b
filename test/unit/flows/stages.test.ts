import { describe, expect, it } from 'vitest';
import type { Dialogue } from '../../../src/flows/engine/dialogue.ts';
import { FLOWS, newDevice } from '../../../src/flows/index.ts';
import { type StageName, type Stages, stage } from '../../../src/flows/stages.ts';

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

  it('lead from a photo to identify, and in the middle of a stage to the question about another device', () => {
    const words = { kind: 'words', said: { answers: {} } } as const;
    expect(newDevice(words, null)).toEqual({ go: 'identify', with: { heard: words } });
    expect(newDevice(words, 'guide')).toEqual({ go: 'switch', with: { heard: words, resume: 'guide' } });
  });
});
