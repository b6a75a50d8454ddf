import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../../src/migrate/index.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

/**
 * Our triggers add jobs with the owner's rights, and the queue's functions and triggers run with whatever rights add a job. So
 * the workers' login may use the queue, and may not say what it does.
 */
let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.owner.query(`
    create schema vault;
    create table vault.secrets (secret text)`);
});
afterAll(() => db.drop());

const rises = `begin execute 'grant usage on schema vault to rowbell_worker'; return null; end`;
const attacks = [
  `create or replace function graphile_worker.tg_rise() returns trigger language plpgsql as $$ ${rises} $$;
   create trigger rise after insert on graphile_worker._private_jobs for each statement execute function graphile_worker.tg_rise()`,
  'alter function graphile_worker.add_job rename to was_add_job',
  'alter table graphile_worker._private_jobs disable row level security',
  'drop policy all_worker on graphile_worker._private_jobs',
  'create table graphile_worker.t ()',
  'grant rowbell_worker to rowbell_writer',
];
/** Somebody else's write, which adds a job. */
const provoke = () =>
  db.asWriter((client) => client.query(`insert into notify.events (type_key) values ('test_push')`), { commit: true });
const hasRisen = async () =>
  (await db.owner.query(`select has_schema_privilege('rowbell_worker', 'vault', 'usage') as risen`)).rows[0].risen;

test.each(attacks)('SE-1: the workers may not change what the queue does: %s', async (attack) => {
  await expect(db.asWorker((client) => client.query(attack), { commit: true })).rejects.toMatchObject({
    code: '42501',
  });
  await provoke();
  expect(await hasRisen()).toBe(false);
});

test('SE-1: a queue that belonged to the workers is taken over, with its jobs, and goes on', async () => {
  await db.owner.query(`
    drop policy all_worker on graphile_worker._private_jobs;
    grant create on database ${db.name} to rowbell_worker`);
  await db.owner.query(`
    do $$
    declare c record;
    begin
      alter schema graphile_worker owner to rowbell_worker;
      for c in select oid::regclass as name, relkind from pg_class where relnamespace = 'graphile_worker'::regnamespace and relkind in ('r', 'v') loop
        execute format('alter %s %s owner to rowbell_worker', case c.relkind when 'v' then 'view' else 'table' end, c.name);
      end loop;
      for c in select oid::regprocedure as name from pg_proc where pronamespace = 'graphile_worker'::regnamespace loop
        execute format('alter function %s owner to rowbell_worker', c.name);
      end loop;
    end $$`);
  // As it was, the attack is one. No job waits, so that a write adds one.
  await db.asWorker((client) => client.query('delete from graphile_worker._private_jobs'), { commit: true });
  await db.asWorker((client) => client.query(attacks[0] ?? ''), { commit: true });
  await provoke();
  expect(await hasRisen()).toBe(true);
  await db.owner.query('drop trigger rise on graphile_worker._private_jobs');

  const before = await db.jobs();
  expect(before.length).toBeGreaterThan(0);
  await migrate({ databaseUrl: db.ownerUrl, apiDatabaseUrl: db.apiUrl, workerDatabaseUrl: db.workerUrl });
  expect(await db.jobs()).toEqual(before);
  await expect(db.asWorker((client) => client.query(attacks[0] ?? ''))).rejects.toMatchObject({ code: '42501' });
  const ran: unknown[] = [];
  await db.asOwner((client) => client.query(`select graphile_worker.add_job('ours', '{"n": 1}')`), { commit: true });
  await db.runJobs({ ours: async (payload) => void ran.push(payload) });
  expect(ran).toEqual([{ n: 1 }]);
});
