import { defineConfig } from 'vitest/config';

// One project per suite of docs/architecture.md; `scripts/test/stages.ts` runs them in order of cost.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,demo,scripts,test/real}/**/*.test.ts'],
          exclude: ['**/*.db.test.ts'],
        },
      },
      { test: { name: 'repository', include: ['test/repository/**/*.test.ts'] } },
      {
        test: {
          name: 'database',
          include: ['src/**/*.db.test.ts'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/real/**/*.real.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
