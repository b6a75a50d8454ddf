-- Not definer and without settings of its own: a procedure that has either may not commit. plan() has both.
create or replace procedure notify_private.plan_slices(event_ids uuid[], max_slices integer, inout more boolean)
language plpgsql
as $$
begin
  for n in 1..max_slices loop
    more := notify_private.plan(event_ids);
    commit;
    exit when not more;
  end loop;
end
$$;
comment on procedure notify_private.plan_slices(uuid[], integer, boolean) is
  'plan() again and again, each time in a transaction of its own, at most so often; more says whether there is still something to do. '
  'Here and not in the worker, whose event loop is busy with sending: asked for one by one, slices waited for it and the senders for them.';
grant execute on procedure notify_private.plan_slices(uuid[], integer, boolean) to rowbell_worker;
