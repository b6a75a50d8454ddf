import { setTimeout as sleep } from 'node:timers/promises';
import { Logger as GraphileLogger, parseCronItems, type Runner, run } from 'graphile-worker';
import type pg from 'pg';
import type { Logger } from '../logger.ts';
import type { Task } from './context.ts';

export type RunnerOptions = {
  readonly pool: pg.Pool;
  readonly taskList: Readonly<Record<string, Task>>;
  readonly concurrency: number;
  /** What this process does at fixed times besides, UTC. */
  readonly cron: readonly { readonly task: string; readonly cron: string }[];
  readonly logger: Logger;
};

/**
 * graphile-worker's runner, started again whenever it ends by itself: it gives up when it loses the database, in one of
 * its modes without an error (research: exit code 0).
 */
export function startRunner(options: RunnerOptions) {
  const { pool, taskList, concurrency, cron, logger } = options;
  let runner: Runner | null = null;
  let stopped = false;

  const loop = (async () => {
    for (let failures = 0; !stopped; failures++) {
      const startedAt = Date.now();
      try {
        runner = await run({
          pgPool: pool,
          taskList,
          concurrency,
          noHandleSignals: true,
          logger: toGraphileLogger(logger),
          parsedCronItems: parseCronItems(cron.map(({ task, cron }) => ({ task, match: cron }))),
        });
        // Told to stop while it was starting: nobody had a runner to tell then.
        if (stopped) await runner.stop();
        await runner.promise;
      } catch (error) {
        logger.warn('runner.failed', { error });
      }
      if (stopped) return;
      if (Date.now() - startedAt > 10_000) failures = 0;
      logger.warn('runner.restarted');
      await sleep(Math.min(2_000, 50 * 2 ** failures));
    }
  })();

  return {
    /** Takes no new job and resolves when the running ones have ended. */
    async stop() {
      stopped = true;
      // A runner that lost its database refuses to be stopped; it is then on its way out already.
      await runner?.stop().catch(() => {});
      await loop;
    },
  };
}

function toGraphileLogger(logger: Logger): GraphileLogger {
  return new GraphileLogger((scope) => (level, message) => {
    // Its errors quote payloads and SQL; the message alone says what is needed.
    if (level === 'error') logger.error('job.failed', { task: scope.taskIdentifier, jobId: scope.jobId, message });
    else if (level === 'warning') logger.warn('job.warned', { message });
    else logger.debug('job.logged', { message });
  });
}
