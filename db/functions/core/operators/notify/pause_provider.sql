create or replace function notify.pause_provider(provider text, until timestamptz, note text) returns setof notify.senders
language plpgsql volatile
-- Definer: operators may change a sender's rate and nothing else of it. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  paused smallint[];
begin
  if pause_provider.until is null or not pause_provider.until between at and at + interval '30 days' then
    raise exception 'until: must lie in the next 30 days' using errcode = 'RBINV', column = 'until';
  end if;
  paused := array(select s.id from notify.senders as s where s.provider = pause_provider.provider order by s.id for no key update);
  if pg_catalog.cardinality(paused) = 0 then
    raise exception 'provider: nothing is sent by it' using errcode = 'RBINV', column = 'provider';
  end if;
  perform notify_private.record_operator_action('pause_provider', pause_provider.provider, pause_provider.note,
    pg_catalog.jsonb_build_object('until', pause_provider.until, 'senders', pg_catalog.cardinality(paused)));
  return query
  update notify.senders as s set pauses = 0, paused_until = pause_provider.until, pause_reason = 'operator', paused_at = at
  where s.id = any (paused)
  returning s.*;
end
$$;
comment on function notify.pause_provider(text, timestamptz, text) is
  'For operators: nothing more is handed to a provider, by any of its senders, until an instant within 30 days; then one message probes. '
  'Nothing is lost meanwhile, except what expires. What workers have already goes out. Answers with its senders.';
grant execute on function notify.pause_provider(text, timestamptz, text) to rowbell_operator;
