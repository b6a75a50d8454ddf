create or replace function notify_hidden.inbox_since(after text)
  returns table (cursor text, is_reset boolean, items text, removed uuid[], unread integer, returns_at text)
language sql stable
-- Definer: what the caller deleted is told, too, by its id. Of the caller alone.
security definer set search_path = pg_catalog, pg_temp
as $$
  select s.cursor, s.is_reset, s.items, s.removed, s.unread, s.returns_at
  from notify_private.live_since(array[notify_hidden.current_user_id()], array[inbox_since.after]) as s
$$;
comment on function notify_hidden.inbox_since(text) is
  'What changed in the caller''s inbox since a cursor: a frame of the subscription, for whoever resumes or polls.';
grant execute on function notify_hidden.inbox_since(text) to rowbell_user, rowbell_operator;
