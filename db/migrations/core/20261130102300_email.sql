-- migrate:up
set local lock_timeout = '5s';

-- Whether a mailbox is its person's, and whether they let opens and clicks be noted.

create table notify.email_verifications (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  address text not null,
  requested_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  confirmed_at timestamptz,
  constraint email_verifications_expires_later check (expires_at > requested_at)
);
alter table notify.email_verifications enable row level security;
create index email_verifications_user_id_idx on notify.email_verifications (user_id, requested_at desc);
comment on table notify.email_verifications is
  E'@order id desc\n'
  'A mailbox asked whether it is its person''s. The link in the mail names the row and is signed; it confirms once, in time, and only '
  'while the person still has this mailbox.';
comment on column notify.email_verifications.address is 'In lower case, as it was when asked.';
create policy select_own on notify.email_verifications for select to rowbell_user
  using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.email_verifications for select to rowbell_operator using (true);
grant select on notify.email_verifications to rowbell_user, rowbell_operator;

create table notify.tracking_consents (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  granted boolean not null,
  source text not null constraint tracking_consents_source_is_known check (source in ('person', 'operator', 'service', 'unsubscribe')),
  recorded_at timestamptz not null default clock_timestamp()
);
alter table notify.tracking_consents enable row level security;
create index tracking_consents_user_id_id_idx on notify.tracking_consents (user_id, id desc);
comment on table notify.tracking_consents is $$
@order id desc
@values source ChangeSource
Whether a person agreed that opens and clicks of their email are noted, append-only: the newest holds, none means no.
Written by set_email_tracking and the preference page.
$$;
comment on column notify.tracking_consents.source is 'person: signed in; unsubscribe: by the signed preference page.';
create policy select_own on notify.tracking_consents for select to rowbell_user
  using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.tracking_consents for select to rowbell_operator using (true);
grant select on notify.tracking_consents to rowbell_user, rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
