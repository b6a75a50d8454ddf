create or replace function notify_private.tg_preference_changes__look_again() returns trigger
language plpgsql volatile
-- Definer: those who change their settings may not touch what is held.
security definer set search_path = ''
as $$
declare
  rules constant text[] := '{quiet_hours,daily_cap,rolling_cap}';
  people uuid[];
begin
  if exists (select from changes as c where c.scope = 'settings') then
    people := array(select distinct h.recipient_id from notify.holds as h where h.released_at is null and h.rule = any (rules));
  else
    people := array(
      select c.user_id from changes as c
      where (c.scope = 'personal' or c.scope = 'user' and c.old -> 'time_zone' is distinct from c.new -> 'time_zone')
        and exists (select from notify.holds as h where h.recipient_id = c.user_id and h.released_at is null)
    );
  end if;
  -- Hardly anybody has any.
  if pg_catalog.cardinality(people) > 0 then
    -- Whoever judges what is held has its people locked, in this order.
    perform from notify.users as u where u.id = any (people) order by u.id for no key update;
    update notify.holds as h set due_at = pg_catalog.now()
    where h.recipient_id = any (people) and h.released_at is null and h.rule = any (rules) and h.due_at > pg_catalog.now();
  end if;
  return null;
end
$$;
comment on function notify_private.tg_preference_changes__look_again() is
  'What a person''s or the operators'' settings hold is due at once when these change: judging it again says how much longer.';

create or replace trigger _900_look_again after insert on notify.preference_changes referencing new table as changes
  for each statement execute function notify_private.tg_preference_changes__look_again();
