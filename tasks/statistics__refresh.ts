import type { Task } from 'graphile-worker';
import type { WorkerContext } from '../src/worker/context.ts';

/** Counts anew the hours and days of which something has changed; every minute. */
export function statisticsRefresh({ engine, logger }: WorkerContext): Task {
  return async () => {
    const done = await engine.refreshStatistics();
    if (done > 0) logger.debug('statistics.refreshed', { done });
  };
}
