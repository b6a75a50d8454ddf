create or replace function notify_private.tg_deliveries__tell_listeners() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  -- On its way says nothing yet; what ends or arrives does.
  if exists (select from updated as u where u.has_listener and u.status not in ('queued', 'sending')) then
    perform notify_private.call_listeners(array(
      select u.id from updated as u where u.has_listener and u.status not in ('queued', 'sending')
    ));
  end if;
  return null;
end
$$;
comment on function notify_private.tg_deliveries__tell_listeners() is 'Deliveries of types with a listener came to a status worth telling.';

create or replace trigger _500_tell_listeners
  after update on notify.deliveries
  referencing new table as updated
  for each statement execute function notify_private.tg_deliveries__tell_listeners();
