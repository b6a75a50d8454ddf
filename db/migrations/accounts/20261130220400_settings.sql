-- migrate:up
set local lock_timeout = '5s';

-- Settings of an account.

create table accounts.account_settings (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  name text not null constraint account_settings_name_is_a_slug check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
  value jsonb constraint account_settings_value_is_small check (pg_column_size(value) <= 8192),
  is_security boolean not null default false,
  changed_at timestamptz not null default now() constraint account_settings_changed_at_is_an_instant check (isfinite(changed_at)),
  constraint account_settings_user_id_name_key unique (user_id, name)
);
alter table accounts.account_settings enable row level security;
comment on table accounts.account_settings is
  'A setting of a persons account, in the products own words. Changes are told; which value it was is not.';
comment on column accounts.account_settings.value is 'Null: unset, or kept elsewhere, as a password is.';
comment on column accounts.account_settings.is_security is
  'Whether a change of it is a matter of security (password, second factor): told at once, and cannot be switched off.';
comment on column accounts.account_settings.changed_at is 'Another instant is a change also where the value is not here.';
create policy select_own on accounts.account_settings for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on accounts.account_settings for select to rowbell_operator using (true);
create policy select_service on accounts.account_settings for select to rowbell_writer using (true);
create policy insert_service on accounts.account_settings for insert to rowbell_writer with check (true);
create policy update_service on accounts.account_settings for update to rowbell_writer using (true) with check (true);
grant select on accounts.account_settings to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, user_id, name, value, is_security, changed_at) on accounts.account_settings to rowbell_writer;
grant update (value, is_security, changed_at) on accounts.account_settings to rowbell_writer;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
