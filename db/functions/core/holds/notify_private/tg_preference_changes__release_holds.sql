create or replace function notify_private.tg_preference_changes__release_holds() returns trigger
language plpgsql volatile
-- Definer: those who change their settings may not touch what is held.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  rules constant text[] := '{quiet_hours,daily_cap,rolling_cap}';
  -- Nor does it wait until they have looked; whatever else changes, that is over within seconds by itself.
  all_rules constant text[] := rules || '{attention}';
  -- What nothing may hold any more.
  raised constant text[] := array(
    select c.key from changes as c where c.scope = 'default' and c.new ->> 'priority' = 'P0' and c.old ->> 'priority' <> 'P0'
  );
  people uuid[];
begin
  if pg_catalog.cardinality(raised) > 0 then
    people := array(
      select distinct h.recipient_id from notify.holds as h join notify.events as e on e.id = h.event_id
      where h.released_at is null and h.rule = any (all_rules) and e.type_key = any (raised)
    );
    perform from notify.users as u where u.id = any (people) order by u.id for no key update;
    update notify.holds as h set due_at = least(h.due_at, pg_catalog.now()), lane = 'urgent'
    from notify.events as e
    where e.id = h.event_id and e.type_key = any (raised) and h.recipient_id = any (people) and h.released_at is null
      and h.rule = any (all_rules);
  end if;
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
comment on function notify_private.tg_preference_changes__release_holds() is
  'What a person''s or the operators'' settings hold is due at once when these change: judging it '
  'again says how much longer. So is what they hold of a type that becomes P0, which passes them.';

create or replace trigger _900_release_holds after insert on notify.preference_changes referencing new table as changes
  for each statement execute function notify_private.tg_preference_changes__release_holds();
