-- migrate:up
set local lock_timeout = '5s';

-- The people who can be told something.

-- Here and not among the functions, because a check calls it.
create function notify_hidden.is_mailbox(mailbox text) returns boolean
language sql immutable parallel safe
as $$
  select pg_catalog.length(mailbox) <= 254
    and mailbox ~* ('^(?=[^@]{1,64}@)[^\s[:cntrl:]@<>()\[\]\\,;:".]+(\.[^\s[:cntrl:]@<>()\[\]\\,;:".]+)*'
      '@[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$')
$$;
comment on function notify_hidden.is_mailbox(text) is
  'Whether this is one plain mailbox (RFC 5321''s dot-string, RFC 6531''s letters), its domain in ASCII: no quotes, no '
  'comments, no IP address in brackets, no two dots together, none at an end.';
grant execute on function notify_hidden.is_mailbox(text) to rowbell_writer;

create table notify.users (
  id uuid primary key default uuidv7(),
  external_id text,
  name text constraint users_name_is_short check (length(name) between 1 and 200),
  email text constraint users_email_is_a_mailbox check (notify_hidden.is_mailbox(email)),
  -- An address is used once it is known to be its person's.
  email_verified_at timestamptz,
  phone text constraint users_phone_is_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  locale text not null default 'en' constraint users_locale_is_bcp47 check (locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  time_zone text constraint users_time_zone_is_known check (notify_hidden.is_time_zone(time_zone)),
  region text constraint users_region_is_iso3166 check (region ~ '^[A-Z]{2}(-[A-Z0-9]{1,3})?$'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now() constraint users_updated_at_is_an_instant check (isfinite(updated_at)),
  constraint users_external_id_key unique (external_id)
);
alter table notify.users enable row level security;
-- Everybody who lives by one clock: audiences of schedules of everybody, and whether there is anybody.
create index users_time_zone_idx on notify.users (coalesce(time_zone, 'UTC'));
-- Who else has a number: calls are counted for it.
create index users_phone_idx on notify.users (phone) where phone is not null;
-- Whose a mailbox is, however it is spelled; several may share one.
create index users_lower_email_idx on notify.users (lower(email)) where email is not null;
comment on table notify.users is
  E'@paged\n'
  'Someone who can be told something. Written by the application (role rowbell_writer); people read their own row.';
comment on column notify.users.external_id is 'The application''s own key for this person, where it is not the uuid itself.';
comment on column notify.users.name is 'Name as others see it in copy ("Ada sent you a message").';
comment on column notify.users.email is
  'Mailbox for the email channel; null: no email. A domain beyond ASCII is stored as DNS has it ("xn--bcher-kva.example").';
comment on column notify.users.email_verified_at is
  'Since when the mailbox is known to be theirs: by the link of a verification mail, or because the application says so. Another '
  'mailbox clears it.';
comment on column notify.users.phone is 'E.164 number for the SMS and voice channels; null: neither.';
comment on column notify.users.locale is 'BCP 47 tag; copy falls back to its language, then to "en".';
comment on column notify.users.time_zone is 'IANA zone that says when a day of this person begins; null (unknown) counts as UTC.';
comment on column notify.users.region is
  'ISO 3166 country ("FR") or subdivision ("US-CA"): which consent rule holds for this person; null (unknown) counts as the strictest.';
create policy select_own on notify.users for select to rowbell_user using (id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.users for select to rowbell_operator using (true);
create policy select_service on notify.users for select to rowbell_writer using (true);
create policy insert_service on notify.users for insert to rowbell_writer with check (true);
create policy update_service on notify.users for update to rowbell_writer using (true) with check (true);
grant select on notify.users to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, external_id, name, email, email_verified_at, phone, locale, time_zone, region),
  update (external_id, name, email, email_verified_at, phone, locale, time_zone, region, updated_at)
  on notify.users to rowbell_writer;
-- No delete: erasing a person concerns every table, so it is a function (erase_person) and not a grant.

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
