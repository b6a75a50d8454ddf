-- Without settings of its own, so that it is inlined.
create or replace function notify_private.foreseen(
  candidate notify_private.candidate, due_at timestamptz, steps integer, is_own boolean, digest text default null,
  was_quiet boolean default false
) returns notify_private.foreseen
language sql immutable parallel safe
as $$
  select row(
    foreseen.candidate, foreseen.due_at, foreseen.steps, foreseen.is_own, foreseen.digest, foreseen.was_quiet
  )::notify_private.foreseen
$$;
comment on function notify_private.foreseen(notify_private.candidate, timestamptz, integer, boolean, text, boolean) is
  'The one place that makes what waits in predict(): by name, so that a field more moves no other.';
