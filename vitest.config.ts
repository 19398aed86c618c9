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
  },
});
