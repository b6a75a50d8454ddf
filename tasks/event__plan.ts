import type { Task } from 'graphile-worker';
import { z } from 'zod';
import type { WorkerContext } from '../src/worker/context.ts';
import { isConnectionLoss } from '../src/worker/persist.ts';

const payloadSchema = z.object({ event_ids: z.array(z.uuid()).min(1) });

/**
 * Plans events, slice by slice. One that cannot be planned (its audience function or its copy is broken) is set apart
 * with its error and does not keep the others from being planned.
 */
export function eventPlan({ engine, logger, stopping }: WorkerContext): Task {
  async function plan(eventIds: readonly string[]): Promise<void> {
    try {
      while (!stopping.aborted && (await engine.plan(eventIds)));
    } catch (error) {
      if (isConnectionLoss(error)) throw error;
      if (eventIds.length > 1) {
        for (const eventId of eventIds) await plan([eventId]);
        return;
      }
      const [eventId] = eventIds as [string];
      const { code, message } = error as Error & { code?: string };
      await engine.failEvent(eventId, `${code}: ${message}`);
      logger.error('event.failed', { eventId, code });
    }
  }

  return (payload) => plan(payloadSchema.parse(payload).event_ids);
}
