create or replace function notify_hidden.wrong_quiet_hours(quiet_hours notify.quiet_window[]) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  -- Each window as minutes' worth of seconds of a week that begins on Monday; the last may run into the next week, so
  -- each is laid over the week before as well.
  with quiet as (
    select
      w.*,
      (w.weekday - 1) * 86400 + extract(epoch from w.starts_at) as first,
      (w.weekday - 1) * 86400 + extract(epoch from w.ends_at) + case when w.ends_at <= w.starts_at then 86400 else 0 end as last
    from unnest(quiet_hours) with ordinality as w (weekday, starts_at, ends_at, place)
  )
  select case
    when exists (select from quiet as q where num_nulls(q.weekday, q.starts_at, q.ends_at) > 0)
      then 'each needs weekday, starts_at and ends_at'
    when exists (select from quiet as q where q.weekday not between 1 and 7)
      then 'weekday must be from 1 (Monday) to 7 (Sunday)'
    when exists (select from quiet as q where '24:00' in (q.starts_at, q.ends_at))
      then 'midnight is 00:00'
    when exists (select from quiet as q where q.starts_at = q.ends_at)
      then 'starts_at and ends_at must differ'
    when exists (
      select from quiet as a join quiet as b on a.place <> b.place
      cross join (values (0), (604800)) as o (week)
      where a.first < b.last + o.week and b.first + o.week < a.last
    )
      then 'windows overlap'
    when (select sum(q.last - q.first) from quiet as q) >= 604800
      then 'some time of the week must be left: pause instead'
  end
$$;
comment on function notify_hidden.wrong_quiet_hours(notify.quiet_window[]) is
  'What is wrong with quiet hours, in words; null: nothing.';
grant execute on function notify_hidden.wrong_quiet_hours(notify.quiet_window[]) to rowbell_operator;
