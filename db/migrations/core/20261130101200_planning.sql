-- migrate:up
set local lock_timeout = '5s';

-- From an event to its audience, slice by slice.

create type notify_private.audience_member as (event_id uuid, recipient_id uuid, variant text, variables jsonb);
comment on type notify_private.audience_member is
  'What an audience function returns: who, in which variant of the copy, with which values.';

create type notify_private.person as (
  notification_id uuid, event_id uuid, recipient_id uuid, title text, subtitle text, body text, data jsonb, thread_id text,
  collapse_key text, dedupe_key text, channel_texts jsonb, rich_content jsonb
);
comment on type notify_private.person is 'A member of an audience with the words meant for them.';

create table notify_private.audience_rest (
  event_id uuid not null,
  slice bigint not null,
  members notify_private.audience_member[] not null,
  due_at timestamptz not null default '-infinity',
  after uuid,
  primary key (event_id, slice)
);
alter table notify_private.audience_rest enable row level security;
-- The slice that is next; of a broadcast there are thousands.
create index audience_rest_due_at_idx on notify_private.audience_rest (event_id, due_at, slice);
-- Read once and deleted: compressing it would cost more than the bytes.
alter table notify_private.audience_rest alter column members set storage external;
comment on table notify_private.audience_rest is
  'Who of an audience is still to be planned, a row a slice: of one that is larger than a slice of plan(), written once, by its second '
  'call; and people whom somebody held when it was their turn.';
comment on column notify_private.audience_rest.after is
  'Of a row without members: the audience has not been asked who comes after this person.';
comment on column notify_private.audience_rest.due_at is 'Not planned before: people who were held come back at this instant.';

create type notify_private.planned_chunk as (found boolean, more boolean, unplanned uuid[]);
comment on type notify_private.planned_chunk is
  'Whether plan_next() found something to plan, whether it left something that is due, and the events of a chunk in which one '
  'cannot be planned.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
