-- migrate:up
set local lock_timeout = '5s';

-- TR-8 of somebody who shares no circle with the leader: the same words under the same key, but P1. Which of the two it is
-- is said by the type, because lane, cap and quiet hours follow from that.
insert into notify.notification_types
  (key, pack, category, priority, channels, default_channels, audience, still_relevant, dedupe_key, dedupe_window,
   data_template, thread_template, tag, sound, urgency, expires_after, labels)
select
  'join_request_from_stranger', pack, category, 'P1', channels, default_channels, audience, still_relevant, dedupe_key, dedupe_window,
  data_template, thread_template, tag, sound, urgency, expires_after, labels
from notify.notification_types where key = 'join_request_received';
insert into notify.notification_copies (type_key, locale, variant, title, subtitle, body)
select 'join_request_from_stranger', locale, variant, title, subtitle, body
from notify.notification_copies where type_key = 'join_request_received';
-- Who wants to hear of no request has said so of strangers' as well.
insert into notify.preferences (user_id, type_key, channel, enabled, frequency, updated_at)
select user_id, 'join_request_from_stranger', channel, enabled, frequency, updated_at
from notify.preferences where type_key = 'join_request_received';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
