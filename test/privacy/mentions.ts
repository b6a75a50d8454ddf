import type { TestDatabase } from '../support/database.ts';

/** Every table of the database, the queue's too, with a row that has one of these values anywhere in any column: `table: value`. */
export async function mentionsOf(db: TestDatabase, values: readonly string[]): Promise<string[]> {
  const { rows: tables } = await db.owner.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'm') and not c.relispartition and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    // The queue is the worker's own.
    const reader = name.startsWith('graphile_worker.') ? db.worker : db.owner;
    const { rows } = await reader.query<{ value: string }>(
      `select distinct v as value from ${name} as r, unnest($1::text[]) as v where strpos(lower(r::text), lower(v)) > 0 order by 1`,
      [values],
    );
    found.push(...rows.map(({ value }) => `${name}: ${value}`));
  }
  return found;
}
