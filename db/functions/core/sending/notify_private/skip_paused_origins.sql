create or replace function notify_private.skip_paused_origins(sender_id smallint, provider text,
  taken notify_private.claimable[]) returns notify_private.claimable[]
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  probed text[];
  aside uuid[];
begin
  if not exists (select from notify.provider_origins as o where o.sender_id = sender_id and o.paused_until is not null) then
    return taken;
  end if;
  -- Half open: one message probes; the others of its origin wait until its result is in, or for 5 s if it never comes.
  with ended as (
    select o.origin from notify.provider_origins as o
    where o.sender_id = sender_id and o.paused_until <= at
      and o.origin in (select notify_private.origin_of(provider, t.address) from unnest(taken) as t where t.fate = 'sending')
    -- Those that another claim is about to probe are not waited for.
    for no key update skip locked
  ),
  half_open as (
    update notify.provider_origins as o set paused_until = at + interval '5 seconds'
    from ended where o.sender_id = sender_id and o.origin = ended.origin
    returning o.origin
  )
  select coalesce(array_agg(h.origin), '{}') into probed from half_open as h;
  with postponed as (
    update notify.deliveries as d
    set due_at = least(case when o.paused_until > at then o.paused_until else at + interval '5 seconds' end, d.expires_at)
    from (
      select t.delivery_id, notify_private.origin_of(provider, t.address) as origin,
        -- A person's turn and not a message's: the first in the queue may be the one for whom it hangs, with many more behind it.
        row_number() over (
          partition by notify_private.origin_of(provider, t.address)
          order by hashtextextended(t.recipient_id::text, extract(epoch from at)::bigint), t.n
        ) as n
      from unnest(taken) with ordinality as t (delivery_id, notification_id, attempt, fate, reason, expires_at, address, p256dh, auth,
        registered_at, secret, recipient_id, has_relevance_check, n)
      where t.fate = 'sending'
    ) as t
    join notify.provider_origins as o on o.sender_id = sender_id and o.origin = t.origin and o.paused_until is not null
    where d.id = t.delivery_id and not (t.n = 1 and t.origin = any (probed))
    returning d.id
  )
  select coalesce(array_agg(p.id), '{}') into aside from postponed as p;
  return array(select t from unnest(taken) as t where t.delivery_id <> all (aside));
end
$$;
comment on function notify_private.skip_paused_origins(smallint, text, notify_private.claimable[]) is
  'Of due deliveries about to be claimed: those that may go. Those to an origin that is '
  'paused wait for its end, without using up a try; one of them probes when it has come.';
