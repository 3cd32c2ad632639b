import { describe, expect, it } from 'vitest';
import { createLaptopNews } from '../../../src/bot/jobs/laptop-news.ts';
import type { AgentRecord } from '../../../src/hub/directory.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { fail, ok } from '../../../src/kernel/result.ts';

const AGENT = {
  id: 'LAPTOP',
  name: 'Van 7',
  host: { name: 'van', system: 'linux', agentVersion: '1' },
  speaks: 3,
  technicians: [1, 2],
  createdAt: 0,
  revoked: false,
  pairedBy: 'typed',
  lastSeen: null,
  address: null,
  online: true,
  newKey: null,
} as const satisfies AgentRecord;

describe('news of a laptop', () => {
  it('that does not reach a chat is in the log, and reaches the others', async () => {
    const lines: string[] = [];
    const reached: number[] = [];
    const { online } = createLaptopNews({
      directory: { get: async () => ok(AGENT), isOnline: async () => true },
      running: async () => ok([]),
      alarms: { waitOf: async () => undefined },
      access: { roleOf: async () => ok('technician') },
      profiles: { language: async () => 'en' },
      voice: { say: async () => 'told' },
      deliver: async (chatId) => {
        if (chatId === 1) return fail('busy');
        reached.push(chatId);
        return ok(undefined);
      },
      inTurn: async (_chatId, task) => ok(await task({ remark: async () => false })),
      clock: () => 0,
      log: createLog('info', 'test', { write: (line) => void lines.push(line) }),
    });
    await online(AGENT.id);
    expect(reached).toEqual([2]);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 40, agent: 'LAPTOP', chat: 1 });
  });
});
