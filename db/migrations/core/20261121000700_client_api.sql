-- migrate:up
set local lock_timeout = '5s';

-- A person may follow a notification of theirs down to what the provider said. The correlated exists is one look-up by
-- key per row, and rows are only ever reached through a delivery; worker ids are nobody's business outside.
create policy select_own on notify.delivery_attempts for select to rowbell_user using (
  exists (
    select from notify.deliveries as d
    where d.id = delivery_id and d.recipient_id = (select notify_hidden.current_user_id())
  )
);
grant select (delivery_id, attempt, outcome, reason, code, started_at, finished_at) on notify.delivery_attempts to rowbell_user;

create policy select_own on notify.receipts for select to rowbell_user using (
  exists (
    select from notify.deliveries as d
    where d.id = delivery_id and d.recipient_id = (select notify_hidden.current_user_id())
  )
);
grant select on notify.receipts to rowbell_user;

alter table notify.receipts add column reason text;
comment on column notify.receipts.code is 'The provider''s own code.';
comment on column notify.receipts.reason is 'Why it failed, in the vocabulary of docs/provider-errors.md.';

create type notify.effective_preference as (
  type_key text, pack text, category text, channel text, enabled boolean, source text
);
comment on type notify.effective_preference is
  'Whether a person gets a type on a channel; source is "own" where they chose, "default" where the type''s default holds.';

create type notify.outcome_total as (
  day date, type_key text, channel text, status text, reason text, total bigint
);
comment on type notify.outcome_total is
  'How many candidates of a type and UTC day ended so: deliveries by status, and what a rule held back as "suppressed" with its reason.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
