import { Logger, runMigrations } from 'graphile-worker';
import pg from 'pg';
import { sessionUrl } from './session.ts';

/**
 * Installs or upgrades graphile-worker's own schema as the owner, and lets `rowbell_worker` run jobs in it. Whoever owns the
 * queue says what its functions and triggers do, and ours call them with the owner's rights: a login must not own it.
 *
 * @param owner a connection as the owner
 * @param role whom the owner has become, null: nobody
 */
export async function migrateQueue(owner: pg.ClientBase, databaseUrl: string, role: string | null): Promise<void> {
  await takeOver(owner);
  const pool = new pg.Pool({ connectionString: sessionUrl(databaseUrl, role), max: 2 });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  try {
    await runMigrations({ pgPool: pool, logger: new Logger(() => () => {}) });
  } finally {
    await pool.end();
  }
  await owner.query(letWorkersIn);
}

/** Of a queue that an earlier version made as its worker. */
async function takeOver(owner: pg.ClientBase): Promise<void> {
  const { rowCount } = await owner.query(
    `select from pg_namespace where nspname = 'graphile_worker' and nspowner = 'rowbell_worker'::regrole`,
  );
  if (rowCount === 0) return;
  await owner.query('begin');
  try {
    await owner.query(`set local lock_timeout = '5s'`);
    await owner.query('reassign owned by rowbell_worker to current_user');
    await owner.query('commit');
  } catch (error) {
    await owner.query('rollback');
    throw error;
  }
}

/** Its tables have row level security without a policy, which is for their owner alone. */
const letWorkersIn = `
  do $$
  declare
    queue_table pg_catalog.regclass;
  begin
    for queue_table in
      select c.oid from pg_catalog.pg_class as c
      where c.relnamespace = 'graphile_worker'::regnamespace and c.relkind = 'r' and c.relrowsecurity
    loop
      if not exists (select from pg_catalog.pg_policy as p where p.polrelid = queue_table) then
        execute pg_catalog.format('create policy all_worker on %s to rowbell_worker using (true) with check (true)', queue_table);
      end if;
      execute pg_catalog.format('grant select, insert, update, delete on %s to rowbell_worker', queue_table);
    end loop;
  end
  $$;
  grant usage on schema graphile_worker to rowbell_worker;
  grant select on all tables in schema graphile_worker to rowbell_worker;
  grant usage on all sequences in schema graphile_worker to rowbell_worker;
  grant execute on all functions in schema graphile_worker to rowbell_worker`;
