import type { Task, WorkerContext } from '../src/worker/context.ts';
import { createDrain } from '../src/worker/drain.ts';

/** Closes the digests that are due, a hundred at a time; what tells them are events, planned like any other. */
export function digestClose({ engine, stopping }: WorkerContext): Task {
  const drain = createDrain(1);
  return () =>
    drain('digests', async () => {
      while (!stopping.aborted && (await engine.closeDigests()));
    });
}
