-- migrate:up
set local lock_timeout = '5s';

create type notify.cancellation as (events integer, waiting integer, deliveries integer);
comment on type notify.cancellation is
  'What a cancellation ended: events (planned or not), candidates that waited (held or gathered), and deliveries that had not been sent.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
