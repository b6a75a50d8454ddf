create or replace function coaching_private.tg_calls__count_streak() returns trigger
language plpgsql volatile
-- Definer: streaks are moved on by answering and not by whoever notes the answer.
security definer set search_path = pg_catalog, pg_temp
-- Old and new rows are joined by hash, however many there were when this was planned.
set enable_nestloop = off
as $$
begin
  if not exists (select from updated as n join outdated as o on o.id = n.id
    where n.outcome = 'answered' and o.outcome is distinct from 'answered') then
    return null;
  end if;
  insert into coaching.streaks as s (user_id, day, last_answered_on)
  select distinct on (d.user_id) d.user_id, coaching_private.streak_day(d.user_id, d.local_day) + 1, d.local_day
  from (
    select n.user_id, coaching_private.day_of_call(n, u.time_zone) as local_day
    from updated as n
    join outdated as o on o.id = n.id
    join notify.users as u on u.id = n.user_id
    where n.outcome = 'answered' and o.outcome is distinct from 'answered'
  ) as d
  order by d.user_id, d.local_day desc
  on conflict (user_id) do update set day = excluded.day, last_answered_on = excluded.last_answered_on
    where s.last_answered_on is null or s.last_answered_on < excluded.last_answered_on;
  return null;
end
$$;
comment on function coaching_private.tg_calls__count_streak() is 'An answered call moves its person''s streak on, once a day of their own.';

create or replace trigger _500_count_streak
  after update on coaching.calls
  referencing old table as outdated new table as updated
  for each statement execute function coaching_private.tg_calls__count_streak();
