create or replace view analytics.preferences with (security_barrier = true) as
  select
    c.category, c.type_key, c.channel,
    count(*) as people,
    count(*) filter (where c.enabled is false or c.frequency = 'never') as turned_off,
    count(*) filter (where c.enabled and c.frequency is distinct from 'never') as turned_on,
    count(*) filter (where c.frequency = 'daily') as daily,
    count(*) filter (where c.frequency = 'weekly') as weekly
  from (
    select t.category, p.type_key, p.channel, p.enabled, p.frequency
    from notify.preferences as p join notify.notification_types as t on t.key = p.type_key and p.channel = any (t.channels)
    union all
    select g.category, null, g.channel, g.enabled, g.frequency from notify.category_preferences as g
    where exists (
      select from notify.notification_types as t where g.category in (t.category, 'all') and g.channel = any (t.channels))
  ) as c
  group by 1, 2, 3;
comment on view analytics.preferences is $$
@nullable type_key
What people have chosen for themselves, as it is now, by type and channel and by category and channel. Whoever chose
nothing is not counted: the type's defaults hold for them.
$$;
comment on column analytics.preferences.category is 'The category of the type, or the one that the choice is about; all: every category.';
comment on column analytics.preferences.type_key is 'The type that the choice is about; null: all types of the category.';
comment on column analytics.preferences.channel is 'push, email, sms, voice, in_app or webhook.';
comment on column analytics.preferences.people is 'People who chose something.';
comment on column analytics.preferences.turned_off is 'Of these, those who want none.';
comment on column analytics.preferences.turned_on is 'Of these, those who want them, whatever the default is.';
comment on column analytics.preferences.daily is 'Of these, those who want a daily digest.';
comment on column analytics.preferences.weekly is 'Of these, those who want a weekly digest.';
grant select on analytics.preferences to rowbell_analyst, rowbell_operator;
