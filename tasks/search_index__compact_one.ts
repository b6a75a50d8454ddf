import type { Task, WorkerContext } from '../src/worker/context.ts';

/** Packs what somebody's notifications are found by, once so many are not packed that searches would grow slow. */
export function searchIndexCompactOne({ engine, logger }: WorkerContext): Task {
  return async (payload) => {
    const recipientId = payload && typeof payload === 'object' && 'recipientId' in payload ? payload.recipientId : null;
    if (typeof recipientId !== 'string') throw new Error('The payload names no recipientId.');
    const done = await engine.compactSearchIndex(recipientId);
    if (done > 0) logger.debug('search_index.compacted', { done });
  };
}
