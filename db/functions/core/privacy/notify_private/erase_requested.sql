-- Not definer and without settings of its own: a procedure that has either may not commit.
create or replace procedure notify_private.erase_requested(inout done integer)
language plpgsql
as $$
begin
  done := 0;
  while notify_private.erase_next() loop
    done := done + 1;
    commit;
  end loop;
end
$$;
comment on procedure notify_private.erase_requested(integer) is
  'Erases who asked for it, a transaction for each. done: how many were tried.';
grant execute on procedure notify_private.erase_requested(integer) to rowbell_worker;
