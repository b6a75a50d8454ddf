-- migrate:up
set local lock_timeout = '5s';

-- The kinds of notifications there are, with what a kind names: an order of channels and a mail template.

create table notify.fallbacks (
  key text primary key constraint fallbacks_key_is_a_slug check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  description text not null
);
alter table notify.fallbacks enable row level security;
comment on table notify.fallbacks is 'An order of channels to try, by name; its steps stand in fallback_steps.';
create policy select_all on notify.fallbacks for select to rowbell_user, rowbell_operator, rowbell_writer using (true);
grant select on notify.fallbacks to rowbell_user, rowbell_operator, rowbell_writer;

create table notify.fallback_steps (
  fallback_key text not null references notify.fallbacks on delete cascade on update cascade,
  step integer not null constraint fallback_steps_step_is_positive check (step > 0),
  channels text[] not null
    constraint fallback_steps_channels_are_known check (channels <@ '{push,email,sms,voice,in_app,webhook}' and channels <> '{}'),
  wait interval constraint fallback_steps_wait_is_positive check (wait > interval '0'),
  until_status text not null default 'delivered'
    constraint fallback_steps_until_status_is_known check (until_status in ('sent', 'delivered', 'seen', 'read', 'clicked')),
  primary key (fallback_key, step)
);
alter table notify.fallback_steps enable row level security;
comment on table notify.fallback_steps is
  'One step: its channels go out together; the next step begins when none of them has come to until_status within wait, or at once '
  'when all of them have failed or none could go.';
comment on column notify.fallback_steps.wait is
  'Counted from when this step was decided to be sent; null: only failure begins the next one.';
comment on column notify.fallback_steps.until_status is
  'Won by: a delivery''s status sent or delivered, or the person having seen, read or clicked it.';
create policy select_all on notify.fallback_steps for select to rowbell_user, rowbell_operator, rowbell_writer using (true);
grant select on notify.fallback_steps to rowbell_user, rowbell_operator, rowbell_writer;

create table notify_private.email_templates (
  name text primary key constraint email_templates_name_is_a_slug check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
  pack text not null,
  html text not null,
  texts json not null default '{}' constraint email_templates_texts_are_an_object check (json_typeof(texts) = 'object'),
  digest text not null
);
alter table notify_private.email_templates enable row level security;
comment on table notify_private.email_templates is 'How mails look: the templates of every pack, as migrate finds them in its files.';
comment on column notify_private.email_templates.html is
  'With placeholders: {{title}}, {{lines:body}}, <!-- if:badge -->…<!-- end -->; docs/email.md names them.';
comment on column notify_private.email_templates.texts is
  'What the template itself says, by language: {"en": {"badge": "Paid", "figures": {"total": "Total"}}}. A figure is a value of the '
  'notification''s data and its label.';
comment on column notify_private.email_templates.digest is 'SHA-256 of html and texts: by it a worker knows what it has compiled.';

create table notify.notification_types (
  key text primary key constraint notification_types_key_is_a_slug check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  pack text not null,
  app_key text default 'default' references notify.apps,
  category text not null
    constraint notification_types_category_is_a_slug check (category ~ '^[a-z][a-z0-9_]{0,62}$')
    constraint notification_types_category_is_none_of_ours check (category <> 'all'),
  labels jsonb not null default '{}' constraint notification_types_labels_are_an_object check (jsonb_typeof(labels) = 'object'),
  priority text not null default 'P1' constraint notification_types_priority_is_known check (priority in ('P0', 'P1')),
  purpose text not null default 'transactional'
    constraint notification_types_purpose_is_known check (purpose in ('transactional', 'promotional')),
  enabled boolean not null default true,
  channels text[] not null default '{push}'
    constraint notification_types_channels_are_known check (channels <@ '{push,email,sms,voice,in_app,webhook}' and channels <> '{}'),
  default_channels text[] not null default '{push}',
  locked_channels text[] not null default '{}',
  default_frequency text not null default 'instant'
    constraint notification_types_default_frequency_is_known check (default_frequency in ('instant', 'daily', 'weekly', 'never')),
  cap_excess text not null default 'drop'
    constraint notification_types_cap_excess_is_known check (cap_excess in ('drop', 'defer', 'digest')),
  attention_channels text[]
    constraint notification_types_attention_channels_are_known check (attention_channels <@ '{push,email}'),
  fallback_key text references notify.fallbacks on update cascade,
  audience text not null constraint notification_types_audience_is_qualified check (audience ~ '^[a-z_]+\.[a-z0-9_]+$'),
  still_relevant text constraint notification_types_still_relevant_is_qualified check (still_relevant ~ '^[a-z_]+\.[a-z0-9_]+$'),
  dedupe_key text,
  dedupe_window interval constraint notification_types_dedupe_window_is_positive check (dedupe_window > interval '0'),
  data_template jsonb not null default '{}',
  thread_template text,
  collapse_template text,
  email_template text not null default 'notification' references notify_private.email_templates on update cascade,
  email_url text,
  to_unverified boolean not null default false,
  tag text,
  sound text,
  image_url text,
  icon_url text,
  actions jsonb,
  android_channel_id text
    constraint notification_types_android_channel_id_is_short check (length(android_channel_id) between 1 and 100),
  apns_category text constraint notification_types_apns_category_is_short check (length(apns_category) between 1 and 100),
  apns_mutable_content boolean not null default false,
  urgency text not null default 'high'
    constraint notification_types_urgency_is_rfc8030 check (urgency in ('very-low', 'low', 'normal', 'high')),
  interruption_level text
    constraint notification_types_interruption_level_is_apns check (
      interruption_level in ('passive', 'active', 'time-sensitive', 'critical')
    ),
  max_segments integer constraint notification_types_max_segments_is_sane check (max_segments between 1 and 10),
  max_attempts integer not null default 8 constraint notification_types_max_attempts_is_sane check (max_attempts between 1 and 50),
  channel_attempts jsonb not null default '{}'
    constraint notification_types_channel_attempts_are_sane check (jsonb_typeof(channel_attempts) = 'object'),
  expires_after interval not null default '30 days'
    constraint notification_types_expires_after_is_positive check (expires_after > interval '0'),
  rerender_after interval constraint notification_types_rerender_after_is_not_negative check (rerender_after >= interval '0'),
  listener text constraint notification_types_listener_is_qualified check (listener ~ '^[a-z_]+\.[a-z0-9_]+$'),
  warns_unreachable boolean not null default false,
  constraint notification_types_default_channels_are_channels check (default_channels <@ channels),
  constraint notification_types_locked_channels_are_on check (locked_channels <@ default_channels),
  -- Consent is asked before all else, so nothing may pass it by being locked.
  constraint notification_types_promotional_is_not_locked check (purpose = 'transactional' or locked_channels = '{}'),
  constraint notification_types_digests_are_never_gathered check (
    key not in ('daily_digest', 'weekly_digest', 'held_digest')
    -- Nor switched off: what was gathered would then never be told.
    or enabled and locked_channels = channels and default_frequency = 'instant' and cap_excess <> 'digest'
  ),
  constraint notification_types_only_email_to_unverified check (not to_unverified or channels = '{email}')
);
alter table notify.notification_types enable row level security;
-- The foreign keys'.
create index notification_types_app_key_idx on notify.notification_types (app_key);
create index notification_types_fallback_key_idx on notify.notification_types (fallback_key);
create index notification_types_email_template_idx on notify.notification_types (email_template);
comment on table notify.notification_types is
  E'@root\n'
  'The catalog: one row per kind of notification. A new kind is a row here, its copy per locale and one SQL audience function; no '
  'TypeScript.';
comment on column notify.notification_types.pack is 'Which product brought it.';
comment on column notify.notification_types.app_key is
  'Whose devices hear of it: those of this app, and those of the app "default", which is the one for all products. Null: of whichever app.';
comment on column notify.notification_types.labels is
  'What people call it, by language: {"en": "New orders", "fr": "Nouvelles commandes"}. Where there is none, its key in words.';
comment on column notify.notification_types.priority is 'P0 has its own lane and passes the daily cap (but counts towards it).';
comment on column notify.notification_types.channels is 'Channels it may use; a recipient is a candidate once per channel.';
comment on column notify.notification_types.default_channels is 'Channels that are on where the person has said nothing.';
comment on column notify.notification_types.locked_channels is 'Channels that a person cannot switch off or slow down (security, billing).';
comment on column notify.notification_types.default_frequency is
  'Where the person has said nothing. Digests exist for push and email; on other channels daily and weekly count as instant.';
comment on column notify.notification_types.cap_excess is
  'What becomes of it beyond the cap: drop, defer (next day at digest_time, or when the rolling window has room) or digest (the daily '
  'one).';
comment on column notify.notification_types.attention_channels is
  'Channels on which it waits while its person looks at their inbox, where it goes to the inbox as well; null: as '
  'settings.attention_channels say, {}: never.';
comment on column notify.notification_types.fallback_key is
  'Order in which its channels are tried; channels that are in no step go out at once. Null: all at once.';
comment on column notify.notification_types.audience is
  'Qualified name of "f(event_ids uuid[]) returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)". Plain '
  '"language sql stable" without settings or definer, so that plan() can page through it; it therefore qualifies every function and '
  'type, pg_catalog''s too.';
comment on column notify.notification_types.still_relevant is
  'Qualified name of "f(event_id uuid, recipient_id uuid) returns boolean" (stable; plpgsql, whose plans are kept): asked when '
  'planned, when released from a hold and when sent; false or null: not any more.';
comment on column notify.notification_types.dedupe_key is
  'Template ("order_placed:{orderId}:{userId}"); null: every event stands for itself.';
comment on column notify.notification_types.dedupe_window is
  'How long a key is remembered; null: as long as events are (settings.retention).';
comment on column notify.notification_types.data_template is
  'Deep link and custom data: an object of string templates, e.g. {"orderId": "{orderId}"}.';
comment on column notify.notification_types.thread_template is 'What groups notifications on screen (APNs thread-id).';
comment on column notify.notification_types.collapse_template is
  'A newer notification with the same key replaces an older one not yet shown.';
comment on column notify.notification_types.email_template is
  'Which mail template shows it: the core''s "notification", or one of its pack''s.';
comment on column notify.notification_types.email_url is
  'Where the button of its email leads: a path below APP_URL or an https URL, with placeholders of its data ("/orders/{orderId}"); '
  'null: no button.';
comment on column notify.notification_types.to_unverified is
  'May go to a mailbox that nobody has verified yet: the verification mail alone.';
comment on column notify.notification_types.tag is
  'The product''s name in the tag of its pushes, <product>:<collapse key, else notification id>: on Android a push replaces the one of an '
  'equal tag, in browsers where it has a collapse key. Null: the pack''s key.';
comment on column notify.notification_types.image_url is
  'The picture that it shows: an https URL with placeholders after its host, or one placeholder whose value is such a URL. A value that '
  'is JSON''s null leaves the picture out. Copy may have its own. docs/rich-content.md.';
comment on column notify.notification_types.icon_url is
  'The small picture beside its title, in browsers and the inbox: as image_url. Phones show the app''s own.';
comment on column notify.notification_types.actions is
  'Its buttons, at most four, the most important first: [{"key": "track", "url": "/orders/{orderId}/track"}]. url is a path, an https URL '
  'or a deep link of the app, with placeholders; without it the app opens. Their titles stand in notification_copies.action_titles.';
comment on column notify.notification_types.android_channel_id is
  'The notification channel of the Android app; null: the one that its manifest names.';
comment on column notify.notification_types.apns_category is
  'The category that the iOS app has registered with its buttons; null: none.';
comment on column notify.notification_types.apns_mutable_content is
  'Whether the service extension of the iOS app may change it before it is shown; with a picture or buttons it always may.';
comment on column notify.notification_types.max_segments is 'Most segments of its SMS; null: as many as its text has.';
comment on column notify.notification_types.channel_attempts is
  'Most attempts by channel, where max_attempts does not hold: {"sms": 1}. An SMS or call with one attempt is never tried again, not '
  'even where our own account was refused.';
comment on column notify.notification_types.expires_after is 'From the event''s due instant: after it nothing is delivered.';
comment on column notify.notification_types.rerender_after is
  'Where the words depend on when they are sent ("in 5 min"): what was planned longer ago than this (a retry, a fallback''s next step) '
  'asks the audience function again and is written anew in the statement that hands it to a worker. Null: the words stay as they were '
  'planned.';
comment on column notify.notification_types.listener is
  'Qualified name of "f(delivery_ids uuid[]) returns void": told, in the same transaction, when deliveries of this type were sent, '
  'reached or failed the person, were answered, opened or ended. May be told the same more than once. Null: nobody listens.';
comment on column notify.notification_types.warns_unreachable is
  'Whether the worker''s log warns (recipients.unreachable) of people whom it could reach on no channel, for want of an address.';
-- People do not choose about what no pack of theirs tells.
create policy select_on on notify.notification_types for select to rowbell_user
  using (pack <> all ((select notify_hidden.packs_off())::text[]));
create policy select_all on notify.notification_types for select to rowbell_operator, rowbell_writer using (true);
create policy update_admin on notify.notification_types for update to rowbell_operator using (true) with check (true);
-- Enough for a preference screen; audiences and templates are nobody's business outside.
grant select (key, pack, app_key, category, labels, priority, purpose, enabled, channels, default_channels, locked_channels,
    default_frequency)
  on notify.notification_types to rowbell_user;
grant select on notify.notification_types to rowbell_operator, rowbell_writer;
grant update (app_key, labels, enabled, default_channels, locked_channels, default_frequency, cap_excess,
    attention_channels, fallback_key, dedupe_window, email_template, email_url, max_segments, max_attempts, channel_attempts, expires_after,
    warns_unreachable)
  on notify.notification_types to rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
