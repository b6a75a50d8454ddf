import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Writes how many tests passed and failed, as JSON, to the file that ROWBELL_TEST_SUMMARY names; `.ci/run` closes with
 * it. A file that could not be run at all counts as one failed test.
 */
export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const file = process.env.ROWBELL_TEST_SUMMARY;
    if (!file) return;
    let passed = 0;
    let failed = errors.length;
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed++;
        if (state === 'failed') failed++;
      }
    }
    writeFileSync(file, JSON.stringify({ passed, failed }));
  }
}
