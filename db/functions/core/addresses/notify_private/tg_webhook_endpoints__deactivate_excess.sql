create or replace function notify_private.tg_webhook_endpoints__deactivate_excess() returns trigger
language plpgsql volatile
-- Definer: services insert endpoints and may neither read nor change them.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  people constant uuid[] := array(select distinct i.user_id from inserted as i order by i.user_id);
begin
  -- Two at once take turns, so that each counts what the other added.
  perform from notify.users as u where u.id = any (people) order by u.id for no key update;
  update notify.webhook_endpoints as w set deactivated_at = clock_timestamp(), deactivation_reason = 'too_many_endpoints'
  where w.id = any (array(
    select n.id
    from (
      select x.id, row_number() over (partition by x.user_id order by x.created_at desc, x.id desc) as place
      from notify.webhook_endpoints as x where x.user_id = any (people) and x.deactivated_at is null
    ) as n
    where n.place > (select l.at_most from notify.limits as l where l.key = 'webhook_endpoints')
  ));
  return null;
end
$$;
comment on function notify_private.tg_webhook_endpoints__deactivate_excess() is
  'Deactivates the endpoints that a person has beyond the limit "webhook_endpoints", the oldest first.';

create or replace trigger _300_deactivate_excess
  after insert on notify.webhook_endpoints
  referencing new table as inserted
  for each statement execute function notify_private.tg_webhook_endpoints__deactivate_excess();
