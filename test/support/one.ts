import type pg from 'pg';

/** The single value a query answers with. */
export async function one<T>(client: Pick<pg.Pool, 'query'>, sql: string, values: readonly unknown[] = []): Promise<T> {
  const { rows } = await client.query({ text: sql, values: [...values], rowMode: 'array' });
  if (rows.length !== 1) throw new Error(`one row expected, not ${rows.length}: ${sql}`);
  return (rows as unknown as [[T]])[0][0];
}
