import type { Task, WorkerContext } from '../src/worker/context.ts';
import { createDrain } from '../src/worker/drain.ts';

/** Handlers at a time: while one waits for the database, the other plans. */
const planners = 2;

/**
 * Plans what is due in the lane, until nothing is. An event that cannot be planned (its audience function or its copy is
 * broken) is set apart with its error and does not keep the others from being planned.
 */
export function eventPlan({ engine, lane, logger, stopping, pollNow }: WorkerContext): Task {
  const drain = createDrain(planners);

  async function planDue(): Promise<void> {
    for (let more = true; more && !stopping.aborted; ) {
      const planned = await engine.planDue(lane);
      for (const eventId of planned.failed) logger.error('event.failed', { eventId });
      more = planned.more;
    }
  }

  return async () => {
    let planned = false;
    await drain('due', () => {
      planned = true;
      return planDue();
    });
    // Something may be due before the next look: the clock is set by looking.
    if (planned) pollNow();
  };
}
