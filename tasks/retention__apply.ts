import type { Task } from 'graphile-worker';
import type { WorkerContext } from '../src/worker/context.ts';

/** Lets go of what is older than its table's policy; hourly, so that what had to wait is soon tried again. */
export function retentionApply({ engine, logger }: WorkerContext): Task {
  return async () => {
    const done = await engine.applyRetention();
    if (done > 0) logger.info('retention.applied', { done });
  };
}
