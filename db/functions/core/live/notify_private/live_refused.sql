create or replace function notify_private.live_refused(people uuid[], sessions text[]) returns table (user_id uuid, session_id text)
language sql stable
-- Definer: as live_items().
security definer set search_path = pg_catalog, pg_temp
as $$
  select a.person, a.session
  from unnest(people, sessions) as a (person, session)
  where exists (select from notify_private.ended_sessions as e where e.user_id = a.person and e.session_id = a.session)
    or exists (
      select from notify.erasures as e
      where e.subject_digest = pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(a.person::text, 'UTF8')), 'hex')
    ) and not exists (select from notify.users as u where u.id = a.person)
$$;
comment on function notify_private.live_refused(uuid[], text[]) is
  'Which of these sessions (null: a token that names none) ended, and whose people were erased: their sockets are closed, '
  'and refused when they come again.';
grant execute on function notify_private.live_refused(uuid[], text[]) to rowbell_live;
