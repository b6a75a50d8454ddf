-- migrate:up
set local lock_timeout = '5s';

-- How long the rows of each table are kept, and why.

-- Partitioned tables: whole months go, except for what is still needed.
insert into notify.retention_policies (table_name, keep, at_least, needed, reason) values
  ('notify.activities', '13 months', '30 days', 'notify_private.needed_activities', 'What happened in an account: a year and the month to compare it with'),
  ('notify.deliveries', '13 months', '30 days', 'notify_private.needed_deliveries', 'What became of each message'),
  ('notify.events', '13 months', '30 days', 'notify_private.needed_events', 'A year and the month to compare it with; those still to come stay however old'),
  ('notify.notifications', '13 months', '30 days', 'notify_private.needed_notifications', 'The inbox');

-- Rows go that are as old as this by the instant of a column.
insert into notify.retention_policies (table_name, keep, at_least, age_column, reason) values
  ('notify.devices', '90 days', '1 day', 'deactivated_at', 'The provider said the token is gone; kept a while to answer "why no push?"'),
  ('notify.digests', '13 months', '30 days', 'closed_at', 'As long as their items'),
  ('notify.email_verifications', '90 days', '0', 'expires_at', 'users.email_verified_at keeps what came of it'),
  ('notify.journey_enrollments', '13 months', '30 days', 'ended_at', 'As long as the events of their steps'),
  ('notify.announcements', '13 months', '0', 'ends_at', 'What was shown to whom, as long as the events of its time; those without an end stay'),
  ('notify.operator_actions', '3 years', '90 days', 'acted_at', 'Who intervened, and why, must be answerable while a claim can be brought'),
  ('notify.preference_changes', '13 months', '30 days', 'changed_at', 'As long as the decisions that they explain'),
  ('notify.retention_runs', '13 months', '0', 'finished_at', 'Has no personal data'),
  ('notify.schedules', '13 months', '0', 'canceled_at', 'As long as the events that it made'),
  ('notify.suppression_changes', '3 years', '0', 'changed_at', 'Why an address is used again must be answerable while a claim can be brought'),
  ('notify.suppressions', '30 days', '0', 'expires_at', 'Those for good never expire; a passed one says why something was not sent'),
  ('notify.sweep_runs', '13 months', '0', 'finished_at', 'Has no personal data but who asked'),
  ('notify.webhook_endpoints', '90 days', '1 day', 'deactivated_at', 'As devices'),
  ('notify_private.consent_proofs', '3 years', '0', 'erased_at', 'The time in which a claim can be brought; change it to your country''s'),
  ('notify_private.daily_breakdowns', '5 years', '35 days', 'starts_at', 'As the days'),
  ('notify_private.daily_reason_rollups', '5 years', '35 days', 'starts_at', 'As the days'),
  ('notify_private.daily_rollups', '5 years', '35 days', 'starts_at', 'Years to compare; a day of forty types on five channels is a quarter of a megabyte, and has no person'),
  ('notify_private.hourly_breakdowns', '13 months', '35 days', 'starts_at', 'As the hours'),
  ('notify_private.hourly_reason_rollups', '13 months', '35 days', 'starts_at', 'As the hours'),
  ('notify_private.hourly_rollups', '13 months', '35 days', 'starts_at', 'A year by the hour and the month to compare it with; has no person'),
  ('notify_private.rollup_periods', '5 years', '35 days', 'starts_at', 'As the days'),
  ('notify_private.status_changes', '3 days', '1 hour', 'changed_at', 'What a status endpoint that is away over a weekend has still to hear; gone within a minute once all have');

-- They go with what they are about.
insert into notify.retention_policies (table_name, follows, reason) values
  ('notify.delivery_attempts', 'notify.deliveries', 'Keyed by their delivery'),
  ('notify.receipts', 'notify.deliveries', 'Keyed by their delivery: a late one finds either both tables or neither'),
  ('notify.decisions', 'notify.events', 'Keyed by their event'),
  ('notify.digest_items', 'notify.events', 'Keyed by their event'),
  ('notify.holds', 'notify.events', 'Keyed by their event'),
  ('notify.journey_steps_taken', 'notify.journey_enrollments', 'Keyed by their enrollment'),
  ('notify_private.search_index_chunks', 'notify.notifications', 'Made of them');

-- They stay, or something else takes them away.
insert into notify.retention_policies (table_name, reason) values
  ('notify.apps', 'The catalog'),
  ('notify.category_preferences', 'Until the person is erased'),
  ('notify.channel_copies', 'The catalog'),
  ('notify.consent_rules', 'The catalog'),
  ('notify.consents', 'Proof of consent is owed as long as it is relied on (GDPR Art. 7(1)); until the person is erased'),
  ('notify.daily_spending', 'A row a day, channel and country, of nobody'),
  ('notify.daily_spending_totals', 'A row a day and channel, of nobody'),
  ('notify.erasure_requests', 'Until the person is erased, or takes it back'),
  ('notify.erasures', 'Proof that erasure was done (GDPR Art. 5(2)); has no personal data'),
  ('notify.fallback_choices', 'Until the person is erased'),
  ('notify.fallback_steps', 'The catalog'),
  ('notify.fallbacks', 'The catalog'),
  ('notify.journey_steps', 'The catalog'),
  ('notify.journeys', 'The catalog'),
  ('notify.limits', 'A row a bound'),
  ('notify.live_channels', 'The catalog'),
  ('notify.notification_copies', 'The catalog'),
  ('notify.notification_types', 'The catalog'),
  ('notify.packs', 'A row a pack'),
  ('notify.personal_settings', 'Until the person is erased'),
  ('notify.phone_prefixes', 'The catalog'),
  ('notify.preferences', 'Until the person is erased'),
  ('notify.provider_origins', '30 days after it was last used, and no more than 2 000 of a provider: expire_keys(), hourly'),
  ('notify.providers', 'The catalog'),
  ('notify.retention_policies', 'A row a table'),
  ('notify.schedule_clocks', 'Gone with their schedule'),
  ('notify.segments', 'The catalog'),
  ('notify.senders', 'A row an account'),
  ('notify.settings', 'One row'),
  ('notify.sms_prices', 'The catalog: estimates of past months need the price of their time'),
  ('notify.spending_caps', 'The catalog'),
  ('notify.status_endpoints', 'A row an address, until it is deleted'),
  ('notify.sweeps', 'A row a sweep'),
  ('notify.tracking_consents', 'Until the person is erased'),
  ('notify.transliterations', 'The catalog'),
  ('notify.users', 'Until the person is erased'),
  ('notify.workers', 'Seven days after they stopped: expire_keys(), hourly'),
  ('notify_private.attention', 'Until a minute after they looked away: expire_keys(), hourly'),
  ('notify_private.audience_rest', 'Taken away slice by slice while an event is planned'),
  ('notify_private.charges', 'Two days, or as long as a limit counts them: expire_keys(), hourly'),
  ('notify_private.claims', 'Gone with the results of the claim'),
  ('notify_private.closed_schemas', 'A row a schema and role, while its pack is off'),
  ('notify_private.daily_counters', 'As far back as a rolling window can reach: expire_keys(), hourly'),
  ('notify_private.dedupe_keys', 'Until the end of their window: expire_keys(), hourly'),
  ('notify_private.dirty_periods', 'Gone once what they announce is counted'),
  ('notify_private.email_templates', 'A row a template'),
  ('notify_private.ended_sessions', 'Until no token of them can be valid any more: expire_keys(), 400 days'),
  ('notify_private.event_keys', 'settings.retention: expire_keys(), hourly'),
  ('notify_private.evidence', '30 days: expire_keys(), hourly'),
  ('notify_private.imported_rows', 'Gone with the statement that imports them'),
  ('notify_private.inbox_changes', 'Ten minutes, for undo: expire_keys(), hourly'),
  ('notify_private.limit_uses', 'Until their window is over: expire_keys(), hourly'),
  ('notify_private.live_processes', 'A minute after it was last heard of, by whoever says something next'),
  ('notify_private.locale_formats', 'A row a locale'),
  ('notify_private.sentences', 'A row a sentence and locale'),
  ('notify_private.rollups_closed', 'One row'),
  ('notify_private.sender_credentials', 'A row a sender'),
  ('notify_private.status_positions', 'Gone with their endpoint'),
  ('notify_private.slow_answers', 'Ten minutes, or until the sender answers promptly: expire_keys(), hourly'),
  ('notify_private.suppression_digests', 'A person who opted out stays out (GDPR Art. 21(3)); passed ones are deleted with expire_keys()'),
  ('notify_private.suspects', 'A day after it was last said: expire_keys(), hourly');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
