-- migrate:up
set local lock_timeout = '5s';

-- What providers, mail servers and phones report about a delivery.

-- Leaving by the link of a mail is a report about that mail, too.
create table notify.receipts (
  delivery_id uuid not null,
  kind text not null
    constraint receipts_kind_is_known check (
      kind in ('sent', 'delivered', 'answered', 'completed', 'opened', 'clicked', 'unsubscribed', 'resubscribed',
        'deferred', 'bounced', 'failed', 'complained')
    ),
  bounce_type text constraint receipts_bounce_type_is_known check (bounce_type in ('hard', 'soft')),
  source text not null constraint receipts_source_is_known check (source in ('provider', 'client')),
  code text,
  reason text,
  earlier_codes text[],
  duration_seconds integer constraint receipts_duration_seconds_is_not_negative check (duration_seconds >= 0),
  action_key text constraint receipts_action_key_is_a_slug check (action_key ~ '^[a-z][a-z0-9_]{0,30}$'),
  occurred_at timestamptz not null default now(),
  primary key (delivery_id, kind, source),
  constraint receipts_bounce_type_iff_bounced check ((kind = 'bounced') = (bounce_type is not null)),
  constraint receipts_duration_seconds_only_completed check (duration_seconds is null or kind = 'completed'),
  constraint receipts_action_key_only_clicked check (action_key is null or kind = 'clicked')
) partition by range (delivery_id);
alter table notify.receipts enable row level security;
comment on table notify.receipts is
  'Inbound reports about a delivery, from its provider or from the client that showed it. The first of a kind stands; repeats change '
  'nothing. Only who picked up a call is corrected by a later verdict, and of unsubscribed and resubscribed the last stands.';
comment on column notify.receipts.kind is
  'answered and completed are a call''s: who picked up stands in code (human, machine_start, fax, unknown), and it is over. deferred, '
  'bounced and complained are an email''s: delayed on its way, returned, reported as abuse; unsubscribed: its own link was used to '
  'leave, or the mail service''s; resubscribed: that was taken back there.';
comment on column notify.receipts.bounce_type is
  'hard: the mailbox will never take mail, and is suppressed; soft: this message did not arrive.';
comment on column notify.receipts.code is 'The provider''s own code.';
comment on column notify.receipts.earlier_codes is
  E'@behavior -*\nOther verdicts on who picked up that were heard of the same call, so that a repeat of one does not pass for news.';
comment on column notify.receipts.duration_seconds is 'How long a completed call lasted from being picked up, where its provider says so.';
comment on column notify.receipts.action_key is 'The button that was clicked, by its key; null: the notification itself.';
comment on column notify.receipts.reason is 'Why it failed, in the vocabulary of docs/provider-errors.md.';
-- As delivery_attempts.
create policy select_own on notify.receipts for select to rowbell_user using (
  exists (
    select from notify.deliveries as d
    where d.id = delivery_id and d.recipient_id = (select notify_hidden.current_user_id())
  )
);
create policy select_admin on notify.receipts for select to rowbell_operator using (true);
grant select on notify.receipts to rowbell_user, rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
