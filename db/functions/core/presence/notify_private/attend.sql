create or replace function notify_private.attend(people uuid[], until timestamptz) returns void
language sql volatile
-- Definer: whoever hears that people look has no business in the table. The grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  insert into notify_private.attention as a (user_id, until)
  -- Another process's clock may be wrong, and nobody is away from their phone for longer than a minute by it.
  select u.id, least(attend.until, pg_catalog.clock_timestamp() + interval '1 minute')
  from notify.users as u
  where u.id = any (people)
    -- Where nothing waits for it, nobody's attention is kept.
    and (exists (select from notify.settings as s where s.attention_channels <> '{}')
      or exists (select from notify.notification_types as t where t.attention_channels <> '{}'))
  -- One order for everyone, and nobody waits for somebody being erased.
  order by u.id for key share skip locked
  on conflict (user_id) do update set until = greatest(a.until, excluded.until)
$$;
comment on function notify_private.attend(uuid[], timestamptz) is
  'Notes that these people look at their inbox until an instant, at most a minute from now. Whom nobody knows is passed over; '
  'where no setting and no type waits for it, everybody.';
grant execute on function notify_private.attend(uuid[], timestamptz) to rowbell_live;
