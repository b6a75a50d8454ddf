create or replace view analytics.notification_types with (security_barrier = true) as
  select t.key as type_key, t.pack, t.category, t.priority, t.purpose, t.channels from notify.notification_types as t;
comment on view analytics.notification_types is 'The kinds of notification, to group the metrics by.';
comment on column analytics.notification_types.type_key is 'The key by which the other views name it.';
comment on column analytics.notification_types.pack is 'The product that it belongs to.';
comment on column analytics.notification_types.category is 'The group of types that it belongs to.';
comment on column analytics.notification_types.priority is 'P0: at once, whatever the hour; P1: rules may hold it back.';
comment on column analytics.notification_types.purpose is 'transactional, or promotional, which needs a consent in some regions.';
comment on column analytics.notification_types.channels is 'The channels that it can be told on.';
grant select on analytics.notification_types to rowbell_analyst, rowbell_operator;
