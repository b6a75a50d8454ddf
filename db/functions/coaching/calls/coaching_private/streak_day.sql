-- Plain SQL without settings: it is inlined into the audiences' query.
create or replace function coaching_private.streak_day(user_id uuid, local_day date) returns integer
language sql stable
as $$
  select coalesce((
    select case when s.last_answered_on < local_day - 1 then 1 else s.day end
    from coaching.streaks as s where s.user_id = streak_day.user_id
  ), 1)
$$;
comment on function coaching_private.streak_day(uuid, date) is
  'Which day of their streak a call on a local day is: 1 for who has none, and again after a day without an answered call.';
