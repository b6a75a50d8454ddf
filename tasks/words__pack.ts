import type { Task } from 'graphile-worker';
import type { WorkerContext } from '../src/worker/context.ts';

/** Packs the words of notifications for those who have many; hourly. What is not packed is found all the same. */
export function wordsPack({ engine, logger }: WorkerContext): Task {
  return async () => {
    const packed = await engine.packWords();
    if (packed > 0) logger.info('words.packed', { packed });
  };
}
