create or replace function notify.my_preferences() returns setof notify.effective_preference
language sql stable set search_path = ''
as $$
  select row(
    t.key, t.pack, t.category, c.channel, coalesce(p.enabled, c.channel = any (t.default_channels)),
    case when p.enabled is null then 'default' else 'own' end
  )::notify.effective_preference
  from notify.notification_types as t
  cross join unnest(t.channels) as c (channel)
  left join notify.preferences as p
    on p.user_id = (select notify_hidden.current_user_id()) and p.type_key = t.key and p.channel = c.channel
  where t.enabled
  order by t.pack, t.category, t.key, c.channel
$$;
comment on function notify.my_preferences() is
  'For each type and channel in use: whether the caller gets it, and whether that is their own choice or the default.';
grant execute on function notify.my_preferences() to rowbell_user;
