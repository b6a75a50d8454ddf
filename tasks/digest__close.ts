import type { Task } from 'graphile-worker';
import type { WorkerContext } from '../src/worker/context.ts';

/** Closes the digests that are due, a hundred at a time; what tells them are events, planned like any other. */
export function digestClose({ engine, stopping }: WorkerContext): Task {
  return async () => {
    let more = true;
    while (more && !stopping.aborted) more = await engine.closeDigests();
  };
}
