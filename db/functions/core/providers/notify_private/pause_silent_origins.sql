create or replace function notify_private.pause_silent_origins(sender_id smallint, origins text[]) returns void
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  provider constant text := (select s.provider from notify.senders as s where s.id = sender_id);
begin
  -- One after the other, so that many workers that say the same at once lengthen no pause.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('pause_silent_origins ' || sender_id, 0));
  perform notify_private.pause_origin(sender_id, s.origin, 'silent')
  from (select distinct notify_private.origin_of(provider, o.origin) as origin from unnest(origins) as o (origin) order by origin) as s
  where s.origin is not null and not exists (
    select from notify.provider_origins as o
    where o.sender_id = sender_id and o.origin = s.origin
      -- It has answered somebody else just now, or another worker said the same.
      and (o.accepted_at > clock_timestamp() - interval '10 seconds' or o.paused_until > clock_timestamp() + interval '2 seconds')
  );
end
$$;
comment on function notify_private.pause_silent_origins(smallint, text[]) is
  'Sets push services and webhook hosts aside that did not answer a '
  'worker, for all workers; not one that has accepted something meanwhile.';
grant execute on function notify_private.pause_silent_origins(smallint, text[]) to rowbell_worker;
