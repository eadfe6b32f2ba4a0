import { defineConfig } from 'vitest/config';

// Packages are resolved to their sources, so that a test always runs what is in the editor;
// worker threads load the built files, which `npm test` makes first.
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: [
      'setup/**/*.test.mjs',
      'packages/**/*.test.ts',
      'apps/**/*.test.ts',
      'examples/**/*.test.{ts,mjs}',
      'test/**/*.test.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
