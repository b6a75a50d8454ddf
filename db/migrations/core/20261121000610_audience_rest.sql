-- migrate:up
set local lock_timeout = '5s';

create table notify_private.audience_rest (
  event_id uuid not null,
  recipient_id uuid not null,
  variant text,
  variables jsonb not null,
  primary key (event_id, recipient_id)
);
alter table notify_private.audience_rest enable row level security;
comment on table notify_private.audience_rest is
  'Who of an audience larger than one slice of plan() is still to be planned. Written once, by the first slice, and taken away slice by slice.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
