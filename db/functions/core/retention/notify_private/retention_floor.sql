create or replace function notify_private.retention_floor(table_name text) returns interval
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select case
    when p.needed is null then p.at_least
    -- History: what may still be sent, and what a key that is still remembered points to.
    else greatest(p.at_least, (select s.retention from notify.settings as s),
      (select max(t.expires_after) from notify.notification_types as t))
  end
  from notify.retention_policies as p where p.table_name = retention_floor.table_name
$$;
comment on function notify_private.retention_floor(text) is
  'The least that a table''s rows are kept, whatever its policy says: for history as long as anything '
  'of it can be sent (expires_after of any type) and as keys are remembered (settings.retention).';
