import { defineConfig } from 'vitest/config';

/** Floods fill the queues of the whole machine, and whoever looks for a device beside them is right to call it flooded. */
const FLOODS = ['test/security/lan/**/*.test.ts'];

export default defineConfig({
  test: {
    // Real sockets and child processes: one fork per file keeps them apart; two match the smallest machine.
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'all', include: ['test/**/*.test.ts'], exclude: FLOODS, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: { name: 'floods', include: FLOODS, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
    globalSetup: 'test/support/programs.ts',
    setupFiles: 'test/support/own-environment.ts',
    // The longest a step may take on a machine that does other things, too; what is there ends its wait at once.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    restoreMocks: true,
  },
});
