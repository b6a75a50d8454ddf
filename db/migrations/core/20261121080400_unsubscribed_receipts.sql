-- migrate:up
set local lock_timeout = '5s';

-- Leaving by the link of a mail is a report about that mail.
alter table notify.receipts
  drop constraint receipts_kind_is_known,
  add constraint receipts_kind_is_known check (
    kind in ('sent', 'delivered', 'answered', 'completed', 'opened', 'clicked', 'unsubscribed', 'deferred', 'bounced', 'failed', 'complained')
  ) not valid;
comment on column notify.receipts.kind is
  'answered and completed are a call''s: who picked up stands in code (human, machine_start, fax, unknown), and it is over. deferred, bounced and complained are an email''s: delayed on its way, returned, reported as abuse; unsubscribed: its own link was used to leave.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
