import { Logger, runMigrations } from 'graphile-worker';
import pg from 'pg';
import { sessionUrl } from './session.ts';

/**
 * Installs or upgrades graphile-worker's own schema as `rowbell_worker`, who thereby owns it and needs no further
 * grant to run jobs. Creating the schema takes `create` on the database, lent for as long as it takes.
 *
 * @param databaseUrl of whoever may become `rowbell_worker`
 */
export async function migrateQueue(owner: pg.ClientBase, databaseUrl: string): Promise<void> {
  const { rows } = await owner.query<{ name: string; exists: boolean }>(
    `select quote_ident(current_database()) as name, to_regnamespace('graphile_worker') is not null as exists`,
  );
  const database = rows[0];
  if (!database) return;
  if (!database.exists) await owner.query(`grant create on database ${database.name} to rowbell_worker`);
  const pool = new pg.Pool({ connectionString: sessionUrl(databaseUrl, 'rowbell_worker'), max: 2 });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  try {
    await runMigrations({ pgPool: pool, logger: new Logger(() => () => {}) });
  } finally {
    await pool.end();
    if (!database.exists) await owner.query(`revoke create on database ${database.name} from rowbell_worker`);
  }
}
