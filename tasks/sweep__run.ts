import type { Task, WorkerContext } from '../src/worker/context.ts';

/** Runs the packs' sweeps that are due; every minute. */
export function sweepRun({ engine, logger }: WorkerContext): Task {
  return async () => {
    for (const { sweepKey, runId, seen, tookMs, failed } of await engine.runDueSweeps()) {
      if (failed) logger.error('sweep.failed', { sweepKey, runId });
      else logger.info('sweep.finished', { sweepKey, runId, seen, tookMs });
    }
  };
}
