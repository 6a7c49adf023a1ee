import { defineConfig } from 'vitest/config'

// Two workers for the two cores of the reference machine; tests that drive a browser or a foreign tool are slow, not hung.
export default defineConfig({
  test: {
    include: ['host/**/*.test.ts', 'test/**/*.test.ts', 'web/**/*.test.ts', 'bench/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
