-- migrate:up

-- squawk-ignore-file renaming-column

set local lock_timeout = '5s';

-- Functions that have another name now (docs/renamed.md). A new database gets them under it from db/functions; in one that has
-- them, what refers to them (triggers, views, grants) stays.
do $$
declare
  renamed record;
begin
  for renamed in
    select p.oid::regprocedure as old_routine, r.new_name
    from (values
    ('notify_private', 'facts', 'rule_inputs'),
    ('notify_private', 'past_facts', 'past_rule_inputs'),
    ('notify_private', 'judge', 'evaluate_rules'),
    ('notify_private', 'evaluate', 'evaluate_candidates'),
    ('notify_private', 'judge_results', 'update_circuit_breakers'),
    ('notify_private', 'judge_holds', 'reevaluate_holds'),
    ('notify_private', 'standings', 'origin_standings'),
    ('notify_private', 'pauses', 'current_pauses'),
    ('notify_private', 'pause_length', 'pause_duration'),
    ('notify_private', 'bound_devices', 'deactivate_excess_devices'),
    ('notify_private', 'tg_webhook_endpoints__bound', 'tg_webhook_endpoints__deactivate_excess'),
    ('notify_private', 'tg_preference_changes__look_again', 'tg_preference_changes__release_holds'),
    ('notify_private', 'tg_preference_changes__note', 'tg_preference_changes__log'),
    ('notify_private', 'tg_preference_changes__record', 'tg_preference_changes__add_activity'),
    ('notify_private', 'tg_suppressions__note', 'tg_suppressions__log'),
    ('notify_private', 'tg_activities__stay', 'tg_activities__forbid_change'),
    ('notify_private', 'tg_decisions__mark', 'tg_decisions__invalidate_rollup'),
    ('notify_private', 'tg_deliveries__mark', 'tg_deliveries__invalidate_rollup'),
    ('notify_private', 'tg_notifications__mark', 'tg_notifications__invalidate_rollup'),
    ('notify_private', 'tg_receipts__mark', 'tg_receipts__invalidate_rollup'),
    ('notify_private', 'share_places', 'limit_chunk_per_person'),
    ('notify_private', 'set_aside', 'skip_paused_origins'),
    ('notify_private', 'take_due', 'lock_due_deliveries'),
    ('notify_private', 'put_back', 'requeue_deliveries'),
    ('notify_private', 'charge_for', 'quote_charge'),
    ('notify_private', 'counted_person', 'limited_user'),
    ('notify_private', 'is_ours', 'is_owned_by_engine'),
    ('notify_private', 'is_let_in', 'proves_access'),
    ('notify_private', 'require_choice', 'check_preference'),
    ('notify_private', 'ask_journey', 'call_journey_function'),
    ('notify_private', 'sweep', 'execute_sweep_run'),
    ('accounts_private', 'activity_words', 'activity_title'),
    ('accounts_private', 'tg_api_keys__record', 'tg_api_keys__add_activity'),
    ('accounts_private', 'tg_logins__record', 'tg_logins__add_activity'),
    ('accounts_private', 'tg_verifications__record', 'tg_verifications__add_activity'),
    ('accounts_private', 'tg_balances__record', 'tg_balances__add_activity'),
    ('accounts_private', 'tg_payments__record', 'tg_payments__add_activity'),
    ('accounts_private', 'tg_account_settings__record', 'tg_account_settings__add_activity'),
    ('coaching_private', 'tg_devices__note_push', 'tg_devices__set_push_enabled'),
    ('notify', 'settings_at', 'effective_settings_at'),
    ('notify', 'choose_fallback', 'set_fallback')
    ) as r (schema, old_name, new_name)
    join pg_catalog.pg_namespace as n on n.nspname = r.schema
    join pg_catalog.pg_proc as p on p.pronamespace = n.oid and p.proname = r.old_name
  loop
    execute pg_catalog.format('alter routine %s rename to %I', renamed.old_routine, renamed.new_name);
  end loop;

  -- Triggers are named after their functions.
  for renamed in
    select t.tgrelid::regclass as table_name, t.tgname as old_name, pg_catalog.regexp_replace(t.tgname, r.old_name, r.new_name) as new_name
    from (values
      ('tg_preference_changes__log', '_note_', '_log_'),
      ('tg_suppressions__log', '_note_', '_log_'),
      ('tg_activities__forbid_change', '_stay', '_forbid_change'),
      ('tg_[a-z]+__invalidate_rollup', '_mark_', '_invalidate_'),
      ('tg_[a-z_]+__add_activity', '_record', '_add_activity'),
      ('tg_preference_changes__release_holds', '_look_again', '_release_holds'),
      ('tg_webhook_endpoints__deactivate_excess', '_bound', '_deactivate_excess'),
      ('tg_devices__set_push_enabled', '_note_coaching_push', '_set_push_enabled')
    ) as r (function_name, old_name, new_name)
    join pg_catalog.pg_proc as p on p.proname ~ ('^' || r.function_name || '$')
    join pg_catalog.pg_trigger as t on t.tgfoid = p.oid and t.tgparentid = 0 and not t.tgisinternal
  loop
    execute pg_catalog.format('alter trigger %I on %s rename to %I', renamed.old_name, renamed.table_name, renamed.new_name);
  end loop;
end
$$;
alter view if exists coaching_private.words rename to call_copy_variables;

-- These have other parameters.
drop function if exists notify_private.evaluate_rules(notify_private.facts[]);
drop function if exists notify_private.fit_to_sms_segments(text, jsonb, text, boolean, integer, text[]);
drop function if exists notify_hidden.rule_explanation(text, text, text, timestamptz, jsonb);

-- What the rules looked at are their inputs; the words of a delivery that was rendered anew are its rendered text.
alter type notify_private.facts rename to rule_inputs;
alter type notify_private.verdict rename attribute facts to rule_inputs;
alter type notify_private.past rename attribute facts to rule_inputs;
alter type notify_private.answer rename attribute is_let_in to proves_access;
alter type notify_private.standing rename attribute is_let_in to proves_access;
alter type notify.explanation rename attribute said to verdict;
alter table notify.decisions rename column facts to rule_inputs;
alter table notify.holds rename column facts to rule_inputs;
alter table notify.digest_items rename column facts to rule_inputs;
alter table notify.deliveries rename column said to rendered_text;

comment on column notify.holds.rule_inputs is
  'What the rules looked at when they held it, as in decisions.rule_inputs, and until when they meant it to wait.';
comment on column notify.digest_items.rule_inputs is
  'What the rules looked at when they gathered it, as in decisions.rule_inputs, with the rule that gathered it, its reason and until when.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
