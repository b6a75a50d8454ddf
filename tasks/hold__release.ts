import type { Task, WorkerContext } from '../src/worker/context.ts';
import { createDrain } from '../src/worker/drain.ts';

/** Judges again what was held (quiet hours, pauses, the cap's next day, fallback steps) and is due, until nothing is. */
export function holdRelease({ engine, lane, stopping }: WorkerContext): Task {
  const drain = createDrain(1);
  return () =>
    drain('holds', async () => {
      while (!stopping.aborted && (await engine.releaseHolds(lane)));
    });
}
