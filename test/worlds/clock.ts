import pg from 'pg';
import { inject } from 'vitest';
import { typeParsers } from '../../src/database/pool.ts';
import { asSuperuser, type ClusterAddress } from '../support/cluster.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

/** A database whose sessions live at an instant of the test's own. */
export type ClockedDatabase = {
  /** What the helpers of tests take; one connection each for the owner, the worker and the API, all on the clock. */
  readonly db: TestDatabase;
  /** The API's login, as an operator. */
  asOperator<T extends pg.QueryResultRow>(query: string, values?: readonly unknown[]): Promise<T[]>;
  /** From now on it is this instant, as PostgreSQL writes it. */
  set(at: string): Promise<void>;
  drop(): Promise<void>;
};

/**
 * PostgreSQL's own clock is replaced in this database alone: whatever plans, releases, closes, claims and records then does so at
 * the world's instant, by the very functions that run in production. The functions are SQL, so that each plan has them inlined.
 */
export async function createClockedDatabase(cluster: ClusterAddress = inject('cluster')): Promise<ClockedDatabase> {
  const db = await createDatabase({ cluster });
  await asSuperuser(
    cluster,
    async (client) => {
      await client.query('set allow_system_table_mods = on');
      const shown = `nullif(pg_catalog.current_setting('rowbell_test.at', true), '')::timestamptz`;
      for (const [name, volatility] of [
        ['clock_timestamp', 'volatile'],
        ['now', 'stable'],
      ])
        await client.query(
          `create or replace function pg_catalog.${name}() returns timestamptz language sql ${volatility} parallel safe
           as $$ select coalesce(${shown}, pg_catalog.statement_timestamp()) $$`,
        );
      await client.query(
        `create or replace function pg_catalog.uuidv7() returns uuid language sql volatile parallel safe
         as $$ select pg_catalog.uuidv7(coalesce(${shown} - pg_catalog.statement_timestamp(), '0')) $$`,
      );
    },
    db.name,
  );
  const pool = (connectionString: string) => new pg.Pool({ connectionString, max: 1, types: typeParsers });
  const [owner, worker, api] = [pool(db.ownerUrl), pool(db.workerUrl), pool(db.apiUrl)];
  return {
    db: { ...db, owner, worker },
    async asOperator<T extends pg.QueryResultRow>(query: string, values: readonly unknown[] = []) {
      await api.query('begin; set local role rowbell_operator');
      try {
        return (await api.query<T>(query, [...values])).rows;
      } finally {
        await api.query('rollback');
      }
    },
    async set(at) {
      for (const session of [owner, worker, api])
        await session.query(`select set_config('rowbell_test.at', $1, false)`, [at]);
    },
    async drop() {
      await Promise.all([owner.end(), worker.end(), api.end()]);
      await db.drop();
    },
  };
}
