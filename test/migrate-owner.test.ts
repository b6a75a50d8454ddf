import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lintCatalog } from '../scripts/catalog-lint.ts';
import { migrate } from '../src/migrate/index.ts';
import { revokeTemporary } from '../src/migrate/temporary.ts';
import type { Postgres } from '../src/postgres/index.ts';
import { asSuperuser, type ClusterAddress, clusterUrl, startCluster } from './support/cluster.ts';

/** Logins belong to the whole server, so this file has one of its own. */
let postgres: Postgres;
let address: ClusterAddress;
beforeAll(async () => {
  ({ postgres, address } = await startCluster());
}, 120_000);
afterAll(() => postgres.stop());

const superuser = (database: string, sql: string, values: unknown[] = []) =>
  asSuperuser(address, async (client) => (await client.query(sql, values)).rows, database);

/** Migrates as the superuser; what it said. */
async function migrateAsSuperuser(database: string): Promise<string> {
  const said: string[] = [];
  await migrate({
    databaseUrl: clusterUrl(address, database, 'postgres'),
    apiDatabaseUrl: clusterUrl(address, database, 'rowbell_api'),
    workerDatabaseUrl: clusterUrl(address, database, 'rowbell_worker'),
    say: (sentence) => said.push(sentence),
  });
  return said.filter((sentence) => !sentence.startsWith('Applied')).join('\n');
}

/** Everything that has an owner and came after initdb, of whoever is a superuser. */
const ofSuperusers = (database: string) =>
  superuser(
    database,
    `select i.type, i.identity
     from (
       select 'pg_proc'::regclass as class, oid, proowner as owner from pg_proc
       union all select 'pg_class'::regclass, oid, relowner from pg_class where relkind <> 't' and relkind <> 'i'
       union all select 'pg_type'::regclass, oid, typowner from pg_type
       union all select 'pg_namespace'::regclass, oid, nspowner from pg_namespace where nspname !~ '^pg_(temp|toast_temp)'
       union all select 'pg_operator'::regclass, oid, oprowner from pg_operator
       union all select 'pg_collation'::regclass, oid, collowner from pg_collation
       union all select 'pg_ts_config'::regclass, oid, cfgowner from pg_ts_config
       union all select 'pg_ts_dict'::regclass, oid, dictowner from pg_ts_dict
       union all select 'pg_statistic_ext'::regclass, oid, stxowner from pg_statistic_ext
       union all select 'pg_database'::regclass, oid, datdba from pg_database where datname = current_database()
     ) as o
     join pg_roles as r on r.oid = o.owner
     cross join lateral pg_identify_object(o.class, o.oid, 0) as i
     where r.rolsuper and o.oid >= 16384 order by 1, 2`,
  );

const mayMakeTemporaryObjects = async (database: string) =>
  (
    await superuser(
      database,
      `select rolname from pg_roles
       where has_database_privilege(oid, current_database(), 'temporary') and not rolsuper and rolname !~ '^pg_' order by 1`,
    )
  ).map(({ rolname }) => rolname);

describe('SE-1: migrating as a superuser', { timeout: 300_000 }, () => {
  test('leaves nothing that belongs to one, nor anything that everybody may call', async () => {
    const said = await migrateAsSuperuser('fresh');
    expect(said).toContain('You connect as the superuser postgres: everything is made as rowbell_owner');
    expect(await ofSuperusers('fresh')).toEqual([]);
    // The login of startCluster() has nothing to do with this database.
    expect(await mayMakeTemporaryObjects('fresh')).toEqual(['rowbell', 'rowbell_owner']);
    const url = (user: string) => clusterUrl(address, 'fresh', user);
    expect(
      await lintCatalog({
        address,
        ownerUrl: url('postgres'),
        apiUrl: url('rowbell_api'),
        workerUrl: url('rowbell_worker'),
      }),
    ).toEqual([]);
    expect(
      await superuser(
        'fresh',
        `select nspowner::regrole::text as owner from pg_namespace where nspname = 'graphile_worker'`,
      ),
    ).toEqual([{ owner: 'rowbell_owner' }]);
    // Whoever owns it all may do no more than that.
    expect(
      await superuser(
        'fresh',
        `select rolsuper, rolcreaterole, rolbypassrls, rolcanlogin from pg_roles where rolname = 'rowbell_owner'`,
      ),
    ).toEqual([{ rolsuper: false, rolcreaterole: false, rolbypassrls: false, rolcanlogin: false }]);
  });

  test('takes over what a superuser made before, and it works as it did', async () => {
    await superuser('postgres', 'create database taken');
    await migrateAsSuperuser('taken');
    await superuser('taken', 'reassign owned by rowbell_owner to postgres');
    await superuser('taken', 'alter default privileges for role rowbell_owner grant execute on functions to public');
    expect((await ofSuperusers('taken')).length).toBeGreaterThan(500);
    const lint = await lintCatalog({
      address,
      ownerUrl: clusterUrl(address, 'taken', 'postgres'),
      apiUrl: '',
      workerUrl: '',
    });
    expect(lint).toContain('notify.users: belongs to a superuser (postgres)');
    const said = await migrateAsSuperuser('taken');
    expect(said).toMatch(
      /^The database taken belongs to rowbell_owner now\.\n\d+ objects that belonged to a superuser/,
    );
    expect(await ofSuperusers('taken')).toEqual([]);

    await asSuperuser(
      address,
      async (client) => {
        await client.query('set role rowbell_owner');
        await client.query(
          `create function notify_private.later() returns integer language sql set search_path = pg_catalog, pg_temp as 'select 1'`,
        );
        await client.query(`insert into notify.users (id) values ('00000000-0000-7000-8000-0000000000a1')`);
        await client.query('set role rowbell_writer');
        await client.query(
          `insert into accounts.verifications (user_id, kind) values ('00000000-0000-7000-8000-0000000000a1', 'identity')`,
        );
        await client.query('reset role');
        const { rows } = await client.query(
          `select (select count(*)::integer from notify.events) as events, (select count(*) > 0 from graphile_worker._private_jobs) as has_jobs,
             has_function_privilege('public', 'notify_private.later()', 'execute') as is_open`,
        );
        expect(rows).toEqual([{ events: 1, has_jobs: true, is_open: false }]);
      },
      'taken',
    );
    expect(await migrateAsSuperuser('taken')).not.toContain('belong to rowbell_owner now');
  });
});

describe('SE-1: after a superuser has handed over', { timeout: 300_000 }, () => {
  test('the owner that compose makes migrates, and may change the passwords of the logins', async () => {
    await superuser('postgres', 'create database handed_over');
    await migrateAsSuperuser('handed_over');
    // As db/owner.sql does.
    await superuser('handed_over', `alter role rowbell_owner login createrole password '${address.password}'`);
    const url = new URL(clusterUrl(address, 'handed_over', 'rowbell_api'));
    url.password = 'another password';
    await migrate({
      databaseUrl: clusterUrl(address, 'handed_over', 'rowbell_owner'),
      apiDatabaseUrl: url.href,
      workerDatabaseUrl: clusterUrl(address, 'handed_over', 'rowbell_worker'),
    });
    const api = new pg.Client({ connectionString: url.href });
    await api.connect();
    await api.end();
    expect(await ofSuperusers('handed_over')).toEqual([]);
    await superuser(
      'handed_over',
      `alter role rowbell_owner nologin nocreaterole; alter role rowbell_api password '${address.password}'`,
    );
  });
});

describe('SE-1: a database that others use too', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    await superuser('postgres', 'create database shared');
    await migrateAsSuperuser('fresh');
    await superuser(
      'shared',
      `create role shop login; create schema shop authorization shop;
       create role "odd Name" login; create role a_group nologin; create role away login;
       revoke connect on database shared from public;
       grant connect on database shared to shop, "odd Name", a_group, rowbell_api, rowbell_worker;
       create role maria login in role rowbell_analyst; grant connect on database shared to maria;
       create role service login in role rowbell_writer; grant connect, temporary on database shared to service;
       create role through_a_group login; create role services nologin in role rowbell_writer; grant services to through_a_group;
       grant connect on database shared to through_a_group`,
    );
  }, 120_000);

  test('each login that is not ours keeps TEMPORARY by a grant, which is said; nobody of ours has it', async () => {
    const said = await migrateAsSuperuser('shared');
    expect(said).toContain(
      'Others use this database, too: "odd Name", shop may still make temporary objects, by a grant to each.',
    );
    expect(said).toContain("Members of Rowbell's roles may not make temporary objects any more: service.");
    expect(await mayMakeTemporaryObjects('shared')).toEqual(['odd Name', 'shop']);
    // It stays theirs.
    expect(await ofSuperusers('shared')).toEqual([{ type: 'database', identity: 'shared' }]);
    const { rows } = await asSuperuser(
      address,
      async (client) => {
        await client.query('set session authorization shop');
        await client.query('create temporary table t (n integer)');
        return client.query('select count(*)::integer as n from t');
      },
      'shared',
    );
    expect(rows).toEqual([{ n: 0 }]);
  });

  test('again: nothing is granted anew, and who has become one of us loses it', async () => {
    await superuser(
      'shared',
      'create role late login; grant connect on database shared to late; grant rowbell_writer to shop',
    );
    const said = await migrateAsSuperuser('shared');
    expect(said).not.toContain('Others use this database');
    expect(said).toContain('may not make temporary objects any more: shop.');
    expect(await mayMakeTemporaryObjects('shared')).toEqual(['odd Name']);
    expect(await migrateAsSuperuser('shared')).not.toContain('temporary');
  });

  test('who may not change the rights of the database says who should', async () => {
    await superuser('postgres', 'create database foreign_one');
    await superuser('foreign_one', `create role lodger login password '${address.password}'`);
    const lodger = new pg.Client({ connectionString: clusterUrl(address, 'foreign_one', 'lodger') });
    await lodger.connect();
    const said: string[] = [];
    await revokeTemporary(lodger, (sentence) => said.push(sentence));
    await lodger.end();
    expect(said).toEqual([
      'Everybody who may connect may make temporary objects. postgres, who owns the database, should run: revoke temporary on database foreign_one from public',
    ]);
    expect(await mayMakeTemporaryObjects('foreign_one')).toContain('lodger');
  });
});

test('SE-1: what stands in public does not answer for PostgreSQL, neither to migrate nor to our processes', {
  timeout: 300_000,
}, async () => {
  await superuser('postgres', 'create database hostile');
  await superuser(
    'hostile',
    `grant create on schema public to public;
     create role tenant login;
     create table public.heard (by name); grant insert on public.heard to public;
     set role tenant;
     -- Fits better than pg_catalog's, which takes two texts.
     create function public.format(text, name) returns text language plpgsql as $$
       begin insert into public.heard values (current_user); return pg_catalog.format($1, $2::text); end $$;
     create function public.quote_ident(name) returns text language plpgsql as $$
       begin insert into public.heard values (current_user); return pg_catalog.quote_ident($1::text); end $$`,
  );
  await migrateAsSuperuser('hostile');
  // Nor while the API and the workers ask.
  for (const login of ['rowbell_api', 'rowbell_worker']) {
    const client = new pg.Client({ connectionString: clusterUrl(address, 'hostile', login) });
    await client.connect();
    await client.query(`select format('%s', current_user), quote_ident(current_user)`);
    await client.end();
  }
  expect(await superuser('hostile', 'select by from public.heard')).toEqual([]);
  await superuser('hostile', 'select quote_ident(current_database())');
  expect(await superuser('hostile', 'select by from public.heard')).toEqual([{ by: 'postgres' }]);
});
