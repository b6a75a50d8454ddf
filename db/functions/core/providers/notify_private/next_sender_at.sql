create or replace function notify_private.next_sender_at(sender notify.senders, at timestamptz) returns timestamptz
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  select least(
    case when (sender).pause_reason = 'slow' then at end,
    pg_catalog.min(case when s.paused_until is null or s.pause_reason = 'slow' then at else greatest(s.paused_until, at) end)
  )
  from notify.senders as s
  where s.provider = (sender).provider and s.app_key = (sender).app_key and s.environment = (sender).environment
    and s.id <> (sender).id and s.configured
$$;
comment on function notify_private.next_sender_at(notify.senders, timestamptz) is
  'When another can carry what a sender cannot, its spares and the one that it is a spare of: from then on, at the earliest now. Null: '
  'there is no other.';
