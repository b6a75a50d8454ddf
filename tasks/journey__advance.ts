import type { Task } from 'graphile-worker';
import type { WorkerContext } from '../src/worker/context.ts';

/** Takes the next step of journeys that are due; what is told are events, planned like any other. */
export function journeyAdvance({ engine, stopping }: WorkerContext): Task {
  return async () => {
    let more = true;
    while (more && !stopping.aborted) more = await engine.advanceJourneys();
  };
}
