import type pg from 'pg';
import { createFairQueue } from '../graphql/fair-queue.ts';

/** What can be asked of the database. */
export type Queries = Pick<pg.Pool, 'query'>;

/** Queries of one party at a time: two of a sender of callbacks, of a link, of whatever else asks. */
const maxQueries = 2;
/** A provider reports a burst of messages at once, and does not come again for what is refused. */
const maxWaiting = 1_000;
const maxWaitMs = 10_000;

/**
 * Divides a pool among those who ask for nobody: whoever sends callbacks, and everyone who has a link. Each waits in a line of
 * their own, so that a link that is opened a thousand times holds up no other.
 *
 * @param places connections of the pool
 */
export function createSharedPool(pool: Queries, places: number): (party: string) => Queries {
  const queue = createFairQueue({ limit: 'callbacks_and_links', share: maxQueries, places, maxWaiting, maxWaitMs });
  return (party) => ({
    query: (async (text: string, values?: unknown[]) => {
      const leave = await queue.enter(party);
      try {
        return await pool.query(text, values);
      } finally {
        leave();
      }
    }) as pg.Pool['query'],
  });
}
