create or replace function notify_private.judge_provider(provider text, results notify_private.result[]) returns timestamptz
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  in_doubt boolean := exists (
    select from notify.providers as p where p.provider = provider and p.pause_reason = 'suspect_rejections'
  );
  total integer;
  accepted integer;
  believed integer;
  suspect integer;
  complaint text;
begin
  select count(*), count(*) filter (where r.outcome = 'accepted'),
    count(*) filter (where r.outcome in ('address', 'message') and r.suspect is not true),
    count(*) filter (where r.suspect),
    min(r.reason) filter (where r.outcome = 'misconfigured')
  into total, accepted, believed, suspect, complaint
  from unnest(results) as r;
  -- One wrong token is a dead phone; most of a chunk is a wrong key or environment, and pruning would empty the table.
  -- A chunk of one probes a provider that is in doubt: it says no more than the chunk before, and would lose a phone each time.
  if complaint is null and (suspect >= 10 and suspect > total / 2 or in_doubt and suspect > 0 and accepted = 0) then
    complaint := 'suspect_rejections';
  end if;
  if complaint is not null then
    return notify_private.pause_provider(provider, complaint);
  end if;
  -- A refusal that is the address's or the message's fault proves as much as an acceptance: we were let in.
  if accepted > 0 or believed > 0 then
    update notify.providers as p set pauses = 0, paused_until = null, pause_reason = null
    where p.provider = provider and p.pauses > 0;
  end if;
  return null;
end
$$;
comment on function notify_private.judge_provider(text, notify_private.result[]) is
  'Pauses a provider that called us misconfigured, or that refuses most addresses of a chunk; returns until when, null while it is fine. An acceptance, or a refusal of the message alone, ends its pause.';
