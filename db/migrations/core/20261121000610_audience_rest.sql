-- migrate:up
set local lock_timeout = '5s';

create table notify_private.audience_rest (
  event_id uuid not null,
  slice bigint not null,
  members notify_private.audience_member[] not null,
  primary key (event_id, slice)
);
-- Read once and deleted: compressing it would cost more than the bytes.
alter table notify_private.audience_rest alter column members set storage external;
alter table notify_private.audience_rest enable row level security;
comment on table notify_private.audience_rest is
  'Who of an audience larger than one slice of plan() is still to be planned, a row a slice. Written once, by the first slice, and taken away slice by slice.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
