import { z } from 'zod';
import type { Task, WorkerContext } from '../src/worker/context.ts';

const payloadSchema = z.object({ recipientId: z.uuid() });

/** Packs what somebody's notifications are found by, once so many are not packed that searches would grow slow. */
export function searchIndexCompactOne({ engine, logger }: WorkerContext): Task {
  return async (payload) => {
    const { recipientId } = payloadSchema.parse(payload);
    const done = await engine.compactSearchIndex(recipientId);
    if (done > 0) logger.debug('search_index.compacted', { done });
  };
}
