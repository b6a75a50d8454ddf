create or replace function notify_private.lock_due_deliveries(
  sender_id smallint, lane text, at timestamptz, wanted integer, among uuid[] default null, but uuid[] default '{}',
  to_spare boolean default false
) returns notify_private.claimable[]
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  named constant uuid[] := pg_catalog.array_sort(among);
begin
  return array(
    select t::notify_private.claimable
    from (
      select
        d.id as delivery_id,
        d.notification_id,
        d.attempt + 1 as attempt,
        case
          when d.expires_at <= at then 'expired'
          when a.value is null then 'canceled'
          when s.reason is not null then 'suppressed'
          else 'sending'
        end as fate,
        case when d.expires_at <= at then 'expired' when a.value is null then 'address_removed' else s.reason end as reason,
        d.expires_at,
        a.value as address,
        v.web_push_p256dh,
        v.web_push_auth,
        v.registered_at,
        w.secrets as webhook_secrets,
        d.recipient_id,
        d.has_relevance_check
      from (
        select * from (
          select * from notify.deliveries as q
          where among is null and q.sender_id = sender_id and q.lane = lane and q.status = 'queued' and q.due_at <= at
            and q.id <> all (but)
            and (not to_spare or not notify_private.may_have_gone(q))
          order by q.due_at
          limit wanted
          for update skip locked
        ) as oldest
        union all
        select * from (
          select * from notify.deliveries as q
          where q.id = any (named) and q.id between named[1] and named[pg_catalog.cardinality(named)]
            and q.sender_id = sender_id and q.lane = lane and q.status = 'queued' and q.due_at <= at
            and (not to_spare or not notify_private.may_have_gone(q))
          for update skip locked
        ) as chosen
      ) as d
      -- The owner is compared: a device that changed hands since planning gets nothing meant for the old one.
      left join lateral (
        select x.token, x.web_push_p256dh, x.web_push_auth, x.registered_at from notify.devices as x
        where d.channel = 'push' and x.id = d.device_id and x.user_id = d.recipient_id and x.deactivated_at is null limit 1
      ) as v on true
      left join lateral (
        select
          x.url,
          -- While a secret is being replaced its receiver may know either.
          array[x.secret] || case when x.previous_secret_expires_at > at then array[x.previous_secret] end as secrets
        from notify.webhook_endpoints as x
        where d.channel = 'webhook' and x.id = d.device_id and x.deactivated_at is null limit 1
      ) as w on true
      -- A mailbox or number stands in the delivery itself; it goes with its person.
      left join lateral (
        select d.address as value from notify.users as x where d.address is not null and x.id = d.recipient_id limit 1
      ) as m on true
      cross join lateral (select coalesce(v.token, w.url, m.value) as value) as a
      -- A STOP or a bounce that came after planning.
      left join lateral (
        select x.reason from notify.suppressions as x
        where x.channel = d.channel and x.address = a.value and (x.expires_at is null or x.expires_at > at) limit 1
      ) as s on true
    ) as t
  );
end
$$;
comment on function notify_private.lock_due_deliveries(smallint, text, timestamptz, integer, uuid[], uuid[], boolean) is
  'Locks deliveries of one sender and lane that are due, the oldest that are not excepted '
  'or those named, and says of each what becomes of it and where it goes as of now. to_spare: a spare carries them, so none that its '
  'sender may have taken.';
