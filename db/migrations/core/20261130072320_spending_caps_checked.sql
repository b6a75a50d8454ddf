-- migrate:up
set local lock_timeout = '5s';

-- Apart from what adds it: a transaction of its own blocks no readers.
alter table notify.spending_caps validate constraint spending_caps_country_is_iso3166_or_rest_or_all;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
