create or replace function notify_private.is_paused_by_operator(sender notify.senders) returns boolean
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  select coalesce(sender.pause_reason = 'operator' and sender.paused_until > clock_timestamp(), false)
$$;
comment on function notify_private.is_paused_by_operator(notify.senders) is
  'Whether an operator paused a sender and that time is not over: no answer of its provider ends such a pause.';
