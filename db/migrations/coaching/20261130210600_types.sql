-- migrate:up
set local lock_timeout = '5s';

-- P0: both are expected at an instant and worthless after it, so neither cap nor quiet hours may hold them.
-- The copy of the preview rounds {min}, so some seconds change nothing: one that goes out as planned is rendered once (rerender_after).
insert into notify.notification_types
  (key, pack, app_key, category, priority, channels, default_channels, audience, still_relevant, listener, fallback_key, dedupe_key,
   data_template, thread_template, collapse_template, sound, urgency, interruption_level, max_attempts, channel_attempts, max_segments,
   expires_after, rerender_after, warns_unreachable, labels, actions, android_channel_id, apns_category)
values
  ('coaching_preview', 'coaching', 'coaching', 'coaching', 'P0', '{push,sms}', '{push,sms}', 'coaching_private.preview_audience', 'coaching_private.preview_is_relevant', 'coaching_private.record_deliveries_on_calls', 'push_else_sms', 'coaching_preview:{callId}:{dueAt}', '{"screen": "incoming_call", "callId": "{callId}"}', '{callId}', 'call:{callId}', 'default', 'high', 'time-sensitive', 8, '{"sms": 1}', 1, '1 hour', '5 seconds', true, '{"en": "Announcements of calls", "fr": "Annonces des appels"}', '[{"key": "ready", "url": "/calls/{callId}"}, {"key": "move", "url": "/calls/{callId}/move"}]', 'calls', 'COACHING_CALL'),
  ('coaching_call', 'coaching', 'coaching', 'coaching', 'P0', '{voice}', '{voice}', 'coaching_private.call_audience', 'coaching_private.call_is_relevant', 'coaching_private.record_deliveries_on_calls', null, 'coaching_call:{callId}:{scheduledAt}', '{"callId": "{callId}", "voice": "{voice}", "language": "{language}", "twimlUrl": "{agentUrl}"}', null, null, null, 'high', null, 1, '{}', null, '10 minutes', null, false, '{"en": "Calls", "fr": "Appels"}', null, null, null);

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
