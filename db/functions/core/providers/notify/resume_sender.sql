create or replace function notify.resume_sender(
  sender_id smallint, origin text default null, note text default null
) returns notify.senders
language plpgsql volatile
-- Definer: operators may change a sender's rate and nothing else of it. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  resumed notify.senders;
begin
  select * into resumed from notify.senders as s where s.id = resume_sender.sender_id for no key update;
  if not found then
    raise exception 'sender_id: there is no such sender' using errcode = 'RBNFD', column = 'sender_id';
  end if;
  update notify.provider_origins as o set pauses = 0, paused_until = null, pause_reason = null
  where o.sender_id = resume_sender.sender_id and o.origin = coalesce(resume_sender.origin, o.origin);
  if resume_sender.origin is not null then
    if not found then
      raise exception 'origin: nothing is known of such an origin' using errcode = 'RBNFD', column = 'origin';
    end if;
  else
    update notify.senders as s set pauses = 0, paused_until = null, pause_reason = null
    where s.id = resume_sender.sender_id
    returning * into resumed;
  end if;
  perform notify_hidden.note_operator_action('resume_sender', resume_sender.sender_id::text, resume_sender.note,
    pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('origin', resume_sender.origin)));
  return resumed;
end
$$;
comment on function notify.resume_sender(smallint, text, text) is
  'For operators, when the cause is mended: ends the pause of an origin at once, or without one that of the sender '
  'and all its origins. What was kept is due and goes out within a second; what was set aside, when its time has come.';
grant execute on function notify.resume_sender(smallint, text, text) to rowbell_operator;
