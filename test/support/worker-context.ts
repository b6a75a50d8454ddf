import { createEngine, type Engine } from '../../src/database/engine.ts';
import { createLogger } from '../../src/logger.ts';
import type { Provider } from '../../src/providers/types.ts';
import { createBackground } from '../../src/worker/background.ts';
import type { WorkerContext } from '../../src/worker/context.ts';
import { persist } from '../../src/worker/persist.ts';
import { eventPlan } from '../../tasks/event__plan.ts';
import { upkeepTasks } from '../../tasks/upkeep.ts';
import type { TestDatabase } from './database.ts';
import { senders } from './senders.ts';

/** The engine as a worker calls it, over connections of the worker's login. */
export function engineOf(db: TestDatabase): Engine {
  return createEngine({ pool: db.worker, planningPool: db.worker });
}

/** The context of a worker that lives in the test itself, for its tasks to be run one by one. */
export function planningContext(db: TestDatabase, providers: readonly Provider[] = []): WorkerContext {
  const logger = createLogger({ level: 'silent', component: 'test' });
  return {
    engine: createEngine({ pool: db.worker, planningPool: db.worker }),
    lane: 'bulk',
    senderOf: (id) => {
      const provider = providers.find(({ name }) => senders[name] === id);
      return provider && { id, provider };
    },
    compose: null,
    logger,
    workerId: () => '00000000-0000-0000-0000-000000000000',
    abandon: new AbortController().signal,
    stopping: new AbortController().signal,
    pollNow: () => {},
    background: createBackground(logger).add,
    persist: (write) => persist(write, logger),
  };
}

/** Runs the planning jobs of the bulk lane as a worker does that heard no notice: when their second is over. */
export async function runPlanning(db: TestDatabase): Promise<void> {
  await db.owner.query('update graphile_worker._private_jobs set run_at = now()');
  await db.runJobs({ event__plan: eventPlan(planningContext(db)) });
}

/** One of the jobs of upkeep, as the worker runs it. */
export async function runUpkeep(db: TestDatabase, task: string): Promise<void> {
  const run = upkeepTasks(planningContext(db))[task];
  if (!run) throw new Error(`There is no upkeep "${task}".`);
  await run({});
}
