import { expect } from 'vitest';
import type { TestDatabase } from './database.ts';

/** Every row of every table, by digest; but of the signs of life of the test's own API, which come whenever they are due. */
async function contents(db: TestDatabase): Promise<Record<string, string>> {
  const { rows: tables } = await db.owner.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     where c.relkind = 'r' and c.oid <> 'notify_private.live_processes'::regclass and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%' and n.nspname not like 'pg_temp%'
     order by 1`,
  );
  const found: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await db.owner.query(
      // With the place and the writer of each row, so that writing the same again shows as well.
      `select count(*) || ' ' || coalesce(sum(hashtextextended(t.ctid::text || t.xmin::text || t.xmax::text || t::text, 0)::numeric), 0) as digest from ${name} as t`,
    );
    found[name] = rows[0].digest;
  }
  return found;
}

/** Does the work, and proves that no row of any table was written, moved or locked by it. */
export async function expectNoEffect<T>(db: TestDatabase, work: () => Promise<T>): Promise<T> {
  const before = await contents(db);
  expect(Object.keys(before).length).toBeGreaterThan(20);
  const result = await work();
  expect(await contents(db)).toEqual(before);
  return result;
}
