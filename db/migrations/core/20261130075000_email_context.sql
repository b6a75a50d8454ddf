-- migrate:up
set local lock_timeout = '5s';

-- Another name, and the same rights; a new database gets it from db/functions.
do $$
begin
  if pg_catalog.to_regprocedure('notify_private.email_facts(uuid)') is not null then
    alter function notify_private.email_facts(uuid) rename to email_context;
  end if;
end
$$;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
