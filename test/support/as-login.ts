import type { Client, TestDatabase } from './database.ts';

/** As somebody who logs in as the role: with what `migrate` set for it, which `set role` alone does not bring. */
export async function asLogin<T>(
  db: TestDatabase,
  role: 'rowbell_writer' | 'rowbell_analyst',
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const as = role === 'rowbell_writer' ? db.asWriter : db.asAnalyst;
  return as(async (client) => {
    const { rows } = await client.query<{ name: string; value: string }>(
      `select split_part(s, '=', 1) as name, substr(s, strpos(s, '=') + 1) as value
       from pg_roles cross join unnest(rolconfig) as s where rolname = $1`,
      [role],
    );
    for (const { name, value } of rows) await client.query('select set_config($1, $2, true)', [name, value]);
    return work(client);
  });
}
