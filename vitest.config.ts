import { defineConfig } from 'vitest/config';

const BROWSER_TESTS = 'test/e2e/**/*.test.ts';

// Packages are resolved to their sources, so that a test always runs what is in the editor;
// worker threads load the built files, which `npm test` makes first.
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: [
            'setup/**/*.test.mjs',
            'packages/**/*.test.ts',
            'apps/**/*.test.ts',
            'examples/**/*.test.{ts,mjs}',
            'test/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', BROWSER_TESTS],
          maxWorkers: 2,
          // What a file imports is loaded once for each worker: no test here leaves anything behind in a module.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // One at a time, after all others: a simulated person needs pictures often enough to follow a challenge.
        extends: true,
        test: {
          name: 'browser',
          include: [BROWSER_TESTS],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
