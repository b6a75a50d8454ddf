create or replace function coaching_private.count_streak(
  base_day integer, base_answered_on date, answers coaching_private.streak_answer[], out day integer, out last_answered_on date
)
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  -- Days in a row differ from their place in the order by the same date.
  with answered as (
    select a.local_day, a.local_day - (pg_catalog.row_number() over (order by a.local_day))::integer as run
    from (select distinct x.local_day from unnest(count_streak.answers) as x) as a
    where count_streak.base_answered_on is null or a.local_day > count_streak.base_answered_on
  ),
  latest as (
    select count(*)::integer as length, min(a.local_day) as first_day, max(a.local_day) as last_day
    from answered as a where a.run = (select max(y.run) from answered as y)
  )
  select
    case
      when l.last_day is null then count_streak.base_day
      -- Nothing was missed between what the row began with and its first day.
      when l.first_day = (select min(y.local_day) from answered as y)
        and (count_streak.base_answered_on is null or count_streak.base_answered_on >= l.first_day - 1) then count_streak.base_day
      else 1
    end + l.length,
    coalesce(l.last_day, count_streak.base_answered_on)
  from latest as l
$$;
comment on function coaching_private.count_streak(integer, date, coaching_private.streak_answer[]) is
  'Where a streak is after these answers, in whatever order they became known: which day comes next, and which was the last.';
