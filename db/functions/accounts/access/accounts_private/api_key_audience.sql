-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function accounts_private.api_key_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select
    e.id, x.user_id, 'default',
    pg_catalog.jsonb_build_object(
      'id', x.id, 'Name', x.name, 'Prefix', x.prefix)
  from notify.events as e
  join accounts.api_keys as x on x.id = e.subject_id
  join notify.users as u on u.id = x.user_id
  where e.id = any (event_ids)
$$;
comment on function accounts_private.api_key_audience(uuid[]) is 'Whose key it is.';
