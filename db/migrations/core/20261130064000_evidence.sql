-- migrate:up
set local lock_timeout = '5s';

create table notify_private.evidence (
  provider text not null,
  origin text not null,
  user_id uuid not null references notify.users,
  accepted_at timestamptz,
  retired_at timestamptz,
  primary key (provider, origin, user_id),
  constraint evidence_is_for_or_against check (accepted_at is not null or retired_at is not null)
);
alter table notify_private.evidence enable row level security;
create index evidence_user_id_idx on notify_private.evidence (user_id);
comment on table notify_private.evidence is
  'Who speaks for and against the credentials of a provider while some are in doubt: no more people lose an address for suspect words '
  'than were accepted; docs/decisions/0007.';
comment on column notify_private.evidence.origin is 'Who said it (provider_origins), empty: the provider itself.';
comment on column notify_private.evidence.accepted_at is
  'When something was handed over that was accepted for the person; noted only while that is in question.';
comment on column notify_private.evidence.retired_at is 'When an address of the person was last retired for a suspect word.';

insert into notify.retention_policies (table_name, reason) values
  ('notify_private.evidence', '30 days: expire_keys(), hourly');


-- Its new form takes the provider's row, and when the messages were handed over.
drop function if exists notify_private.note_suspects(text, notify_private.answer[], timestamptz);

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
