import { defineConfig } from 'vitest/config';

/** Floods fill the queues of the whole machine, and whoever looks for a device beside them is right to call it flooded. */
const FLOODS = ['test/security/lan/**/*.test.ts', 'test/integration/lan-agent/losses.test.ts'];
/** Everything happens in the tests' own process and ends with the test: many files to a fork, which loads the house once. */
const WITHIN = [
  'test/unit/**/*.test.ts',
  'test/integration/{audit,bot,cases,flows,groups,hub,sandbox-device,sandbox-telegram,store}/**/*.test.ts',
  'test/security/*.test.ts',
];

export default defineConfig({
  test: {
    pool: 'forks',
    // Two match the smallest machine.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'within', include: WITHIN, isolate: false, sequence: { groupOrder: 0 } },
      },
      {
        // Processes, real networks, real time: one fork per file keeps them apart.
        extends: true,
        test: {
          name: 'apart',
          include: ['test/**/*.test.ts'],
          exclude: [...WITHIN, ...FLOODS],
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'floods', include: FLOODS, maxWorkers: 1, sequence: { groupOrder: 2 } },
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
