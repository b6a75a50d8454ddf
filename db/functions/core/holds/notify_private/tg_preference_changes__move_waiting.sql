create or replace function notify_private.tg_preference_changes__move_waiting() returns trigger
language plpgsql volatile
-- Definer: those who change their settings may not touch what is held or gathered.
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
  for_all constant boolean := exists (select from changes as c where c.scope = 'settings');
  moves_all constant boolean := exists (
    select from changes as c
    where c.scope = 'settings'
      and (c.old -> 'digest_time', c.old -> 'digest_weekday') is distinct from (c.new -> 'digest_time', c.new -> 'digest_weekday')
  );
  -- Whose held candidates are judged again, and whose digests move: hardly anybody has any.
  held uuid[];
  gathering uuid[];
begin
  if for_all then
    held := array(select distinct h.recipient_id from notify.holds as h where h.released_at is null and h.rule = any (rules));
    if moves_all then
      gathering := array(select distinct d.user_id from notify.digests as d where d.closed_at is null);
    end if;
  elsif pg_catalog.cardinality(raised) > 0 then
    held := array(
      select distinct h.recipient_id from notify.holds as h join notify.events as e on e.id = h.event_id
      where h.released_at is null and h.rule = any (all_rules) and e.type_key = any (raised)
    );
  else
    held := array(
      select c.user_id from changes as c
      where (c.scope = 'personal' or c.scope = 'user' and c.old -> 'time_zone' is distinct from c.new -> 'time_zone')
        and exists (select from notify.holds as h where h.recipient_id = c.user_id and h.released_at is null)
    );
    gathering := array(
      select c.user_id from changes as c
      where c.scope in ('personal', 'user')
        and coalesce(c.old -> 'time_zone', 'null') is distinct from coalesce(c.new -> 'time_zone', 'null')
          or c.scope = 'personal'
        and (coalesce(c.old -> 'digest_time', 'null'), coalesce(c.old -> 'digest_weekday', 'null'))
          is distinct from (coalesce(c.new -> 'digest_time', 'null'), coalesce(c.new -> 'digest_weekday', 'null'))
    );
    gathering := array(
      select d.user_id from notify.digests as d where d.user_id = any (gathering) and d.closed_at is null
    );
  end if;
  if pg_catalog.cardinality(held || gathering) = 0 then
    return null;
  end if;

  -- Whoever judges what waits has its people locked. All at once and in one order: of two who change things for many, and took
  -- the people of the holds before those of the digests, each would wait for the other.
  perform from notify.users as u where u.id = any (held || gathering) order by u.id for no key update;
  if pg_catalog.cardinality(raised) > 0 then
    update notify.holds as h set due_at = least(h.due_at, pg_catalog.now()), lane = 'urgent'
    from notify.events as e
    where e.id = h.event_id and e.type_key = any (raised) and h.recipient_id = any (held) and h.released_at is null
      and h.rule = any (all_rules);
  elsif pg_catalog.cardinality(held) > 0 then
    update notify.holds as h set due_at = pg_catalog.now()
    where h.recipient_id = any (held) and h.released_at is null and h.rule = any (rules) and h.due_at > pg_catalog.now();
  end if;
  if pg_catalog.cardinality(gathering) > 0 then
    perform notify_private.move_digests(gathering);
  end if;
  return null;
end
$$;
comment on function notify_private.tg_preference_changes__move_waiting() is
  'What a person''s or the operators'' settings hold is due at once when these change: judging it again says how much longer. So is what '
  'they hold of a type that becomes P0, which passes them. Open digests move to the next digest time, as settings and zone now say.';

create or replace trigger _900_move_waiting after insert on notify.preference_changes referencing new table as changes
  for each statement execute function notify_private.tg_preference_changes__move_waiting();
