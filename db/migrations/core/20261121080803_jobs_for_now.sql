-- migrate:up
set local lock_timeout = '5s';

-- "Look now" jobs are for now: what is due later is found by the sweep, which is as punctual.
alter type notify_private.sending drop attribute run_at;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
