create or replace function notify.resume_provider(provider text, note text) returns setof notify.senders
language plpgsql volatile
-- Definer: as pause_provider(). Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  resumed smallint[] := array(
    select s.id from notify.senders as s where s.provider = resume_provider.provider order by s.id for no key update
  );
begin
  if pg_catalog.cardinality(resumed) = 0 then
    raise exception 'provider: nothing is sent by it' using errcode = 'RBINV', column = 'provider';
  end if;
  perform notify_private.record_operator_action('resume_provider', resume_provider.provider, resume_provider.note,
    pg_catalog.jsonb_build_object('senders', (
      select pg_catalog.count(*) from notify.senders as s where s.id = any (resumed) and s.paused_until is not null)));
  return query
  update notify.senders as s set pauses = 0, paused_until = null, pause_reason = null
  where s.id = any (resumed)
  returning s.*;
end
$$;
comment on function notify.resume_provider(text, text) is
  'For operators: ends the pauses of all senders of a provider, whoever made them; what was kept goes out within a '
  'second. Pauses of single origins stay: resume_sender(). Answers with its senders.';
grant execute on function notify.resume_provider(text, text) to rowbell_operator;
