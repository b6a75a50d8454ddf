import type { Task, WorkerContext } from '../src/worker/context.ts';
import { createDrain } from '../src/worker/drain.ts';

/** Takes the next step of journeys that are due; what is told are events, planned like any other. */
export function journeyAdvance({ engine, stopping }: WorkerContext): Task {
  const drain = createDrain(1);
  return () =>
    drain('journeys', async () => {
      while (!stopping.aborted && (await engine.advanceJourneys()));
    });
}
