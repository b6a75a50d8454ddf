import type { Task } from 'graphile-worker';
import type { WorkerContext } from '../src/worker/context.ts';

/** Keeps the partitions of the coming months in place; daily. */
export function partitionMake({ engine, logger }: WorkerContext): Task {
  return async () => {
    const made = await engine.makePartitions();
    if (made > 0) logger.info('partitions.made', { made });
  };
}
