-- migrate:up
set local lock_timeout = '5s';

-- Who gets in: verifications, log-ins, API keys.

create table accounts.verifications (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  kind text not null default 'identity' constraint verifications_kind_is_a_slug check (kind ~ '^[a-z][a-z0-9_]{0,62}$'),
  status text not null default 'initiated' constraint verifications_status_is_known check (status in ('initiated', 'completed', 'failed')),
  failure_reason text constraint verifications_failure_reason_is_short check (length(failure_reason) <= 200 and failure_reason ~ '\S'),
  created_at timestamptz not null default now(),
  constraint verifications_failure_reason_only_if_failed check (failure_reason is null or status = 'failed')
);
alter table accounts.verifications enable row level security;
create index verifications_user_id_id_idx on accounts.verifications (user_id, id desc);
comment on table accounts.verifications is
  E'@order id desc\n'
  'Somebody proves who they are, or what is theirs. Each status that it reaches is told once.';
comment on column accounts.verifications.kind is 'What is verified: "identity", "document"; the products own word.';
comment on column accounts.verifications.status is 'initiated, then completed or failed, which is the end.';
comment on column accounts.verifications.failure_reason is
  'A code that accounts.texts has in words, or a sentence that the person may read; null: none is given.';
create policy select_own on accounts.verifications for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on accounts.verifications for select to rowbell_operator using (true);
create policy select_service on accounts.verifications for select to rowbell_writer using (true);
create policy insert_service on accounts.verifications for insert to rowbell_writer with check (true);
create policy update_service on accounts.verifications for update to rowbell_writer using (true) with check (true);
grant select on accounts.verifications to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, user_id, kind, status, failure_reason) on accounts.verifications to rowbell_writer;
grant update (status, failure_reason) on accounts.verifications to rowbell_writer;

create table accounts.logins (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  succeeded boolean not null default true,
  device text constraint logins_device_is_short check (length(device) <= 200 and device ~ '\S'),
  place text constraint logins_place_is_short check (length(place) <= 200 and place ~ '\S'),
  is_new_device boolean not null default false,
  is_suspicious boolean not null default false,
  ip_address inet,
  user_agent text constraint logins_user_agent_is_short check (length(user_agent) <= 1000),
  created_at timestamptz not null default now()
);
alter table accounts.logins enable row level security;
create index logins_user_id_id_idx on accounts.logins (user_id, id desc);
comment on table accounts.logins is
  E'@order id desc\n'
  'An attempt to log in. A suspicious one, or one from a new device, is told at once.';
comment on column accounts.logins.device is 'In words, as the person knows it: "Firefox on Windows".';
comment on column accounts.logins.place is 'Where from, in words: "Lyon, France".';
comment on column accounts.logins.is_new_device is 'The products judgement; told if it succeeded.';
comment on column accounts.logins.is_suspicious is 'The products judgement; told whether it succeeded or not.';
create policy select_own on accounts.logins for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on accounts.logins for select to rowbell_operator using (true);
create policy select_service on accounts.logins for select to rowbell_writer using (true);
create policy insert_service on accounts.logins for insert to rowbell_writer with check (true);
grant select on accounts.logins to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, user_id, succeeded, device, place, is_new_device, is_suspicious, ip_address, user_agent)
  on accounts.logins to rowbell_writer;

create table accounts.api_keys (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  name text not null constraint api_keys_name_is_readable check (length(name) <= 100 and name ~ '\S'),
  prefix text not null constraint api_keys_prefix_is_short check (prefix ~ '^[A-Za-z0-9_-]{1,16}$'),
  key_hash bytea not null constraint api_keys_key_hash_is_sha256 check (octet_length(key_hash) = 32),
  created_at timestamptz not null default now() constraint api_keys_created_at_is_an_instant check (isfinite(created_at)),
  revoked_at timestamptz,
  constraint api_keys_key_hash_key unique (key_hash)
);
alter table accounts.api_keys enable row level security;
create index api_keys_user_id_id_idx on accounts.api_keys (user_id, id desc);
comment on table accounts.api_keys is 'A key to the products API. Only its digest is here.';
comment on column accounts.api_keys.prefix is 'Its first characters, by which people know it.';
comment on column accounts.api_keys.key_hash is 'SHA-256 of the key. Nobody but services reads it.';
comment on column accounts.api_keys.revoked_at is 'Since when it opens nothing; for good.';
create policy select_own on accounts.api_keys for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on accounts.api_keys for select to rowbell_operator using (true);
create policy select_service on accounts.api_keys for select to rowbell_writer using (true);
create policy insert_service on accounts.api_keys for insert to rowbell_writer with check (true);
create policy update_service on accounts.api_keys for update to rowbell_writer using (true) with check (true);
grant select (id, user_id, name, prefix, created_at, revoked_at) on accounts.api_keys to rowbell_user, rowbell_operator;
grant select on accounts.api_keys to rowbell_writer;
grant insert (id, user_id, name, prefix, key_hash, created_at, revoked_at) on accounts.api_keys to rowbell_writer;
grant update (name, revoked_at) on accounts.api_keys to rowbell_writer;

insert into notify.live_channels (name, pack, activity_types) values ('verifications', 'accounts', '{verification}');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
