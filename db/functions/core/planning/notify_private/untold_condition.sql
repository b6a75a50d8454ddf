create or replace function notify_private.untold_condition(is_retried boolean) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select case when is_retried
    then ' and not exists (select from notify.decisions as d where d.event_id = a.event_id and d.recipient_id = a.recipient_id)' else '' end
$$;
comment on function notify_private.untold_condition(boolean) is
  'What a query of the audience a says besides, so that whom an event told before it was retried is not told again.';
