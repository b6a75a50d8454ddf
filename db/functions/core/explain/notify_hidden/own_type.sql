create or replace function notify_hidden.own_type(event_id uuid) returns text
language sql stable
-- Definer: people read no events. Of what the caller was a candidate for they may know of which type it was.
security definer set search_path = pg_catalog, pg_temp
as $$
  select e.type_key from notify.events as e
  where e.id = own_type.event_id and exists (
    select from notify.decisions as d
    where d.event_id = own_type.event_id and d.recipient_id = (select notify_hidden.current_user_id())
  )
$$;
comment on function notify_hidden.own_type(uuid) is
  E'@nullable\nThe type of an event of which the caller was to be told; null for any other.';
grant execute on function notify_hidden.own_type(uuid) to rowbell_user;
