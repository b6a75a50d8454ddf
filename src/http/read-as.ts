import type pg from 'pg';
import { describeDatabaseError } from '../database/errors.ts';
import { requireSession } from '../graphql/adaptor.ts';
import type { Identity } from '../graphql/identity.ts';

/**
 * Reads on behalf of whoever asks, in a transaction of its own.
 *
 * @throws {RowbellError} RBAUT where their session has ended
 */
export async function readAs<T>(
  pool: pg.Pool,
  { role, userId, sessionId }: Identity,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin read only');
    // Plans for the first row, however many follow: read in an index's order, not gathered and sorted before.
    await client.query(
      `select set_config('role', $1, true), set_config('rowbell.user_id', $2, true), set_config('rowbell.session_id', $3, true),
         set_config('cursor_tuple_fraction', '0', true)`,
      [`rowbell_${role}`, userId, sessionId ?? ''],
    );
    if (sessionId !== null) await client.query(requireSession);
    return await work(client);
  } catch (error) {
    throw describeDatabaseError(error);
  } finally {
    await client.query('rollback').catch((error: Error) => {
      broken = error;
    });
    client.release(broken);
  }
}
