-- migrate:up
set local lock_timeout = '5s';

-- Analysts lack the schema and have the views in "analytics". Where functions are applied for the first time, the view is not there yet.
do $$
begin
  if to_regclass('coaching.measures') is not null then
    revoke select on coaching.measures from rowbell_analyst;
  end if;
end $$;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
