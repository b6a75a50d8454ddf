-- migrate:up
set local lock_timeout = '5s';

-- What operators did by hand, and what a search answers them.

create table notify.operator_actions (
  id uuid primary key default uuidv7(),
  operator_id uuid default notify_hidden.current_user_id(),
  kind text not null
    constraint operator_actions_kind_is_known check (kind in (
      'announce',
      'close_connections',
      'create_status_endpoint',
      'delete_consent_rule',
      'delete_spending_cap',
      'delete_status_endpoint',
      'end_session_for',
      'erase_person',
      'pause_provider',
      'request_email_verification_for',
      'resend',
      'resume_provider',
      'resume_sender',
      'resume_status_endpoint',
      'retry_event',
      'rotate_status_endpoint_secret',
      'run_sweep',
      'set_consent_rule',
      'set_limit',
      'set_retention',
      'set_sender',
      'set_spending_cap',
      'stop_event',
      'suppress_address',
      'unsuppress_address',
      'update_settings',
      'update_status_endpoint',
      'update_type_defaults',
      'withdraw_announcement',
      'withdraw_consent_for'
    )),
  target text not null constraint operator_actions_target_is_short check (length(target) between 1 and 200),
  note text constraint operator_actions_note_is_short check (length(note) between 1 and 500),
  details jsonb not null default '{}' constraint operator_actions_details_are_an_object check (jsonb_typeof(details) = 'object'),
  acted_at timestamptz not null default clock_timestamp()
);
alter table notify.operator_actions enable row level security;
comment on table notify.operator_actions is
  E'@paged\n'
  'What operators did by hand, append-only: who, when, what and why. Each row is written in the transaction of what it tells, so there '
  'is neither one without the other. kind is the name of the function.';
comment on column notify.operator_actions.operator_id is
  'Claim "sub" of the operator''s token; null where there was none, and once that person is erased.';
comment on column notify.operator_actions.target is
  'What it was done to: its id or key; "…" in place of the id of a person, once they are erased.';
comment on column notify.operator_actions.note is
  'Why, in the operator''s words; null where they did not say. The name of somebody who was erased becomes "…" in it.';
comment on column notify.operator_actions.details is
  'What came of it, in numbers, ids and settings: {"deliveriesStopped": 4200}. No addresses and no names.';
create policy select_admin on notify.operator_actions for select to rowbell_operator using (true);
grant select on notify.operator_actions to rowbell_operator;
-- No insert, update or delete for anybody: record_operator_action() adds.

create type notify.search_result as (kind text, id uuid, matched text, user_id uuid);
comment on type notify.search_result is $$
@nullable user_id
@values kind SearchResultKind: person device webhook_endpoint notification delivery event
@values matched SearchResultMatch: id external_id email phone token url address provider_message_id
Something that find() found: what it is, its id, by what it was found, and whose it is. The field named like its kind
leads to it.
$$;
comment on column notify.search_result.user_id is 'Whose it is; null for an event, which may concern many.';

create type notify.event_stop as (
  event_id uuid, was_planned boolean, deliveries_out integer, deliveries_stopped integer, candidates_stopped integer
);
comment on type notify.event_stop is
  'What stop_event() found and ended. was_planned: everybody whom it concerns had been decided about. deliveries_out: what a provider or a '
  'worker has already, or the inbox. deliveries_stopped: what waited to be sent. candidates_stopped: what was held or gathered.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
