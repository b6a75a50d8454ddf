-- migrate:up
set local lock_timeout = '5s';

-- Locked: what goes into a digest is chosen type by type, and a digest switched off would lose what it gathered.
insert into notify.notification_types
  (key, pack, category, channels, default_channels, locked_channels, cap_excess, audience, data_template, thread_template, sound, urgency)
values
  ('daily_digest', 'core', 'digests', '{push,email}', '{push,email}', '{push,email}', 'defer',
   'notify_private.digest_audience', '{"digestId": "{DigestId}"}', 'digest', 'default', 'normal'),
  ('weekly_digest', 'core', 'digests', '{push,email}', '{push,email}', '{push,email}', 'defer',
   'notify_private.digest_audience', '{"digestId": "{DigestId}"}', 'digest', 'default', 'normal');
-- squawk-ignore constraint-missing-not-valid
alter table notify.notification_types add constraint notification_types_digests_are_never_gathered check (
  key not in ('daily_digest', 'weekly_digest')
  -- Nor switched off: what was gathered would then never be told.
  or enabled and locked_channels = channels and default_frequency = 'instant' and cap_excess <> 'digest'
);

alter table notify.digests add column close_error text;
comment on column notify.digests.close_error is 'Why it could not be closed (SQLSTATE and message of a type''s function); due_at says when it is tried again.';

-- A variant for each number that a language tells apart: en and fr know one and more than one.
insert into notify.notification_copies (type_key, locale, variant, title, body)
select c.type_key, c.locale, v.variant, case when v.variant like '%one' then c.one else c.other end,
  case v.variant when 'push_more' then c.more when 'email_one' then '{Items}' when 'email_other' then '{Items}' else '{Titles}' end
from (
  values
    ('daily_digest', 'en', 'Your day: {Count} update', 'Your day: {Count} updates', E'{Titles}\n…and {More} more'),
    ('weekly_digest', 'en', 'Your week: {Count} update', 'Your week: {Count} updates', E'{Titles}\n…and {More} more'),
    ('daily_digest', 'fr', E'Votre journée\u00a0: {Count} nouveauté', E'Votre journée\u00a0: {Count} nouveautés', E'{Titles}\n…et {More} autres'),
    ('weekly_digest', 'fr', E'Votre semaine\u00a0: {Count} nouveauté', E'Votre semaine\u00a0: {Count} nouveautés', E'{Titles}\n…et {More} autres')
) as c (type_key, locale, one, other, more)
cross join (values ('push_one'), ('push_other'), ('push_more'), ('email_one'), ('email_other')) as v (variant);

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
