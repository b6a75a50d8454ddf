create or replace function notify_private.unsubscribe(
  user_id uuid, type_key text, delivery_id uuid default null, occurred_at timestamptz default null
) returns boolean
language plpgsql volatile
-- Definer: called by the routes of signed links, which may touch no table. The link's signature, checked there, and its
-- grant are the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  has_left boolean := true;
begin
  perform from notify.users as u where u.id = unsubscribe.user_id for no key update;
  if not found then
    return false;
  end if;
  if unsubscribe.type_key in ('daily_digest', 'weekly_digest') then
    insert into notify.preferences as p (user_id, type_key, channel, enabled, source)
    select unsubscribe.user_id, t.key, 'email', false, 'unsubscribe'
    from pg_catalog.jsonb_to_recordset(notify_private.email_preferences(unsubscribe.user_id) -> 'types')
      as t (key text, locked boolean, choice text)
    where not t.locked and t.choice = pg_catalog.split_part(unsubscribe.type_key, '_', 1)
    on conflict (user_id, type_key, channel) do update
      set enabled = false, source = excluded.source, updated_at = pg_catalog.clock_timestamp();
    update notify.category_preferences as p set enabled = false, source = 'unsubscribe', updated_at = pg_catalog.clock_timestamp()
    where p.user_id = unsubscribe.user_id and p.channel = 'email' and p.frequency = pg_catalog.split_part(unsubscribe.type_key, '_', 1);
  elsif unsubscribe.type_key = 'held_digest' then
    -- What this one gathered, and had waited for whatever reason.
    insert into notify.preferences as p (user_id, type_key, channel, enabled, source)
    select distinct unsubscribe.user_id, t.key, 'email', false, 'unsubscribe'
    from notify.deliveries as d
    join notify.notifications as n on n.id = d.notification_id
    join notify.events as e on e.id = n.event_id
    join notify.digest_items as i on i.digest_id = e.subject_id
    join notify.notifications as x on x.id = i.notification_id
    join notify.notification_types as t on t.key = x.type_key
    where d.id = unsubscribe.delivery_id and d.recipient_id = unsubscribe.user_id and n.type_key = 'held_digest'
      and 'email' <> all (t.locked_channels)
    order by t.key
    on conflict (user_id, type_key, channel) do update
      set enabled = false, source = excluded.source, updated_at = pg_catalog.clock_timestamp();
    has_left := found;
  elsif unsubscribe.type_key is not null then
    insert into notify.preferences as p (user_id, type_key, channel, enabled, source)
    select unsubscribe.user_id, t.key, 'email', false, 'unsubscribe'
    from notify.notification_types as t
    where t.key = unsubscribe.type_key and 'email' = any (t.channels) and 'email' <> all (t.locked_channels)
    on conflict (user_id, type_key, channel) do update
      set enabled = false, source = excluded.source, updated_at = pg_catalog.clock_timestamp()
      where p.enabled is distinct from false;
    has_left := exists (
      select from notify.preferences as p
      where p.user_id = unsubscribe.user_id and p.type_key = unsubscribe.type_key and p.channel = 'email' and not p.enabled
    );
  else
    -- All there is and all there will be: what they had chosen, type by type, and the category "all" for the rest.
    update notify.preferences as p set enabled = false, source = 'unsubscribe', updated_at = pg_catalog.clock_timestamp()
    where p.user_id = unsubscribe.user_id and p.channel = 'email' and p.enabled is distinct from false;
    update notify.category_preferences as p set enabled = false, source = 'unsubscribe', updated_at = pg_catalog.clock_timestamp()
    where p.user_id = unsubscribe.user_id and p.channel = 'email' and p.enabled is distinct from false;
    insert into notify.category_preferences (user_id, category, channel, enabled, source)
    values (unsubscribe.user_id, 'all', 'email', false, 'unsubscribe')
    on conflict (user_id, category, channel) do nothing;
  end if;
  -- The person's own word about a mail of theirs; no tracking, so nobody's consent is asked.
  if has_left and exists (
    select from notify.deliveries as d where d.id = unsubscribe.delivery_id and d.recipient_id = unsubscribe.user_id and d.channel = 'email'
  ) then
    perform notify_private.record_receipt(
      unsubscribe.delivery_id, 'unsubscribed', 'client', occurred_at => unsubscribe.occurred_at);
  end if;
  return has_left;
end
$$;
comment on function notify_private.unsubscribe(uuid, text, uuid, timestamptz) is
  'The person wants no more email of this type, of what this digest gathers, or of any (null) that '
  'is not locked, types still to come included. Again is no mistake. delivery_id is the mail whose '
  'link said so, where known; it is noted there, as of occurred_at. False: no such person, or nothing one can leave.';
grant execute on function notify_private.unsubscribe(uuid, text, uuid, timestamptz) to rowbell_http;
