-- What squawk and reviewers cannot see in files, asked of the catalog. Every row is a problem: (rule, object, detail).
-- Placed over a CTE `ours (oid, nspname)` of our schemas. Partitions are their parents' business.
, relations as (
  select c.*, c.oid::regclass::text as name from pg_class c where c.relnamespace in (select oid from ours) and not c.relispartition
), functions as (
  select p.*, p.oid::regprocedure::text as name from pg_proc p where p.pronamespace in (select oid from ours)
), policies as (
  select pol.*, format('%s on %s', pol.polname, pol.polrelid::regclass) as name,
         concat_ws(' ', pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) as expression
  from pg_policy pol where pol.polrelid in (select oid from relations)
)
select 'row level security is off' as rule, name as object, null as detail
from relations where relkind in ('r', 'p') and not relrowsecurity

union all
-- Under any other, '' included, types and relations are looked up in pg_temp first: the caller's objects, with the owner's rights.
select 'another search_path than "pg_catalog, pg_temp"', name, c
from functions cross join unnest(proconfig) c where c like 'search_path=%' and c <> 'search_path=pg_catalog, pg_temp'

-- Identity helpers and audiences are inlined, which a setting would prevent, a procedure with one may not commit, an aggregate has none;
-- they qualify every name instead, which qualified-names.ts reads.
union all
select 'no pinned search_path, and not a function that can be inlined', name, null
from functions
where not coalesce(proconfig @> array['search_path=pg_catalog, pg_temp'], false)
  and not (prolang = (select oid from pg_language where lanname = 'sql') and provolatile in ('i', 's') and not prosecdef)
  and (prosecdef or prokind not in ('p', 'a'))

-- A definer's function of a superuser is the whole server's.
union all
select 'belongs to a superuser', o.name, o.owner::regrole::text
from (
  select name, proowner as owner from functions
  union all select name, relowner from relations
  union all select nspname, nspowner from pg_namespace join ours using (oid, nspname)
) as o
join pg_roles as r on r.oid = o.owner where r.rolsuper

union all
select 'everybody may make temporary objects', datname, null
from pg_database where datname = current_database() and has_database_privilege('public', oid, 'temporary')

union all
select 'foreign key without an index on its columns', con.conrelid::regclass::text, con.conname
from pg_constraint con
where con.contype = 'f' and con.conparentid = 0 and con.conrelid in (select oid from relations)
  and not exists (
    select from pg_index i
    where i.indrelid = con.conrelid
      -- Partial only over "is not null" of the key itself: what the key check looks for is in it.
      and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ '^\([a-z_]+ IS NOT NULL\)$')
      and (i.indkey::int2[])[0:cardinality(con.conkey) - 1] @> con.conkey
  )

union all
select 'policy calls a function of the session once per row: wrap it in (select …)', name, expression
from policies
where regexp_replace(expression, 'SELECT\s+[a-z_.]*current_[a-z_]+\(', '', 'gi') ~* '(current_[a-z_]+|current_setting)\('

union all
select 'policy for every role: say "to …"', name, null from policies where polroles = '{0}'

union all
select 'policy for all commands: one per command and audience', name, null from policies where polcmd = '*'

union all
select 'no comment', name, null
from relations where relkind in ('r', 'p', 'v', 'm') and obj_description(oid, 'pg_class') is null
union all
select 'no comment', name, null from functions where obj_description(oid, 'pg_proc') is null
union all
select 'no comment', nspname, null from ours where obj_description(oid, 'pg_namespace') is null

union all
select 'everybody may execute it', name, null
from functions where exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0)

union all
select 'two functions of one name: the API cannot expose overloads', pronamespace::regnamespace || '.' || proname, null
from functions group by pronamespace, proname having count(*) > 1

union all
select 'row trigger: use a statement trigger with transition tables', tgname || ' on ' || tgrelid::regclass, null
from pg_trigger
where tgrelid in (select oid from relations) and not tgisinternal and tgparentid = 0
  -- Before-triggers and those instead of a view's insert have no statement form.
  and tgtype & 1 = 1 and tgtype & (2 + 64) = 0

union all
select 'timestamp without time zone', c.name || '.' || a.attname, null
from pg_attribute a join relations c on c.oid = a.attrelid
where a.attnum > 0 and not a.attisdropped and a.atttypid = 'timestamp'::regtype

union all
select 'varchar: use text with a named check', c.name || '.' || a.attname, null
from pg_attribute a join relations c on c.oid = a.attrelid
where a.attnum > 0 and not a.attisdropped and a.atttypid = 'varchar'::regtype

-- In the engine's own schemas nobody else looks; elsewhere a view is a way around row level security.
union all
select 'view that sees with its owner''s eyes: with (security_invoker = true), or, where it says itself who sees what, '
  'with (security_barrier = true)', name, null
from relations
where relkind = 'v' and name !~ '_(private|hidden)\.' and not coalesce(reloptions @> '{security_invoker=true}', false)
  and not coalesce(reloptions @> array['security_barrier=true'], false)

order by 1, 2, 3
