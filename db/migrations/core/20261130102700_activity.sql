-- migrate:up
set local lock_timeout = '5s';

-- What happened in a person's account, for that person to read.

create table notify.activities (
  id uuid not null default uuidv7(),
  user_id uuid not null,
  type text not null constraint activities_type_is_a_slug check (type ~ '^[a-z][a-z0-9_]{0,62}$'),
  resource_type text constraint activities_resource_type_is_a_slug check (resource_type ~ '^[a-z][a-z0-9_]{0,62}$'),
  resource_id text constraint activities_resource_id_is_short check (length(resource_id) between 1 and 200),
  action text not null constraint activities_action_is_known check (action in ('created', 'completed', 'failed', 'updated', 'deleted')),
  status text not null default 'completed' constraint activities_status_is_known check (status in ('completed', 'pending', 'failed')),
  title text not null constraint activities_title_is_readable check (length(title) <= 200 and title ~ '\S'),
  description text constraint activities_description_is_short check (length(description) <= 2000),
  metadata jsonb not null default '{}'
    constraint activities_metadata_is_a_small_object check (jsonb_typeof(metadata) = 'object' and pg_column_size(metadata) <= 16384),
  ip_address inet default notify_hidden.request_ip(),
  user_agent text default notify_hidden.request_user_agent() constraint activities_user_agent_is_short check (length(user_agent) <= 1000),
  created_at timestamptz not null default now(),
  changed_xid xid8 not null default pg_current_xact_id(),
  search_tokens tsvector not null,
  primary key (id),
  constraint activities_resource_is_whole check ((resource_type is null) = (resource_id is null))
) partition by range (id);
alter table notify.activities enable row level security;
-- Somebody's, newest first; searching reads these rows and no others, and what came since a cursor is found in it alone.
create index activities_user_id_id_idx on notify.activities (user_id, id desc) include (changed_xid);
create index activities_resource_id_idx on notify.activities (resource_id, id desc) where resource_id is not null;
comment on table notify.activities is
  'What happened in a person''s account, as they read it. Append-only for everybody, the owner included: triggers on the domain tables '
  'and record_activity() write, retention drops whole months, and what is left goes with its person.';
comment on column notify.activities.type is 'login, api_key, settings; or a product''s own word.';
comment on column notify.activities.resource_id is
  'Key of the row that it is about, with resource_type; text, because other systems'' keys are no uuids.';
comment on column notify.activities.title is 'In the person''s language at that time.';
comment on column notify.activities.metadata is
  'Details for the app, of this person alone: nobody redacts them when somebody else is erased.';
comment on column notify.activities.changed_xid is
  E'@behavior -*\nThe transaction that wrote it: the order in which people are told.';
comment on column notify.activities.search_tokens is
  E'@behavior -*\nWhat activity_feed() searches: search_tokens() of title and description, in the person''s language. Kept by a trigger.';
create policy select_own on notify.activities for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.activities for select to rowbell_operator using (true);
grant select on notify.activities to rowbell_user, rowbell_operator;
-- No insert, update or delete for anybody.

create table notify.live_channels (
  name text primary key constraint live_channels_name_is_a_slug check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  pack text not null,
  activity_types text[] not null constraint live_channels_activity_types_are_given check (cardinality(activity_types) > 0)
);
alter table notify.live_channels enable row level security;
comment on table notify.live_channels is
  E'@name live_channel_rows\n'
  'Names under which people listen to a part of their own activity: subscription channel(name). A pack adds its own by insert.';
comment on column notify.live_channels.pack is 'Which product brought it: while that is off, so is the channel.';
comment on column notify.live_channels.activity_types is 'Types of activity that it tells.';
-- No policy and no grant: live_channels() tells the API.

create type notify.activity_count as (dimension text, value text, count bigint);
comment on type notify.activity_count is $$
@values dimension ActivityDimension: type status day
How many activities have this type, this status, or were on this day: dimension is "type", "status" or "day".
$$;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
