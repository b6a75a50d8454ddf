-- migrate:up
set local lock_timeout = '5s';

alter table notify.notification_types validate constraint notification_types_promotional_is_not_locked;

alter table notify.suppressions add column note text constraint suppressions_note_is_short check (length(note) between 1 and 500);
comment on column notify.suppressions.note is 'Why, in the words of whoever put it there.';
comment on column notify.suppressions.expires_at is 'Ignored from then on; null: for good.';

create table notify.suppression_changes (
  id uuid primary key default uuidv7(),
  channel text not null,
  address text not null,
  change text not null constraint suppression_changes_change_is_known check (change in ('added', 'changed', 'removed')),
  reason text not null,
  expires_at timestamptz,
  note text,
  source text not null constraint suppression_changes_source_is_known check (source in ('operator', 'provider', 'service')),
  changed_by uuid,
  changed_at timestamptz not null default clock_timestamp()
);
alter table notify.suppression_changes enable row level security;
-- The life of one address; the key itself orders all of them by time.
create index suppression_changes_address_channel_idx on notify.suppression_changes (address, channel, id);
comment on table notify.suppression_changes is
  'What ever happened to the suppression list, append-only, by trigger: who put an address there or took it off, when, why. No foreign key: the list''s row may be gone, and an address belongs to nobody here.';
comment on column notify.suppression_changes.reason is 'As it is since; for removed: as it was.';
comment on column notify.suppression_changes.source is 'operator; provider (its answer or callback, through the worker or the callback route); service, which is anybody else.';
create policy select_admin on notify.suppression_changes for select to rowbell_operator using (true);
grant select on notify.suppression_changes to rowbell_operator;

drop function if exists notify.suppress_address(text, text, text, timestamptz);
drop function if exists notify.unsuppress_address(text, text);

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
