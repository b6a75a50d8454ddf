-- Not definer and without settings of its own: a procedure that has either may not commit.
create or replace procedure notify_private.pack_all_words(inout done integer)
language plpgsql
as $$
declare
  person pg_catalog.uuid;
  packed integer;
begin
  done := 0;
  foreach person in array notify_private.much_unpacked() loop
    loop
      packed := notify_private.pack_words(person);
      commit;
      exit when packed = 0;
      done := done + packed;
    end loop;
  end loop;
end
$$;
comment on procedure notify_private.pack_all_words(integer) is
  'pack_words() for everybody who has many unpacked; a transaction for each '
  'thousand. Ended half-way, the next run goes on. done: how many notifications.';
grant execute on procedure notify_private.pack_all_words(integer) to rowbell_worker;
