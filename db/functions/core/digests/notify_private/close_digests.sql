create or replace function notify_private.close_digests(max_digests integer default 100) returns boolean
language plpgsql volatile
-- Definer: the worker may close digests, but has no business in the tables. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off set enable_bitmapscan = off
as $$
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  closing constant notify.digests[] := array(
    select d from notify.digests as d join notify.users as u on u.id = d.user_id
    where d.closed_at is null and d.due_at <= at
    order by d.due_at limit max_digests
    -- People before their digests, as everybody locks them. Nothing here waits for a lock, so closers share out what is due; whom
    -- somebody holds at the moment is left to the next look.
    for no key update of u skip locked
    for update of d skip locked
  );
  digest notify.digests;
begin
  if pg_catalog.cardinality(closing) = 0 then
    return false;
  end if;
  begin
    perform notify_private.finalize_digests(closing, at);
  exception when others then
    -- A function of some type is broken: the digests without it must not wait for it, and it can be mended.
    foreach digest in array closing loop
      begin
        perform notify_private.finalize_digests(array[digest], at);
      exception when others then
        update notify.digests as d set due_at = at + interval '5 minutes', close_error = left(sqlstate || ': ' || sqlerrm, 1000)
        where d.id = digest.id;
      end;
    end loop;
  end;
  return pg_catalog.cardinality(closing) = max_digests;
end
$$;
comment on function notify_private.close_digests(integer) is
  'Closes due digests, in one transaction; returns whether there may be more. Safe to call by many at once, '
  'and again after a crash. One that cannot be judged keeps its error and is tried again in five minutes.';
grant execute on function notify_private.close_digests(integer) to rowbell_worker;
