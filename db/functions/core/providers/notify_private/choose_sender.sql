create or replace function notify_private.choose_sender(sender_id smallint, worker_id uuid) returns smallint
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  select s.id
  from notify.senders as q
  join notify.senders as s
    on s.provider = q.provider and s.app_key = q.app_key and s.environment = q.environment and s.place >= q.place
  where q.id = choose_sender.sender_id
    and (s.id = q.id or exists (select from notify.workers as w where w.id = choose_sender.worker_id and s.id = any (w.senders)))
    -- A slow one is better than none.
    and (s.paused_until is null or s.paused_until <= pg_catalog.clock_timestamp() or s.pause_reason = 'slow')
  order by coalesce(s.paused_until > pg_catalog.clock_timestamp(), false), s.place
  limit 1
$$;
comment on function notify_private.choose_sender(smallint, uuid) is
  'Who carries what waits for a sender that is or was paused: the first, it or a spare after it, that is not paused and that the worker '
  'has credentials for; one whose pause is over is probed. Where all are paused, the first that is only slow. None: null.';
