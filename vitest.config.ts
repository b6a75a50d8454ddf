import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    reporters: ['default', './test/support/summary.ts'],
    // While files are watched: what has run is run again, on a template that global-setup.ts migrates anew.
    forceRerunTriggers: [...configDefaults.forceRerunTriggers, '**/db/{functions,migrations}/**/*.sql'],
    pool: 'forks',
    // Each file has a database of its own and PostgreSQL takes a core itself.
    maxWorkers: 2,
    // So that what hangs fails. None of them says how long anything may take: a slow machine that does other work as well is fine.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    teardownTimeout: 60_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
