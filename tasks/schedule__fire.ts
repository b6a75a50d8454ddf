import type { Task, WorkerContext } from '../src/worker/context.ts';

/** Makes the events of schedules whose time has come, until none is left. */
export function scheduleFire({ engine, stopping }: WorkerContext): Task {
  return async () => {
    while (!stopping.aborted && (await engine.fireSchedules()));
  };
}
