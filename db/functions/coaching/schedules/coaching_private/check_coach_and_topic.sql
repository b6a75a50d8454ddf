create or replace function coaching_private.check_coach_and_topic(coach_id uuid, topic_key text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from coaching.coaches as c where c.id = check_coach_and_topic.coach_id) then
    raise exception 'coach_id: there is no such coach' using errcode = 'RBNFD', column = 'coach_id';
  end if;
  if not exists (select from coaching.topics as t where t.key = check_coach_and_topic.topic_key) then
    raise exception 'topic_key: there is no such topic' using errcode = 'RBNFD', column = 'topic_key';
  end if;
end
$$;
comment on function coaching_private.check_coach_and_topic(uuid, text) is 'Raises RBNFD unless both exist.';
