import type pg from 'pg';

/** What a role may do, as PostgreSQL itself judges it. */
export type Grants = {
  /** Whether rows of a table or view (`notify.devices`) may be read, or one of its columns. */
  readonly mayRead: (relation: string, column?: string) => boolean;
  /** Whether a function (`notify.unread_count`) may be executed. */
  readonly mayExecute: (routine: string) => boolean;
  /** Whether a table has rows of people, of which each person sees their own. */
  readonly isOfPeople: (relation: string) => boolean;
};

const readColumns = `
  select format('%s.%s', n.nspname, c.relname) as relation, array_agg(a.attname::text) as columns
  from pg_namespace as n
  join pg_class as c on c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
  join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and has_schema_privilege($1, n.oid, 'usage') and has_column_privilege($1, c.oid, a.attnum, 'select')
  group by 1`;

const readRoutines = `
  select format('%s.%s', n.nspname, p.proname) as routine
  from pg_namespace as n
  join pg_proc as p on p.pronamespace = n.oid
  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and has_schema_privilege($1, n.oid, 'usage') and has_function_privilege($1, p.oid, 'execute')`;

const readPrivate = `
  select distinct format('%s.%s', schemaname, tablename) as relation
  from pg_policies where 'rowbell_user' = any (roles) and qual ~ 'current_user_id|_private\\.my_'`;

/** @param role a role of the database, such as `rowbell_user` */
export async function readGrants(pool: Pick<pg.Pool, 'query'>, role: string): Promise<Grants> {
  const relations = await pool.query<{ relation: string; columns: string[] }>(readColumns, [role]);
  const routines = await pool.query<{ routine: string }>(readRoutines, [role]);
  const columnsOf = new Map(relations.rows.map(({ relation, columns }) => [relation, new Set(columns)]));
  const people = await pool.query<{ relation: string }>(readPrivate);
  const ofPeople = new Set(people.rows.map(({ relation }) => relation));
  const executable = new Set(routines.rows.map(({ routine }) => routine));
  return {
    mayRead(relation, column) {
      const columns = columnsOf.get(relation);
      return columns !== undefined && (column === undefined || columns.has(column));
    },
    mayExecute: (routine) => executable.has(routine),
    isOfPeople: (relation) => ofPeople.has(relation),
  };
}
