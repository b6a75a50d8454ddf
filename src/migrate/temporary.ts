import type { ClientBase } from 'pg';
import { ourRoles } from './roles.ts';

/**
 * Takes the right to make temporary objects from everybody: what stands in pg_temp is looked up before anything else, so
 * whoever may put something there can have it called. Logins that have nothing to do with us keep it, by a grant to each;
 * members of our roles do not, however they came by it.
 *
 * @param connection as the owner of the database or a superuser; as anybody else it only says what the owner should do
 */
export async function revokeTemporary(connection: ClientBase, say: (sentence: string) => void): Promise<void> {
  const { rows } = await connection.query<{
    name: string;
    owner: string;
    may_change: boolean;
    is_public: boolean;
    others: string[];
    ours: string[];
  }>(state, [ourRoles]);
  const database = rows[0];
  if (!database) return;
  const { name, others, ours } = database;
  if (!database.is_public && ours.length === 0) return;
  if (!database.may_change) {
    say(
      `Everybody who may connect may make temporary objects. ${database.owner}, who owns the database, should run: revoke temporary on database ${name} from public`,
    );
    return;
  }
  await connection.query('begin');
  try {
    if (database.is_public) {
      if (others.length > 0) {
        await connection.query(`grant temporary on database ${name} to ${others.join(', ')}`);
        say(
          `Others use this database, too: ${others.join(', ')} may still make temporary objects, by a grant to each.`,
        );
      }
      await connection.query(`revoke temporary on database ${name} from public`);
    }
    if (ours.length > 0) {
      await connection.query(`revoke temporary on database ${name} from ${ours.join(', ')} cascade`);
      say(`Members of Rowbell's roles may not make temporary objects any more: ${ours.join(', ')}.`);
    }
    await connection.query('commit');
  } catch (error) {
    await connection.query('rollback');
    throw error;
  }
}

/** One row. `others`: logins that keep what PUBLIC loses; `ours`: who of us has it by a grant. */
const state = `
  with database as (
    select d.oid, d.datname, d.datdba, a.grantee
    from pg_catalog.pg_database as d
    left join lateral (
      select x.grantee from pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) as x
      where x.privilege_type = 'TEMPORARY' and x.grantee <> d.datdba
    ) as a on true
    where d.datname = pg_catalog.current_database()
  ), role as (
    select r.oid, r.rolcanlogin, r.rolsuper, pg_catalog.quote_ident(r.rolname) as name,
      exists (
        select from pg_catalog.pg_roles as o where o.rolname = any ($1) and pg_catalog.pg_has_role(r.oid, o.oid, 'member')
      ) as is_ours
    from pg_catalog.pg_roles as r
  )
  select
    pg_catalog.quote_ident(d.datname) as name,
    (select r.name from role as r where r.oid = d.datdba) as owner,
    pg_catalog.pg_has_role(d.datdba, 'usage') as may_change,
    pg_catalog.bool_or(coalesce(d.grantee = 0, false)) as is_public,
    array(
      select r.name from role as r
      where r.rolcanlogin and not r.rolsuper and not r.is_ours and r.oid <> d.datdba
        and pg_catalog.has_database_privilege(r.oid, d.oid, 'connect')
      order by r.name
    ) as others,
    array(
      select r.name from role as r where r.is_ours and not r.rolsuper and r.oid = any (pg_catalog.array_agg(d.grantee)) order by r.name
    ) as ours
  from database as d
  group by d.oid, d.datname, d.datdba`;
