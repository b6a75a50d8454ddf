create or replace function notify_private.tg_tracking_consents__use_limit() returns trigger
language plpgsql volatile
-- Definer: whoever consents need not be able to count.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  one record;
begin
  for one in
    -- Only what changes is recorded, so each withdrawal has a consent before it.
    select w.user_id, count(*) as consents from written as w where w.granted group by w.user_id
  loop
    perform notify_private.use_limit('consents', one.user_id, one.consents);
  end loop;
  return null;
end
$$;
comment on function notify_private.tg_tracking_consents__use_limit() is
  'SE-14: how often a day a person may agree to tracking; the end of it is never refused.';

create or replace trigger _200_use_limit
  after insert on notify.tracking_consents
  referencing new table as written
  for each statement execute function notify_private.tg_tracking_consents__use_limit();
