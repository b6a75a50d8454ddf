create or replace function notify_private.enqueue_sending(work notify_private.sending[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  w notify_private.sending;
begin
  foreach w in array work loop
    perform notify_private.wake_workers(w.lane, 'delivery__send', pg_catalog.json_build_object('sender', w.sender_id));
  end loop;
end
$$;
comment on function notify_private.enqueue_sending(notify_private.sending[]) is
  'Has the workers look for what is due, per sender and lane. A look that is '
  'lost costs a tick of the poller, one that is doubled nothing.';
