create or replace function notify_private.judge_provider(provider text, results notify_private.result[]) returns timestamptz
language plpgsql volatile set search_path = ''
as $$
#variable_conflict use_variable
declare
  total integer;
  accepted integer;
  suspect integer;
  complaint text;
begin
  select count(*), count(*) filter (where r.outcome = 'accepted'), count(*) filter (where r.suspect),
    min(r.reason) filter (where r.outcome = 'misconfigured')
  into total, accepted, suspect, complaint
  from unnest(results) as r;
  -- One wrong token is a dead phone; most of a chunk is a wrong key or environment, and pruning would empty the table.
  if complaint is null and suspect >= 10 and suspect > total / 2 then
    complaint := 'suspect_rejections';
  end if;
  if complaint is not null then
    return notify_private.pause_provider(provider, complaint);
  end if;
  if accepted > 0 then
    update notify.providers as p set pauses = 0, paused_until = null, pause_reason = null
    where p.provider = provider and p.pauses > 0;
  end if;
  return null;
end
$$;
comment on function notify_private.judge_provider(text, notify_private.result[]) is
  'Pauses a provider that called us misconfigured, or that refuses most addresses of a chunk; returns until when, null while it is fine. An acceptance ends its pause.';
