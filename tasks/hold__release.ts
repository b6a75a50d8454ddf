import type { Task } from 'graphile-worker';
import type { WorkerContext } from '../src/worker/context.ts';
import { createDrain } from '../src/worker/drain.ts';

/** Judges again what was held (quiet hours, pauses, the cap's next day, fallback steps) and is due, until nothing is. */
export function holdRelease({ engine, lane, stopping }: WorkerContext): Task {
  // One at a time in a process: at seven in the morning there are many, and planning and sending them needs the other places.
  const drain = createDrain(1);
  return () =>
    drain('holds', async () => {
      while (!stopping.aborted && (await engine.releaseHolds(lane)));
    });
}
