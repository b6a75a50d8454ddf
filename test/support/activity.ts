import type pg from 'pg';
import type { TestDatabase } from './database.ts';

/** Writes an entry of somebody's activity; its id. */
export async function recordActivity(
  db: TestDatabase,
  person: string,
  type: string,
  title = 'Something happened',
): Promise<string> {
  const { rows } = await db.owner.query<{ id: string }>(
    `select id from notify.record_activity($1, $2, 'completed', $3)`,
    [person, type, title],
  );
  return rows[0]?.id ?? '';
}

/** An entry for each of these people, in one statement; the ids. */
export async function recordActivities(
  { owner }: { readonly owner: Pick<pg.ClientBase, 'query'> },
  people: readonly string[],
): Promise<string[]> {
  const { rows } = await owner.query<{ id: string }>(
    `insert into notify.activities (user_id, type, action, status, title)
     select p, 'report', 'completed', 'completed', 'Something happened' from unnest($1::uuid[]) as p returning id`,
    [people],
  );
  return rows.map(({ id }) => id);
}
