-- migrate:up
set local lock_timeout = '5s';

-- What the rules decided of each candidate.

-- Partitioned by the event's key: the candidate is the primary key, so "exactly one decision per candidate" is a constraint.
create table notify.decisions (
  event_id uuid not null,
  recipient_id uuid not null,
  channel text not null,
  outcome text not null constraint decisions_outcome_is_known check (outcome in ('send', 'hold', 'digest', 'suppress')),
  rule text,
  reason text,
  inputs jsonb,
  rule_inputs jsonb,
  notification_id uuid,
  held_until timestamptz,
  decided_at timestamptz not null default now(),
  primary key (event_id, recipient_id, channel),
  constraint decisions_rule_iff_not_sent check ((outcome = 'send') = (rule is null and reason is null)),
  constraint decisions_notification_iff_not_suppressed check ((outcome = 'suppress') = (notification_id is null)),
  constraint decisions_held_until_iff_waiting check ((outcome in ('hold', 'digest')) = (held_until is not null))
) partition by range (event_id);
alter table notify.decisions enable row level security;
create index decisions_recipient_id_idx on notify.decisions (recipient_id, event_id desc);
comment on table notify.decisions is
  E'@root\n@paged\n@order event_id desc, recipient_id desc, channel desc\n'
  'What the rules said of every candidate (event x recipient x channel): send, hold until an instant, gather into a digest, or '
  'suppress; with the rule, its reason and its inputs. A held one is judged again when its time comes, and then says what became of '
  'it; notify.holds keeps how it waited.';
comment on column notify.decisions.rule is 'The rule that did not let it pass at once: docs/rules.md.';
comment on column notify.decisions.inputs is 'What that rule looked at ({"cap": 3, "count": 3, "day": "2026-11-21"}).';
comment on column notify.decisions.rule_inputs is 'What all rules looked at, in short; explain() reads it. docs/rules.md names the keys.';
comment on column notify.decisions.held_until is 'For hold and digest: when it is judged again.';
create policy select_own on notify.decisions for select to rowbell_user using (recipient_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.decisions for select to rowbell_operator using (true);
grant select on notify.decisions to rowbell_user, rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
