import pg from 'pg';
import type { Scratch } from './scratch.ts';

/** Schemas that are ours: not PostgreSQL's, not the queue's, not dbmate's. */
export const ourSchemas = `select oid, nspname from pg_namespace
  where nspname !~ '^pg_' and nspname not in ('information_schema', 'public', 'graphile_worker', 'rowbell')`;

/** Each query gives `line`s in a fixed order; a partition is named nowhere, since its name has a month in it. */
const sections: readonly (readonly [title: string, query: string])[] = [
  [
    'roles',
    `select format('role %s%s%s%s', rolname, case when rolcanlogin then ' login' else ' nologin' end,
                   case when rolinherit then '' else ' noinherit' end, ' set ' || array_to_string(rolconfig, ', ')) as line
     from pg_roles where rolname ~ '^rowbell_' order by rolname`,
  ],
  [
    'memberships of the API',
    `select format('grant %s to rowbell_api with inherit %s, set %s', roleid::regrole, inherit_option, set_option) as line
     from pg_auth_members where member = 'rowbell_api'::regrole order by roleid::regrole::text collate "C"`,
  ],
  [
    'default privileges',
    `select format('default privileges on %s%s: %s', defaclobjtype, coalesce(' in ' || nspname, ''),
                   grants(defaclacl)) as line
     from pg_default_acl left join pg_namespace on pg_namespace.oid = defaclnamespace
     order by nspname collate "C" nulls first, defaclobjtype`,
  ],
  [
    'schemas',
    `select format('schema %s%s', nspname, E'\\n  grant ' || nullif(grants(nspacl), '')) as line
     from pg_namespace where oid in (select oid from ours) order by nspname collate "C"`,
  ],
  [
    'types',
    `select line from (
     select format(E'type %s as (%s)%s', t.oid::regtype, (
         select string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum)
         from pg_attribute where attrelid = t.typrelid and attnum > 0 and not attisdropped
       ), E'\\n  grant ' || nullif(grants(typacl), '')) as line
     from pg_type t join pg_class c on c.oid = t.typrelid and c.relkind = 'c'
     where t.typnamespace in (select oid from ours)
     union all
     select format('type %s as enum (%s)', t.oid::regtype,
                   (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid))
     from pg_type t where typtype = 'e' and typnamespace in (select oid from ours)
     union all
     select format('domain %s as %s%s', t.oid::regtype, format_type(typbasetype, typtypmod),
                   (select string_agg(' ' || pg_get_constraintdef(oid), '' order by conname) from pg_constraint where contypid = t.oid))
     from pg_type t where typtype = 'd' and typnamespace in (select oid from ours)
     ) listed order by line collate "C"`,
  ],
  [
    'tables',
    `select concat_ws(E'\\n  ',
       format('table %s%s', c.oid::regclass, ' partition by ' || pg_get_partkeydef(c.oid)),
       (select string_agg(concat_ws(' ', quote_ident(attname), format_type(atttypid, atttypmod),
                 case when attgenerated <> '' then 'generated as (' || pg_get_expr(adbin, adrelid) || ')'
                      else 'default ' || pg_get_expr(adbin, adrelid) end,
                 case attidentity when 'a' then 'identity always' when 'd' then 'identity by default' end,
                 case when attnotnull then 'not null' end,
                 'grant ' || nullif(grants(attacl), '')), E'\\n  ' order by attnum)
        from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
        where attrelid = c.oid and attnum > 0 and not attisdropped),
       (select string_agg(format('constraint %I %s', conname, pg_get_constraintdef(oid)), E'\\n  ' order by conname collate "C")
        from pg_constraint where conrelid = c.oid and contype <> 'n'),
       (select string_agg(regexp_replace(pg_get_indexdef(i.indexrelid), ' ON (ONLY )?', ' on '), E'\\n  '
                          order by i.indexrelid::regclass::text collate "C")
        from pg_index i where i.indrelid = c.oid and not exists (select from pg_constraint where conindid = i.indexrelid)),
       case when c.relrowsecurity then 'row level security' || case when c.relforcerowsecurity then ', forced' else '' end end,
       (select string_agg(concat_ws(' ', 'policy', quote_ident(polname),
                 'for ' || case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
                 'to ' || (select string_agg(rolname, ', ' order by rolname) from pg_roles where oid = any (polroles)),
                 'using (' || pg_get_expr(polqual, polrelid) || ')',
                 'with check (' || pg_get_expr(polwithcheck, polrelid) || ')'), E'\\n  ' order by polname collate "C")
        from pg_policy where polrelid = c.oid),
       (select string_agg(pg_get_triggerdef(oid), E'\\n  ' order by tgname collate "C")
        from pg_trigger where tgrelid = c.oid and not tgisinternal),
       'grant ' || nullif(grants(c.relacl), '')) as line
     from pg_class c where relkind in ('r', 'p') and not relispartition and relnamespace in (select oid from ours)
     order by c.oid::regclass::text collate "C"`,
  ],
  [
    'views',
    `select concat_ws(E'\\n  ', format('view %s%s', c.oid::regclass, ' with (' || array_to_string(reloptions, ', ') || ')'),
                     'grant ' || nullif(grants(relacl), ''), trim(pg_get_viewdef(c.oid))) as line
     from pg_class c where relkind in ('v', 'm') and relnamespace in (select oid from ours)
     order by c.oid::regclass::text collate "C"`,
  ],
  [
    'sequences',
    `select format('sequence %s%s', oid::regclass, E'\\n  grant ' || nullif(grants(relacl), '')) as line
     from pg_class where relkind = 'S' and relnamespace in (select oid from ours) order by oid::regclass::text collate "C"`,
  ],
  [
    'functions',
    `select concat_ws(E'\\n  ',
       format('function %s.%s(%s) returns %s', pronamespace::regnamespace, quote_ident(proname),
              pg_get_function_arguments(p.oid), pg_get_function_result(p.oid)),
       concat_ws(' ', (select lanname from pg_language where oid = prolang),
         case provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
         case proparallel when 's' then 'parallel safe' when 'r' then 'parallel restricted' end,
         case when proisstrict then 'strict' end,
         case when prosecdef then 'security definer' end,
         'set ' || array_to_string(proconfig, ', ')),
       'grant ' || nullif(grants(proacl), '')) as line
     from pg_proc p where pronamespace in (select oid from ours)
     order by pronamespace::regnamespace::text collate "C", proname, pg_get_function_identity_arguments(p.oid) collate "C"`,
  ],
];

/** `role (privilege, …); …` without the owner, who may do everything anyway; PUBLIC is `public`. */
const grantsFunction = `create function pg_temp.grants(acl aclitem[]) returns text language sql as $$
  select string_agg(who || ' (' || what || ')', '; ' order by who collate "C") from (
    select case grantee when 0 then 'public' else grantee::regrole::text end as who,
           string_agg(lower(privilege_type) || case when is_grantable then ' with grant option' else '' end, ', '
                      order by privilege_type collate "C") as what
    from aclexplode(acl) where grantee <> current_user::regrole group by grantee) x $$`;

/**
 * The database as a listing to be read in diffs: everything but bodies and comments, which stand in db/functions and
 * db/migrations. The same catalog gives the same text. It is not a script; pg_dump makes those.
 */
export async function generateSchema(scratch: Pick<Scratch, 'ownerUrl'>): Promise<string> {
  const client = new pg.Client({ connectionString: scratch.ownerUrl });
  await client.connect();
  try {
    await client.query(grantsFunction);
    await client.query(`set search_path = ''`);
    const parts = [
      '-- Generated by `npm run generate`: what is in the database, to be reviewed in diffs. Not a script.',
    ];
    for (const [title, query] of sections) {
      const qualified = query.replaceAll('grants(', 'pg_temp.grants(');
      const { rows } = await client.query<{ line: string }>(`with ours as (${ourSchemas}) ${qualified}`);
      if (rows.length > 0) parts.push(`-- ${title}`, ...rows.map(({ line }) => line));
    }
    return `${parts.join('\n\n')}\n`;
  } finally {
    await client.end();
  }
}
