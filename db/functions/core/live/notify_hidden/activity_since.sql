create or replace function notify_hidden.activity_since(after text) returns table (cursor text, is_reset boolean, items text)
language sql stable
-- Definer: as inbox_since(), of the caller alone.
security definer set search_path = pg_catalog, pg_temp
as $$
  select s.cursor, s.is_reset, s.items
  from notify_private.live_activities_since(array[notify_hidden.current_user_id()], array[activity_since.after]) as s
$$;
comment on function notify_hidden.activity_since(text) is
  'What came in the caller''s activity since a cursor: a frame of the subscription, for whoever resumes or polls.';
grant execute on function notify_hidden.activity_since(text) to rowbell_user, rowbell_operator;
