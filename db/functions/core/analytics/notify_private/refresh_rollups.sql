-- Not definer and without settings of its own: a procedure that has either may not commit.
create or replace procedure notify_private.refresh_rollups(inout done integer, at_once boolean default false)
language plpgsql
as $$
declare
  current_span pg_catalog.text;
  period pg_catalog.timestamptz;
  until pg_catalog.timestamptz;
begin
  done := 0;
  -- Each marks for the next.
  foreach current_span in array array['notifications', 'hour', 'day'] loop
    until := case when at_once then 'infinity' else pg_catalog.clock_timestamp() + interval '1 second' end;
    for period in select p from notify_private.due_periods(current_span, at_once) as p loop
      exit when pg_catalog.clock_timestamp() > until;
      if notify_private.refresh_period(current_span, period, at_once) then
        done := done + 1;
      end if;
      commit;
    end loop;
  end loop;
end
$$;
comment on procedure notify_private.refresh_rollups(integer, boolean) is
  'Counts what is marked and due, a transaction for each period, for about three seconds; at_once: all '
  'that is marked, however long it takes. Several at once share the work. done: how many were counted.';
grant execute on procedure notify_private.refresh_rollups(integer, boolean) to rowbell_worker;
