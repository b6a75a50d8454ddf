create or replace function coaching_private.tg_calls__count_streak() returns trigger
language plpgsql volatile
-- Definer: streaks are moved by answering and not by whoever notes the answer.
security definer set search_path = pg_catalog, pg_temp
-- Old and new rows are joined by hash, however many there were when this was planned.
set enable_nestloop = off
as $$
declare
  people uuid[];
begin
  people := array(
    select distinct n.user_id from updated as n join outdated as o on o.id = n.id
    where (n.outcome = 'answered') is distinct from (o.outcome = 'answered') order by n.user_id
  );
  if pg_catalog.cardinality(people) = 0 then
    return null;
  end if;
  insert into coaching.streaks (user_id) select x from unnest(people) as x on conflict (user_id) do nothing;
  -- Verdicts on two calls of one person take turns.
  perform from coaching.streaks as s where s.user_id = any (people) order by s.user_id for no key update;
  update coaching.streaks as s
  set (day, last_answered_on, base_day, base_answered_on, answers) = (
    select t.day, t.last_answered_on, f.day, f.last_answered_on, k.kept
    from (
      select x.base_day, x.base_answered_on, x.answers
      from coaching_private.count_streak(s.base_day, s.base_answered_on, s.answers) as c
      cross join lateral (values
        (c.day = s.day and c.last_answered_on is not distinct from s.last_answered_on, s.base_day, s.base_answered_on, s.answers),
        (true, s.day, s.last_answered_on, '{}')
      ) as x (holds, base_day, base_answered_on, answers)
      where x.holds
      limit 1
    ) as b
    -- What was counted of them, without those that are answered no more, with those that are now.
    cross join lateral (
      select coalesce(pg_catalog.array_agg(y.a order by (y.a).local_day, (y.a).call_id), '{}') as answers
      from (
        select x from unnest(b.answers) as x
        where not exists (select from updated as n where n.id = x.call_id and n.outcome is distinct from 'answered')
        union
        select z::coaching_private.streak_answer
        from (
          select n.id as call_id, coaching_private.day_of_call(n, u.time_zone) as local_day
          from updated as n join outdated as o on o.id = n.id join notify.users as u on u.id = n.user_id
          where n.user_id = s.user_id and n.outcome = 'answered' and o.outcome is distinct from 'answered'
        ) as z
      ) as y (a)
    ) as w
    -- The oldest go into what the row began with, so that it does not grow.
    cross join lateral (
      select w.answers[:n.spare] as gone, w.answers[greatest(n.spare, 0) + 1:] as kept
      from (select pg_catalog.cardinality(w.answers) - 31 as spare) as n
    ) as k
    cross join lateral coaching_private.count_streak(b.base_day, b.base_answered_on, k.gone) as f
    cross join lateral coaching_private.count_streak(f.day, f.last_answered_on, k.kept) as t
  )
  where s.user_id = any (people);
  return null;
end
$$;
comment on function coaching_private.tg_calls__count_streak() is
  'An answered call moves its person''s streak on, once a day of their own; a verdict that it was none takes that back. The latest '
  'answers are remembered and counted anew, so the streak does not depend on the order in which verdicts come.';

create or replace trigger _500_count_streak
  after update on coaching.calls
  referencing old table as outdated new table as updated
  for each statement execute function coaching_private.tg_calls__count_streak();
