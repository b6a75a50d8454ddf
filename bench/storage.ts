import type { Stack } from './stack.ts';

/** Tables that a delivery has rows in. */
const tables = ['decisions', 'notifications', 'deliveries', 'delivery_attempts'] as const;

export type Storage = {
  /** Bytes of WAL written so far. */
  readonly wal: number;
  readonly deliveries: number;
  /** Updates of deliveries, and those of them that wrote no index. */
  readonly updates: number;
  readonly hotUpdates: number;
  /** Bytes on disk by table, indexes among them. */
  readonly bytes: ReadonlyMap<string, number>;
};

/** What is written so far; two looks tell what a delivery takes. */
export async function storage(pool: Stack['pool']): Promise<Storage> {
  const client = await pool.connect();
  try {
    // An idle session hands in its counts after ten seconds.
    await client.query('select pg_sleep(11)');
    const { rows } = await client.query<{
      table: string;
      bytes: string;
      inserts: string;
      updates: string;
      hot: string;
    }>(
      `select t.name as table, sum(pg_total_relation_size(p.relid)) as bytes, sum(pg_stat_get_tuples_inserted(p.relid)) as inserts,
         sum(pg_stat_get_tuples_updated(p.relid)) as updates, sum(pg_stat_get_tuples_hot_updated(p.relid)) as hot
       from unnest($1::text[]) as t (name) cross join lateral pg_partition_tree(('notify.' || t.name)::regclass) as p
       group by t.name
       union all
       select 'daily_counters', pg_total_relation_size('notify_private.daily_counters'), 0, 0, 0`,
      [tables],
    );
    const { rows: wal } = await client.query<{ bytes: number }>(
      `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as bytes`,
    );
    const deliveries = rows.find(({ table }) => table === 'deliveries');
    return {
      wal: wal[0]?.bytes as number,
      deliveries: Number(deliveries?.inserts),
      updates: Number(deliveries?.updates),
      hotUpdates: Number(deliveries?.hot),
      bytes: new Map(rows.map(({ table, bytes }) => [table, Number(bytes)])),
    };
  } finally {
    client.release();
  }
}

/** What each delivery between two looks wrote and holds. */
export function storageOfOne(before: Storage, after: Storage) {
  const count = after.deliveries - before.deliveries;
  const updates = after.updates - before.updates;
  const parts = [...after.bytes].map(
    ([table, bytes]) => [table, (bytes - (before.bytes.get(table) ?? 0)) / count] as const,
  );
  return {
    wal: (after.wal - before.wal) / count,
    disk: parts.reduce((sum, [, bytes]) => sum + bytes, 0),
    parts,
    updates: updates / count,
    hotShare: (after.hotUpdates - before.hotUpdates) / updates,
  };
}
