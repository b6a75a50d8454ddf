import type { Task } from 'graphile-worker';
import { z } from 'zod';
import type { WorkerContext } from '../src/worker/context.ts';
import { createDrain } from '../src/worker/drain.ts';
import { isConnectionLoss } from '../src/worker/persist.ts';

const payloadSchema = z.object({ event_ids: z.array(z.uuid()).min(1).optional() });

/** Handlers that plan what is due at a time; planning new events has the other places. */
const dueHandlers = 2;

/**
 * Plans events, slice by slice: those it is given, or all that is due. One that cannot be planned (its audience function
 * or its copy is broken) is set apart with its error and does not keep the others from being planned.
 */
export function eventPlan({ engine, lane, logger, stopping, pollNow }: WorkerContext): Task {
  const drain = createDrain(dueHandlers);

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

  async function planDue(): Promise<void> {
    for (let more = true; more && !stopping.aborted; ) {
      const planned = await engine.planDue(lane);
      for (const eventId of planned.failed) logger.error('event.failed', { eventId });
      more = planned.more;
    }
  }

  return async (payload) => {
    const { event_ids: eventIds } = payloadSchema.parse(payload);
    if (eventIds) return plan(eventIds);
    await drain('due', planDue);
    // Something may be due before the next look: the clock is set by looking.
    pollNow();
  };
}
