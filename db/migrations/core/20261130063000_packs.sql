-- migrate:up
set local lock_timeout = '5s';

create table notify.packs (
  name text primary key constraint packs_name_is_a_slug check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  enabled boolean not null,
  switched_at timestamptz not null default clock_timestamp()
);
alter table notify.packs enable row level security;
comment on table notify.packs is $$
@concealed
The packs that this database has, and which of them are on: migrate writes down what ROWBELL_PACKS says, all others read it here.
A type whose pack has no row is on.
$$;
comment on column notify.packs.enabled is
  'Off: its API is gone and its schemas are closed, its triggers rest, its schedules, journeys and sweeps pass without a word, '
  'its types reach nobody. Its rows stay.';
create policy select_admin on notify.packs for select to rowbell_operator using (true);
grant select on notify.packs to rowbell_operator;

create table notify_private.closed_schemas (
  schema_name text not null,
  role_name text not null,
  primary key (schema_name, role_name)
);
alter table notify_private.closed_schemas enable row level security;
comment on table notify_private.closed_schemas is
  'Who may use the schemas of a pack once it is on again: the grants that switch_packs() took while it is off.';

insert into notify.retention_policies (table_name, reason) values
  ('notify.packs', 'A row a pack'),
  ('notify_private.closed_schemas', 'A row a schema and role, while its pack is off');

-- People do not choose about what no pack of theirs tells.
create function notify_hidden.packs_off() returns text[]
language sql stable
-- Definer: a policy of people's asks it, and they do not read which packs there are.
security definer set search_path = pg_catalog, pg_temp
as $$ select coalesce(array_agg(p.name), '{}') from notify.packs as p where not p.enabled $$;
comment on function notify_hidden.packs_off() is 'The packs that are switched off.';
grant execute on function notify_hidden.packs_off() to rowbell_user, rowbell_operator, rowbell_writer;

alter policy select_all on notify.notification_types to rowbell_operator, rowbell_writer;
create policy select_on on notify.notification_types for select to rowbell_user
  using (pack <> all ((select notify_hidden.packs_off())::text[]));

-- Its argument says which migrations are whose.
drop function if exists notify_private.readiness(text[]);

-- What an example was of a pack's own words.
comment on column notify.activities.type is 'login, api_key, settings; or a product''s own word.';
comment on column notify.users.name is 'Name as others see it in copy ("Ada sent you a message").';
comment on column notify.events.subject_type is 'What it is about ("order"), with subject_id; threads, filters and cancellations use it.';
comment on column notify.notification_types.dedupe_key is
  'Template ("order_placed:{orderId}:{userId}"); null: every event stands for itself.';
comment on column notify.notification_types.labels is
  'What people call it, by language: {"en": "New orders", "fr": "Nouvelles commandes"}. Where there is none, its key in words.';
comment on column notify.notification_types.email_url is
  'Where the button of its email leads: a path below APP_URL or an https URL, with placeholders of its data '
  '("/orders/{orderId}"); null: no button.';
comment on column notify.limits.noun is 'What is counted, as the error says it: "at most 20 orders a day".';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
