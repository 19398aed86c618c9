import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'infra/**/*.test.ts',
      'packages/*/src/**/*.test.ts',
      'services/*/src/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    testTimeout: 20_000,
    // A worker of its own for each file took as long again as the tests. They may share one because none
    // changes what all see: see the ban in test/tidy/bans.ts.
    isolate: false,
    // By default one core is left to the process that only collects results.
    maxWorkers: '100%',
  },
});
