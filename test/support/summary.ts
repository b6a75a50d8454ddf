import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule, Vitest } from 'vitest/node';

const maxRunMs = 90 * 60_000;

/**
 * Writes how many tests passed and failed, as JSON, to the file that ROWBELL_TEST_SUMMARY names; `.ci/run` closes with
 * it. A file that could not be run at all counts as one failed test, and so does a run that does not end by itself.
 */
export default class Summary implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunStart(): void {
    // Not in watch mode. A worker that is stuck in a loop reaches no time-out of its own.
    if (this.#vitest?.config.watch) return;
    setTimeout(() => {
      this.onTestRunEnd(this.#vitest?.state.getTestModules() ?? [], [new Error('the run did not end')]);
      process.stderr.write(`The tests have not ended after ${maxRunMs / 60_000} minutes.\n`);
      process.exit(1);
    }, maxRunMs).unref();
  }

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
