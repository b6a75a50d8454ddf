-- migrate:up
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
    ('notify_private', 'names', 'declare_mention'),
    ('notify_private', 'belongs', 'declare_owned_rows'),
    ('notify_private', 'about_nobody', 'declare_not_personal'),
    ('notify_private', 'unclear', 'relevance_check_failures'),
    ('notify_private', 'irrelevant', 'no_longer_relevant'),
    ('notify_private', 'admit', 'acquire_send_permits'),
    ('notify_private', 'gather', 'add_digest_items'),
    ('notify_private', 'settle_deliveries', 'apply_receipts'),
    ('notify_private', 'settle_digests', 'finalize_digests'),
    ('notify_private', 'settle_sweep_runs', 'finalize_sweep_runs'),
    ('notify_private', 'beat', 'heartbeat'),
    ('notify_private', 'restate', 'rerender_delivery'),
    ('notify_private', 'words_again', 'rebuild_search_tokens'),
    ('notify_private', 'pack_words', 'compact_search_index'),
    ('notify_private', 'pack_all_words', 'compact_all_search_indexes'),
    ('notify_private', 'json_words', 'json_escaped_terms'),
    ('notify_private', 'words_pattern', 'terms_regex'),
    ('notify_private', 'mentions', 'contains_any_term'),
    ('notify_private', 'said_as', 'render_for_sms_alphabet'),
    ('notify_private', 'shortened', 'truncate_at_word'),
    ('notify_private', 'fitting_text', 'fit_to_sms_segments'),
    ('notify_private', 'fitting_key', 'hash_long_key'),
    ('notify_private', 'normal_address', 'normalize_address'),
    ('notify_private', 'normal_token', 'normalize_token'),
    ('notify_private', 'note_contact', 'touch_devices'),
    ('notify_private', 'note_engagement', 'record_engagement'),
    ('notify_private', 'note_opt_out', 'record_opt_out'),
    ('notify_private', 'note_tracking_consent', 'record_tracking_consent'),
    ('notify_private', 'note_silence', 'pause_silent_origins'),
    ('notify_private', 'note_suspects', 'record_suspects'),
    ('notify_private', 'settings_at', 'operator_settings_at'),
    ('notify_private', 'choose', 'write_preference'),
    ('notify_private', 'choose_email', 'save_email_preferences'),
    ('notify_private', 'email_choices', 'email_preferences'),
    ('notify_private', 'choice_at', 'preference_at'),
    ('notify_private', 'leave_email', 'unsubscribe'),
    ('notify_private', 'take_journey_steps', 'run_journey_steps'),
    ('notify_private', 'hour_of', 'uuid_hour'),
    ('notify_private', 'bucket_of', 'histogram_bucket'),
    ('notify_private', 'deliveries_of', 'deliveries_of_person'),
    ('notify_private', 'subjects_of', 'subjects_of_person'),
    ('notify_private', 'addresses_of', 'addresses_of_person'),
    ('notify_private', 'event_of_key', 'event_with_key'),
    ('notify_hidden', 'words_of', 'search_tokens'),
    ('notify_hidden', 'words_query', 'search_query'),
    ('notify_hidden', 'plain_words', 'normalize_search_text'),
    ('notify_private', 'much_unpacked', 'people_needing_index_compaction'),
    ('notify_private', 'unpacked', 'unindexed_notifications'),
    ('notify_hidden', 'because', 'rule_explanation'),
    ('notify_hidden', 'asked_candidate', 'resolve_explain_target'),
    ('notify_hidden', 'instant', 'format_instant'),
    ('notify_private', 'rate', 'ratio'),
    ('notify_private', 'apply_receipt', 'record_receipt')
    ) as r (schema, old_name, new_name)
    join pg_catalog.pg_namespace as n on n.nspname = r.schema
    join pg_catalog.pg_proc as p on p.pronamespace = n.oid and p.proname = r.old_name
  loop
    execute pg_catalog.format('alter routine %s rename to %I', renamed.old_routine, renamed.new_name);
  end loop;
end
$$;

comment on column notify_private.hourly_statistics.delivery_histogram is
  'An element for each bucket that has any, by bucket: the bucket of notify_private.histogram_bucket() in the bits above 40, how many '
  'below. Arrays one after another are the histogram of their sum.';
comment on column notify_private.daily_statistics.delivery_histogram is
  'An element for each bucket that has any, by bucket: the bucket of notify_private.histogram_bucket() in the bits above 40, how many '
  'below. Arrays one after another are the histogram of their sum.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
