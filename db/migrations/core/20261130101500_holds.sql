-- migrate:up
set local lock_timeout = '5s';

-- Candidates that wait for an instant.

create table notify.holds (
  event_id uuid not null,
  recipient_id uuid not null,
  channel text not null,
  held_at timestamptz not null,
  lane text not null constraint holds_lane_is_known check (lane in ('urgent', 'bulk')),
  notification_id uuid not null,
  rule text not null,
  reason text not null,
  inputs jsonb,
  rule_inputs jsonb,
  due_at timestamptz not null,
  released_at timestamptz,
  outcome text constraint holds_outcome_is_known check (outcome in ('send', 'hold', 'digest', 'suppress')),
  primary key (event_id, recipient_id, channel, held_at),
  constraint holds_outcome_iff_released check ((released_at is null) = (outcome is null))
) partition by range (event_id);
alter table notify.holds enable row level security;
create unique index holds_event_id_recipient_id_channel_key on notify.holds (event_id, recipient_id, channel) where released_at is null;
create index holds_due_at_idx on notify.holds (lane, due_at) where released_at is null;
create index holds_recipient_id_idx on notify.holds (recipient_id) where released_at is null;
comment on table notify.holds is
  E'@order event_id desc, recipient_id desc, channel desc, held_at desc\n'
  'A candidate that waits (quiet hours, a pause, the cap''s next day, a fallback''s earlier step, a look at the inbox), or waited: '
  'one row a stay, at most one of them open. release_holds() judges it again when it is due.';
comment on column notify.holds.rule_inputs is
  'What the rules looked at when they held it, as in decisions.rule_inputs, and until when they meant it to wait.';
comment on column notify.holds.due_at is
  'When it is judged again. Whatever changes the person''s settings sets it to now: judging decides how much longer.';
comment on column notify.holds.lane is E'@omit user: which workers take it is no concern of theirs.\n'
  'The lane of the delivery that it becomes.';
comment on column notify.holds.outcome is 'What the next judgement said.';
create policy select_own on notify.holds for select to rowbell_user using (recipient_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.holds for select to rowbell_operator using (true);
grant select on notify.holds to rowbell_user, rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
