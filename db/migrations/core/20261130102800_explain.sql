-- migrate:up
set local lock_timeout = '5s';

-- What explain, trace, predict and backtest answer with: why somebody was told or not, and what would be.

create table notify_private.sentences (
  key text not null constraint sentences_key_is_dotted check (key ~ '^[a-z0-9_]+(\.[a-z0-9_]+)*$'),
  locale text not null constraint sentences_locale_is_bcp47 check (locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  you text not null,
  they text,
  primary key (key, locale)
);
alter table notify_private.sentences enable row level security;
comment on table notify_private.sentences is
  'What explain(), trace() and predict() say, by language. A key names who speaks and of what, the more closely the longer: '
  'address.no_address.push goes before address.no_address. docs/explain.md has the placeholders, docs/sentences.md all that is said.';
comment on column notify_private.sentences.you is 'To the person whom it is about.';
comment on column notify_private.sentences.they is 'About the person, to operators; null: the same words.';

create type notify.explanation as (
  event_id uuid, recipient_id uuid, channel text, judgement integer, at timestamptz, "position" integer, rule text, verdict text,
  reason text, inputs jsonb, because text
);
comment on type notify.explanation is $$
@nullable channel judgement reason inputs
@values verdict Verdict: passed held gathered suppressed not_asked canceled failed waiting left_out
What one rule said of a candidate: passed, held, gathered, suppressed or not_asked; judgement counts how often it was
judged (again after each hold), position is the rule's place in docs/rules.md. Position 0 is what no rule said: event
(suppressed: canceled while it waited; without a candidate waiting, canceled, failed) or audience (left_out).
$$;

create type notify.trace_entry as (
  event_id uuid, recipient_id uuid, channel text, at timestamptz, delivery_id uuid, what text, status text, reason text,
  code text, because text
);
comment on type notify.trace_entry is $$
@nullable channel delivery_id status reason code
@values what TraceStep: held released gathered told left_out suppressed queued attempt receipt ended seen read clicked archived
@values status TraceStatus: send hold digest suppress daily weekly
@values status TraceStatus: accepted address message transient throttled misconfigured origin suspect ambiguous lost
@values status TraceStatus: sent delivered failed suppressed expired canceled unknown
@values status TraceStatus: answered completed opened clicked unsubscribed deferred bounced complained
One thing that happened to a candidate: held, released, gathered, left_out or told, a delivery (queued, ended), an
attempt at a provider, a receipt, or what the person did. status: the outcome of judging it again, of the attempt, the kind of the
receipt, the status in which the delivery ended, or how often the digest comes.
$$;

create type notify.prediction as (
  channel text, step integer, at timestamptz, outcome text, rule text, reason text, inputs jsonb, until timestamptz, because text
);
comment on type notify.prediction is $$
@nullable rule reason inputs until
@values outcome DecisionOutcome
What the rules would say on a channel at an instant; a hold is followed by the step at its end, so that the last step is
what the person would get.
$$;

create type notify.backtest_total as (type_key text, channel text, outcome text, rule text, new_outcome text, new_rule text, total bigint);
comment on type notify.backtest_total is $$
@nullable rule new_rule
@values outcome DecisionOutcome
@values new_outcome DecisionOutcome
So many candidates of the past ended with an outcome (and the rule that gave it), and under the changed settings would
have with another, or the same.
$$;

create type notify.backtest_case as (
  event_id uuid, recipient_id uuid, channel text, type_key text, at timestamptz, outcome text, rule text, reason text,
  new_at timestamptz, new_outcome text, new_rule text, new_reason text
);
comment on type notify.backtest_case is $$
@nullable rule reason new_rule new_reason
@values outcome DecisionOutcome
@values new_outcome DecisionOutcome
A candidate of the past and what would have become of it; at and new_at: when it was judged last.
$$;

create type notify_private.past as (
  event_id uuid, recipient_id uuid, channel text, type_key text, place integer, type_enabled boolean, shares_key boolean,
  at timestamptz, nth integer, released_rule text,
  judged_at timestamptz[], rule_inputs jsonb[], held_by text[], held_until timestamptz[],
  decided_at timestamptz, outcome text, rule text, reason text, ended_by text, freed_at timestamptz, uncounted_at timestamptz
);
comment on type notify_private.past is
  'A candidate of the past on its way through replay(): when it is judged next, which of the judgements of its history that is (null: '
  'none, it went another way), all of that history, and how it ended. ended_by: where no full judgement ended it, what had kept it '
  'waiting (fallback, digest) or any for a canceled event. freed_at: when its event was canceled before any provider had it, or all '
  'its deliveries were suppressed, which gave its dedupe key back; uncounted_at: the latter, which gave back its room under the caps.';

create type notify_private.past_message as (recipient_id uuid, channel text, at timestamptz, uncounted_at timestamptz);
comment on type notify_private.past_message is
  'Something that replay() has sent, which counts where the caps of an instant count its channel; uncounted_at: since when it does '
  'not, for nobody was told.';

create type notify_private.past_settings as (since timestamptz, until timestamptz, settings notify.settings);
comment on type notify_private.past_settings is
  'The operators'' settings from since until before until, as replay() applies them: with what it was asked to change.';

create type notify_private.past_type as (since timestamptz, until timestamptz, type notify.notification_types);
comment on type notify_private.past_type is 'A notification type from since until before until, as past_settings.';

create type notify_private.past_key as (recipient_id uuid, channel text, dedupe_key text, event_id uuid, expires_at timestamptz);
comment on type notify_private.past_key is 'A dedupe key as replay() has it in use.';

create type notify_private.foreseen as (
  candidate notify_private.candidate, due_at timestamptz, steps integer, is_own boolean, digest text, was_quiet boolean
);
comment on type notify_private.foreseen is
  'Something that waits in predict(): when it is judged next, how often it was, whether the event that is asked about will come of it '
  'or it waits already, the frequency of the digest that has gathered it, and whether quiet hours or a pause had held it.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
