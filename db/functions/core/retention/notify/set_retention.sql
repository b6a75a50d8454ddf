create or replace function notify.set_retention(table_name text, keep interval, note text default null) returns notify.retention_policies
language plpgsql volatile
-- Definer: there is no update grant, so that nothing but the interval can change, and not below its floor. Its
-- grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  policy notify.retention_policies;
  least_keep constant interval := notify_private.retention_floor(table_name);
begin
  select p.* into policy from notify.retention_policies as p where p.table_name = table_name for update;
  if not found then
    raise exception 'table_name: no table has this name' using errcode = 'RBNFD', column = 'table_name';
  end if;
  if policy.keep is null then
    raise exception 'table_name: %', coalesce('goes with ' || policy.follows, 'has no limit to change')
      using errcode = 'RBINV', column = 'table_name';
  end if;
  if keep is null or keep < least_keep then
    raise exception 'keep: must be at least %', least_keep using errcode = 'RBINV', column = 'keep';
  end if;
  update notify.retention_policies as p set keep = keep where p.table_name = table_name returning p.* into policy;
  perform notify_hidden.note_operator_action('set_retention', table_name, note, pg_catalog.jsonb_build_object('keep', keep));
  return policy;
end
$$;
comment on function notify.set_retention(text, interval, text) is
  'For operators: how long a table''s rows are kept from the next hour on. Not less than correctness needs.';
grant execute on function notify.set_retention(text, interval, text) to rowbell_operator;
