create or replace function notify_private.leave_out_known(taken notify_private.claimable[], channel text, at timestamptz)
returns notify_private.claimable[]
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  -- What goes out at once nobody can have been done with: only what is tried again, or was in a line, is asked about.
  waited constant uuid[] := array(
    select distinct t.notification_id from unnest(taken) as t
    where t.fate = 'sending'
      and (t.attempt > 1 or pg_catalog.uuid_extract_timestamp(t.delivery_id) < at - interval '30 seconds')
    order by 1
  );
  -- Why, by notification.
  known jsonb;
  ended record;
begin
  if pg_catalog.cardinality(waited) = 0 then
    return taken;
  end if;
  known := (
    select pg_catalog.jsonb_object_agg(n.id, r.reason)
    from unnest(waited) as w (id)
    cross join notify.settings as s
    cross join lateral (
      select x.id, x.priority, x.deleted_at from notify.notifications as x
      where x.id = w.id and x.id between waited[1] and waited[pg_catalog.cardinality(waited)]
        and coalesce(x.deleted_at, x.read_at, x.clicked_at, x.archived_at) is not null
      limit 1
    ) as n
    cross join lateral (
      select case
        when n.deleted_at is not null and s.leave_out_deleted then 'deleted'
        when n.priority <> 'P0' and channel = any (s.read_ends_channels) then 'seen'
      end as reason
    ) as r
    where r.reason is not null
  );
  if known is null then
    return taken;
  end if;
  for ended in
    select t.ordinality, known ->> t.notification_id::text as reason
    from unnest(taken) with ordinality as t where t.fate = 'sending' and known ? t.notification_id::text
  loop
    taken[ended.ordinality].fate := 'canceled';
    taken[ended.ordinality].reason := ended.reason;
  end loop;
  return taken;
end
$$;
comment on function notify_private.leave_out_known(notify_private.claimable[], text, timestamptz) is
  'Of due deliveries about to be claimed, what waited for another try or in a line is canceled where its person deleted it in their inbox '
  'meanwhile, or read it and the settings say so.';
