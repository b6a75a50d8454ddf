create or replace view analytics.daily_preference_changes with (security_barrier = true) as
  select
    (c.changed_at at time zone 'UTC')::date as day,
    case c.scope when 'type' then c.key end as type_key,
    case c.scope when 'category' then c.key else t.category end as category,
    c.channel, c.source,
    count(*) filter (where w.off and not w.was_off) as turned_off,
    count(*) filter (where not w.off and w.was_off) as turned_on,
    count(*) as changes
  from notify.preference_changes as c
  left join notify.notification_types as t on c.scope = 'type' and t.key = c.key
  cross join lateral (
    select
      coalesce(c.new ->> 'enabled' = 'false' or c.new ->> 'frequency' = 'never', false) as off,
      coalesce(c.old ->> 'enabled' = 'false' or c.old ->> 'frequency' = 'never', false) as was_off
  ) as w
  where c.scope in ('type', 'category')
  group by 1, 2, 3, 4, 5;
comment on view analytics.daily_preference_changes is $$
@nullable type_key category
How people changed their choices on a day (UTC), by type or category, channel and way: in the app, or by the link of a
mail. 13 months.
$$;
comment on column analytics.daily_preference_changes.day is 'The day (UTC) of the change.';
comment on column analytics.daily_preference_changes.type_key is 'The type that the choice is about; null: all types of the category.';
comment on column analytics.daily_preference_changes.category is
  'The category of the type, or the one that the choice is about; null: the type is gone.';
comment on column analytics.daily_preference_changes.channel is 'push, email, sms, voice, in_app or webhook.';
comment on column analytics.daily_preference_changes.source is 'person, operator, service, or unsubscribe: the link of a mail.';
comment on column analytics.daily_preference_changes.turned_off is
  'Changes after which the person wants none, and before which they did not say so.';
comment on column analytics.daily_preference_changes.turned_on is 'Changes that took such a word back.';
comment on column analytics.daily_preference_changes.changes is 'All changes, those of the frequency included.';
grant select on analytics.daily_preference_changes to rowbell_analyst, rowbell_operator;
