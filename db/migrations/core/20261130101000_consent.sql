-- migrate:up
set local lock_timeout = '5s';

-- Which person agreed to promotional messages, under the law of which region.

create table notify.consent_rules (
  region text primary key constraint consent_rules_region_is_iso3166 check (region = '*' or region ~ '^[A-Z]{2}(-[A-Z0-9]{1,3})?$'),
  regime text not null constraint consent_rules_regime_is_known check (regime in ('opt_in', 'opt_out')),
  note text
);
alter table notify.consent_rules enable row level security;
comment on table notify.consent_rules is
  E'@omit user: my_consents() says what holds for them.\n'
  'What a region asks for before something promotional may be sent: opt_in (a recorded consent) or opt_out (none, until withdrawn). '
  'The subdivision''s row goes before the country''s, that before "*", which also holds where the region is unknown.';
create policy select_all on notify.consent_rules for select to rowbell_user, rowbell_operator, rowbell_writer using (true);
create policy insert_admin on notify.consent_rules for insert to rowbell_operator with check (true);
create policy update_admin on notify.consent_rules for update to rowbell_operator using (true) with check (true);
create policy delete_admin on notify.consent_rules for delete to rowbell_operator using (region <> '*');
grant select on notify.consent_rules to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (region, regime, note), update (regime, note), delete on notify.consent_rules to rowbell_operator;

create table notify.consents (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  channel text constraint consents_channel_is_known check (channel in ('push', 'email', 'sms', 'voice', 'in_app', 'webhook')),
  granted boolean not null,
  method text not null constraint consents_method_is_short check (length(method) between 1 and 100),
  text_version text constraint consents_text_version_is_short check (length(text_version) between 1 and 200),
  region text not null constraint consents_region_is_iso3166 check (region = '*' or region ~ '^[A-Z]{2}(-[A-Z0-9]{1,3})?$'),
  evidence jsonb not null default '{}'
    constraint consents_evidence_is_a_small_object check (jsonb_typeof(evidence) = 'object' and pg_column_size(evidence) <= 4096),
  recorded_by uuid,
  recorded_at timestamptz not null default clock_timestamp(),
  -- A withdrawal shows nobody a text.
  constraint consents_text_version_where_granted check (not granted or text_version is not null)
);
alter table notify.consents enable row level security;
create index consents_user_id_id_idx on notify.consents (user_id, id desc);
comment on table notify.consents is
  E'@root\n@order id desc\n'
  'Permissions for promotional messages and their withdrawals, append-only: the newest for the channel, or for all channels, holds. '
  'Written by record_consent and withdraw_consent.';
comment on column notify.consents.channel is 'Null: all channels.';
comment on column notify.consents.granted is 'False: withdrawn.';
comment on column notify.consents.method is 'How: "signup_form", "settings_page", "double_opt_in", "import".';
comment on column notify.consents.text_version is 'Which text the person saw; a withdrawal may do without.';
comment on column notify.consents.region is 'The person''s region when it was recorded ("*" where unknown).';
comment on column notify.consents.evidence is 'What else proves it: the form''s address, a message id of the double opt-in.';
comment on column notify.consents.recorded_by is 'users.id of who recorded it, the person themselves or an operator; null: a service.';
create policy select_own on notify.consents for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.consents for select to rowbell_operator using (true);
create policy select_service on notify.consents for select to rowbell_writer using (true);
grant select on notify.consents to rowbell_user, rowbell_operator, rowbell_writer;

create type notify.effective_consent as (channel text, state text, regime text, text_version text, recorded_at timestamptz);
comment on type notify.effective_consent is $$
@nullable text_version recorded_at
@values state ConsentState: given withdrawn missing not_needed
@values regime ConsentRuleRegime
Whether promotional messages may come on a channel: given, withdrawn, missing (the region asks for consent and there is
none) or not_needed (it does not). text_version and recorded_at are those of the record that decides.
$$;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
