create or replace view analytics.notification_types with (security_barrier = true) as
  select t.key as type_key, t.pack, t.category, t.priority, t.purpose, t.channels from notify.notification_types as t;
comment on view analytics.notification_types is 'The kinds of notification, to group the metrics by.';
grant select on analytics.notification_types to rowbell_analyst, rowbell_operator;
