create or replace function notify.set_category_preference(
  category text, channel text default null, enabled boolean default null, frequency text default null
) returns setof notify.effective_preference
language plpgsql volatile
-- Definer: there is no insert grant; this writes the caller's own choice about a category that exists.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  used text[];
  free text[];
  targets text[];
  refused text;
begin
  select
    array_agg(distinct c.channel order by c.channel),
    array_agg(distinct c.channel order by c.channel) filter (where c.channel <> all (t.locked_channels))
  into used, free
  from notify.notification_types as t cross join unnest(t.channels) as c (channel)
  where t.category = set_category_preference.category and t.enabled;
  if used is null then
    raise exception 'category: there is no such category' using errcode = 'RBNFD', column = 'category';
  end if;
  perform notify_private.check_preference(
    used, set_category_preference.channel, set_category_preference.enabled, set_category_preference.frequency);
  -- What is said of all channels is said of those, too, that types of this category begin to use later.
  targets := case when set_category_preference.channel is null then notify_private.all_channels()
    else array[set_category_preference.channel] end;
  -- One type that is not locked is reason enough: the locked ones stay as they are. Without any it would change nothing.
  if not targets && coalesce(free, '{}')
    and (set_category_preference.enabled is false or set_category_preference.frequency <> 'instant') then
    refused := case when set_category_preference.enabled is false then 'enabled' else 'frequency' end;
    raise exception '%: nothing of this category can be switched off or slowed down there', refused
      using errcode = 'RBLCK', column = refused;
  end if;
  -- People before what belongs to them, as the engine locks.
  perform from notify.users as u where u.id = me for no key update;
  insert into notify.category_preferences as p (user_id, category, channel, enabled, frequency, source)
  select me, set_category_preference.category, c.channel, set_category_preference.enabled, x.frequency, notify_private.change_source()
  from unnest(targets) as c (channel)
  cross join lateral (
    select case
      when set_category_preference.frequency in ('instant', 'never') or c.channel in ('push', 'email')
        then set_category_preference.frequency
    end as frequency
  ) as x
  where num_nonnulls(set_category_preference.enabled, x.frequency) > 0
  on conflict (user_id, category, channel) do update set
    enabled = coalesce(excluded.enabled, p.enabled), frequency = coalesce(excluded.frequency, p.frequency),
    source = excluded.source, updated_at = pg_catalog.clock_timestamp();
  return query
  select p.* from notify_private.effective_preferences(me, null) as p
  where p.category = set_category_preference.category and p.channel = any (targets);
end
$$;
comment on function notify.set_category_preference(text, text, boolean, text) is
  'The caller''s choice for all types of a category, on a channel or (without one) on all, those to come included: enabled, '
  'frequency or both; what is not given stays as it is. Their own choice for a type goes before it, and what '
  'operators locked stays on. Answers with what holds now.';
grant execute on function notify.set_category_preference(text, text, boolean, text) to rowbell_user;
