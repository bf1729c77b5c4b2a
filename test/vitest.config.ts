import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// One place for the runner; `scripts/test.mjs` picks the folders. Files run in two workers: the machines this must pass on have two cores.
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    maxWorkers: 2,
    testTimeout: 40_000,
    hookTimeout: 60_000,
    restoreMocks: true,
  },
})
