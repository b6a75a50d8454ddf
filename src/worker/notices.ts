import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { z } from 'zod';
import { listenTo } from '../database/listen.ts';
import type { Logger } from '../logger.ts';
import type { Task } from './context.ts';

const reconnectMs = 500;

/** What `notify_private.wake_workers` says. */
const noticeSchema = z.object({ task: z.string(), payload: z.unknown() });

/**
 * Runs a task at once when PostgreSQL says so, instead of a job that would have to be written, fetched and ended. A notice
 * that is lost, because there was no connection, costs no more than the time until the next poll. On a connection of its
 * own: graphile-worker waits up to a minute before it listens again after an outage.
 */
export function listenForNotices(options: {
  readonly pool: pg.Pool;
  readonly channel: string;
  readonly taskList: Readonly<Record<string, Task>>;
  /** Takes charge of what a notice began; see `WorkerContext`. */
  readonly background: (work: Promise<void>) => void;
  /** Called whenever it begins to listen: something may have been said before. */
  readonly pollNow: () => void;
  readonly logger: Logger;
}) {
  const { pool, channel, taskList, background, pollNow, logger } = options;
  const stopping = new AbortController();
  const stopped = once(stopping.signal, 'abort');

  async function run(notice: string): Promise<void> {
    const { task, payload } = noticeSchema.parse(JSON.parse(notice));
    await taskList[task]?.(payload);
  }

  /** Until the connection is lost or nobody listens any more. */
  async function listen(): Promise<void> {
    const client = await pool.connect();
    try {
      const lost = new Promise((resolve) => client.once('end', resolve));
      client.on('notification', ({ payload = '' }) => {
        if (!stopping.signal.aborted) background(run(payload));
      });
      await client.query(listenTo(channel));
      pollNow();
      await Promise.race([lost, stopped]);
    } finally {
      // Closed and not given back: it would go on listening.
      client.release(true);
    }
  }

  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await listen().catch((error: unknown) => logger.debug('notices.missed', { error }));
      await Promise.race([sleep(reconnectMs), stopped]);
    }
  })();

  return {
    async stop(): Promise<void> {
      stopping.abort();
      await loop;
    },
  };
}
