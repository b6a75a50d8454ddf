import type pg from 'pg';
import type { RowOf } from '../database/rows.ts';
import { createBatches } from './batches.ts';
import type { Cursor } from './cursor.ts';
import type { Pair } from './doorbell.ts';
import { type ActivitySince, activitySinceOf, type Counts, type Item, type Since, sinceOf } from './since.ts';

export type Read = { readonly person: string; readonly id: string; readonly item: Item; readonly bytes: number };

/** People who are read together, and how many such reads are under way. */
const batchSize = 100;
const batchesAtOnce = 2;

/**
 * @param pool connections as `rowbell_live`, which may execute these functions and read no table
 * @param listening resolves when doorbells are heard: what commits between a read before that and then would be in neither
 */
export function createReader(pool: Pick<pg.Pool, 'query'>, listening: Promise<void>) {
  const since = createBatches<{ person: string; after: Cursor | null }, Since>(
    async (asked) => {
      await listening;
      const { rows } = await pool.query<RowOf<'notify_private.live_since', 'returns_at'>>({
        name: 'live_since',
        text: 'select * from notify_private.live_since($1, $2) order by place',
        values: [asked.map(({ person }) => person), asked.map(({ after }) => after)],
      });
      return rows.map(sinceOf);
    },
    { size: batchSize, atOnce: batchesAtOnce },
  );

  const activitySince = createBatches<{ person: string; after: Cursor | null }, ActivitySince>(
    async (asked) => {
      await listening;
      const { rows } = await pool.query<RowOf<'notify_private.live_activities_since'>>({
        name: 'live_activities_since',
        text: 'select * from notify_private.live_activities_since($1, $2) order by place',
        values: [asked.map(({ person }) => person), asked.map(({ after }) => after)],
      });
      return rows.map(activitySinceOf);
    },
    { size: batchSize, atOnce: batchesAtOnce },
  );

  const refused = createBatches<{ person: string; session: string | null }, boolean>(
    async (asked) => {
      const { rows } = await pool.query<RowOf<'notify_private.live_refused', 'session_id'>>({
        name: 'live_refused',
        text: 'select * from notify_private.live_refused($1, $2)',
        values: [asked.map(({ person }) => person), asked.map(({ session }) => session)],
      });
      const known = new Set(rows.map(({ user_id, session_id }) => `${user_id} ${session_id}`));
      return asked.map(({ person, session }) => known.has(`${person} ${session}`));
    },
    { size: batchSize, atOnce: batchesAtOnce },
  );

  const readPairs = async (name: 'live_items' | 'live_activities', pairs: readonly Pair[]): Promise<Read[]> => {
    if (pairs.length === 0) return [];
    const { rows } = await pool.query<RowOf<'notify_private.live_items'>>({
      name,
      text: `select * from notify_private.${name}($1, $2)`,
      values: [pairs.map(({ person }) => person), pairs.map(({ id }) => id)],
    });
    return rows.map(({ user_id, id, item }) => ({
      person: user_id,
      id,
      item: JSON.parse(item) as Item,
      bytes: item.length,
    }));
  };

  return {
    /** Notifications by pairs, as many as are the named person's to see. */
    items: (pairs: readonly Pair[]): Promise<Read[]> => readPairs('live_items', pairs),
    /** Activities, in the same way. */
    activities: (pairs: readonly Pair[]): Promise<Read[]> => readPairs('live_activities', pairs),

    /** What changed for somebody since a cursor, with the cursor to go on from. People who ask at a time are read together. */
    since: (person: string, after: Cursor | null): Promise<Since> => since({ person, after }),

    /** What came in somebody's activity since a cursor. */
    activitySince: (person: string, after: Cursor | null): Promise<ActivitySince> => activitySince({ person, after }),

    async counts(people: readonly string[]): Promise<Map<string, Counts>> {
      const { rows } = await pool.query<RowOf<'notify_private.live_counts', 'returns_at'>>({
        name: 'live_counts',
        text: 'select * from notify_private.live_counts($1)',
        values: [people],
      });
      return new Map(rows.map(({ user_id, unread, returns_at }) => [user_id, { unread, returnsAt: returns_at }]));
    },

    /** The oldest transaction that is not finished. */
    async oldestUnfinished(): Promise<bigint> {
      const { rows } = await pool.query<{ xmin: string }>({
        name: 'oldest_unfinished',
        text: 'select pg_snapshot_xmin(pg_current_snapshot())::text as xmin',
      });
      return BigInt(rows[0]?.xmin ?? 0);
    },

    /** Whether a session ended, or its person was erased. */
    isRefused: (person: string, session: string | null): Promise<boolean> => refused({ person, session }),
  };
}

export type Reader = ReturnType<typeof createReader>;
