create or replace function notify_hidden.is_inbox_filter(filter notify.inbox_filter) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  wrong constant text[] := case
    when greatest(cardinality(filter.categories), cardinality(filter.types), cardinality(filter.places)) > 100
      then array['filter', 'at most 100 values in a list']
    when exists (select from unnest(filter.places) as p where p is null or p not in ('inbox', 'snoozed', 'archived'))
      then array['places', 'must be inbox, snoozed or archived']
    when filter.since > filter.until then array['since', 'must not be after until']
    when length(filter.search) > 200 then array['search', 'at most 200 characters']
    when exists (select from unnest(filter.types) as k where not exists (select from notify.notification_types as t where t.key = k))
      then array['types', 'there is no such notification type']
    when exists (select from unnest(filter.categories) as c
      where not exists (select from notify.notification_types as t where t.category = c))
      then array['categories', 'there is no such category']
    when not exists (select from notify.apps as a where a.key = coalesce(filter.app, 'default')) then array['app', 'there is no such app']
  end;
begin
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
  return true;
end
$$;
comment on function notify_hidden.is_inbox_filter(notify.inbox_filter) is
  'Refuses a filter that cannot be meant (RBINV, in words that begin with the field); else true.';
grant execute on function notify_hidden.is_inbox_filter(notify.inbox_filter) to rowbell_user, rowbell_operator;
