import type { ClientBase } from 'pg';
import { listOwnSchemas, type Pack } from './packs.ts';
import { ownerRole } from './roles.ts';

/**
 * Who everything of ours belongs to: whoever connects, unless that is a superuser, whose functions would run with the
 * rights of the whole server. Then it is the role `rowbell_owner`, which gets what a superuser owns by now and what it
 * takes to make more: the database itself, or, where others use it too, the right to make schemas in it.
 *
 * @param connection as whoever was told to migrate; the roles are there
 * @param packs all there are, chosen or not
 * @param say is told what changes hands
 * @returns the role to become before anything is made; null: oneself
 */
export async function ensureOwner(
  connection: ClientBase,
  packs: readonly Pack[],
  say: (sentence: string) => void,
): Promise<string | null> {
  const { rows: selves } = await connection.query<{ name: string; is_superuser: boolean }>(
    'select rolname as name, rolsuper as is_superuser from pg_catalog.pg_roles where rolname = current_user',
  );
  if (!selves[0]?.is_superuser) return null;
  const schemas = await listOwnSchemas(packs);
  await handOverDatabase(connection, schemas, say);
  await connection.query(`alter default privileges for role ${ownerRole} revoke execute on functions from public`);
  const { rows: changes } = await connection.query<{ change: string }>(superuserOwned, [schemas, ownerRole]);
  for (const { change } of changes) await connection.query(change);
  if (changes.length > 0) say(`${changes.length} objects that belonged to a superuser belong to ${ownerRole} now.`);
  say(
    `You connect as the superuser ${selves[0].name}: everything is made as ${ownerRole}, and so should what you add ("set role ${ownerRole}").`,
  );
  return ownerRole;
}

async function handOverDatabase(
  connection: ClientBase,
  schemas: readonly string[],
  say: (sentence: string) => void,
): Promise<void> {
  const { rows } = await connection.query<{ name: string; owned_by_superuser: boolean; is_shared: boolean }>(
    `select quote_ident(d.datname) as name, o.rolsuper as owned_by_superuser,
       d.datname = 'postgres'
       or exists (
         select from pg_catalog.pg_namespace as n
         where n.nspname !~ '^pg_' and n.nspname <> all ($1) and n.nspname not in ('information_schema', 'public')
       )
       or exists (select from pg_catalog.pg_class as c where c.relnamespace = 'public'::regnamespace)
       or exists (select from pg_catalog.pg_proc as p where p.pronamespace = 'public'::regnamespace) as is_shared
     from pg_catalog.pg_database as d join pg_catalog.pg_roles as o on o.oid = d.datdba
     where d.datname = current_database()`,
    [schemas],
  );
  const database = rows[0];
  if (!database) return;
  if (database.owned_by_superuser && !database.is_shared) {
    await connection.query(`alter database ${database.name} owner to ${ownerRole}`);
    say(`The database ${database.name} belongs to ${ownerRole} now.`);
  } else {
    await connection.query(`grant create on database ${database.name} to ${ownerRole} with grant option`);
  }
}

/** Functions last: until then they may reach what a superuser still owns. What belongs to a table goes with it. */
const superuserOwned = `
  select pg_catalog.format('alter %s %s owner to %I', o.kind, o.name, $2::text) as change
  from (
    select 1 as place, 'schema' as kind, quote_ident(nspname) as name, nspowner as owner, oid as schema from pg_catalog.pg_namespace
    union all
    select 2, case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table' end,
      oid::regclass::text, relowner, relnamespace
    from pg_catalog.pg_class as c
    where relkind in ('r', 'p', 'v', 'm', 'f')
      or relkind = 'S' and not exists (select from pg_catalog.pg_depend where objid = c.oid and refobjsubid > 0)
    union all
    select 3, case typtype when 'd' then 'domain' else 'type' end, oid::regtype::text, typowner, typnamespace
    from pg_catalog.pg_type as t
    where typtype in ('d', 'e', 'r')
      or typtype = 'c' and exists (select from pg_catalog.pg_class where oid = t.typrelid and relkind = 'c')
    union all
    select 4, 'routine', oid::regprocedure::text, proowner, pronamespace from pg_catalog.pg_proc
  ) as o
  join pg_catalog.pg_namespace as n on n.oid = o.schema
  join pg_catalog.pg_roles as r on r.oid = o.owner
  where r.rolsuper and n.nspname = any ($1)
  order by o.place, o.name`;
