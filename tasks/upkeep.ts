import type { Task, WorkerContext } from '../src/worker/context.ts';

type Upkeep = {
  readonly task: string;
  /** Minute, hour, day of the month, month, day of the week; UTC. */
  readonly cron: string;
  /** One statement that answers with one row: `done`, how much it did. It commits as it goes, and ended half-way the next run goes on. */
  readonly sql: string;
  /** Written when something was done, with its number. */
  readonly log: { readonly level: 'debug' | 'info'; readonly event: `${string}.${string}` };
};

/** What the database is asked to do for itself at fixed times. */
export const upkeep: readonly Upkeep[] = [
  // The partitions of the coming months.
  {
    task: 'partition__make',
    cron: '17 3 * * *',
    sql: 'select notify_private.make_partitions() as done',
    log: { level: 'info', event: 'partitions.made' },
  },
  // Dedupe keys, counters and idempotency keys that no rule can ask for any more.
  {
    task: 'key__expire',
    cron: '23 * * * *',
    sql: 'select notify_private.expire_keys() as done',
    log: { level: 'info', event: 'keys.expired' },
  },
  // People who asked to be erased, once their day of reflection is over.
  {
    task: 'person__erase',
    cron: '* * * * *',
    sql: 'call notify_private.erase_requested(null)',
    log: { level: 'info', event: 'people.erased' },
  },
  // Rows older than their table's policy; each hour, so that what had to wait is soon tried again.
  {
    task: 'retention__apply',
    cron: '47 * * * *',
    sql: 'call notify_private.apply_retention(null)',
    log: { level: 'info', event: 'retention.applied' },
  },
  // What every status endpoint has been told.
  {
    task: 'status_changes__trim',
    cron: '* * * * *',
    sql: 'select notify_private.trim_status_changes() as done',
    log: { level: 'debug', event: 'status_changes.trimmed' },
  },
  // The hours and days of which something has changed are counted anew.
  {
    task: 'rollup__refresh',
    cron: '* * * * *',
    sql: 'call notify_private.refresh_rollups(null)',
    log: { level: 'debug', event: 'rollups.refreshed' },
  },
  // Words of notifications, for people who have many. What is not packed is found all the same.
  {
    task: 'search_index__compact',
    cron: '7 * * * *',
    sql: 'call notify_private.compact_all_search_indexes(null)',
    log: { level: 'info', event: 'search_index.compacted' },
  },
];

export const upkeepTasks = (context: WorkerContext): Record<string, Task> =>
  Object.fromEntries(upkeep.map((one) => [one.task, upkeepTask(one, context)]));

function upkeepTask({ sql, log }: Upkeep, { engine, logger }: WorkerContext): Task {
  return async () => {
    const done = await engine.keepUp(sql);
    if (done > 0) logger[log.level](log.event, { done });
  };
}
