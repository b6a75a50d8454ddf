-- migrate:up
set local lock_timeout = '5s';

-- The products on top of the core: which of them this database has, which are on, and what people know them by.

create table notify.packs (
  name text primary key constraint packs_name_is_a_slug check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  enabled boolean not null,
  switched_at timestamptz not null default clock_timestamp()
);
alter table notify.packs enable row level security;
comment on table notify.packs is
  'The packs that this database has, and which of them are on: migrate writes down what ROWBELL_PACKS says, all others '
  'read it here. A type whose pack has no row is on.';
comment on column notify.packs.enabled is
  'Off: its API is gone and its schemas are closed, its triggers rest, its schedules, journeys and sweeps pass without a word, its '
  'types reach nobody. Its rows stay.';
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

create function notify_hidden.packs_off() returns text[]
language sql stable
-- Definer: a policy of people's asks it, and they do not read which packs there are.
security definer set search_path = pg_catalog, pg_temp
as $$ select coalesce(array_agg(p.name), '{}') from notify.packs as p where not p.enabled $$;
comment on function notify_hidden.packs_off() is 'The packs that are switched off.';
grant execute on function notify_hidden.packs_off() to rowbell_user, rowbell_operator, rowbell_writer;

create table notify.apps (
  key text primary key constraint apps_key_is_a_word check (key ~ '^[a-z][a-z0-9_]{0,39}$'),
  name text not null constraint apps_name_is_short check (length(name) between 1 and 80)
);
alter table notify.apps enable row level security;
comment on table notify.apps is
  'What people know one product by: its phone app, its mailbox, its number. A pack''s migration adds its own; "default" is the core''s.';
create policy select_all on notify.apps for select to rowbell_user, rowbell_operator using (true);
grant select on notify.apps to rowbell_user, rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
