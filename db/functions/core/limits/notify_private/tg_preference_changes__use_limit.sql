create or replace function notify_private.tg_preference_changes__use_limit() returns trigger
language plpgsql volatile
-- Definer: whoever changes a choice need not be able to count.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  one record;
begin
  for one in
    select w.user_id, count(*) as changes from written as w
    where w.source in ('person', 'unsubscribe')
      -- To leave is never refused. Who would leave again has to come back first, which counts.
      and not coalesce(w.new ->> 'enabled' = 'false' and coalesce(w.old ->> 'enabled', 'true') <> 'false', false)
    group by w.user_id
  loop
    perform notify_private.use_limit('preference_changes', one.user_id, one.changes);
  end loop;
  return null;
end
$$;
comment on function notify_private.tg_preference_changes__use_limit() is
  'SE-14: how many changes of their choices a person may put on record in a day, signed in or by the links of their mails.';

create or replace trigger _200_use_limit
  after insert on notify.preference_changes
  referencing new table as written
  for each statement execute function notify_private.tg_preference_changes__use_limit();
