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
