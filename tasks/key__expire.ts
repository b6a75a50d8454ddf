import type { Task } from 'graphile-worker';
import type { WorkerContext } from '../src/worker/context.ts';

/** Forgets dedupe keys, counters and idempotency keys that no rule can ask for any more; hourly. */
export function keyExpire({ engine, logger }: WorkerContext): Task {
  return async () => {
    const expired = await engine.expireKeys();
    if (expired > 0) logger.info('keys.expired', { expired });
  };
}
