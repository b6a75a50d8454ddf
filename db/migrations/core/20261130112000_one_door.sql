-- migrate:up
set local lock_timeout = '5s';

-- Jobs name no events any more: what is due is planned.
drop procedure if exists notify_private.plan_slices(uuid[], integer, boolean);
drop function if exists notify_private.plan_alone(uuid);
drop function if exists notify_private.job(text, json, text);
alter type notify_private.planned_chunk rename attribute found to more;
comment on type notify_private.planned_chunk is
  'Whether plan_next() left something that is due, and the events of a chunk in which one cannot be planned.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
