create or replace function notify_private.tg_imports__gather() returns trigger
language plpgsql volatile
-- Definer: the gathered rows are nobody's to read or write.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into notify_private.imported_rows (view, content) values (tg_relid::regclass::text, pg_catalog.to_jsonb(new));
  return new;
end
$$;
comment on function notify_private.tg_imports__gather() is
  'Keeps a row that is inserted into a view for imports until the end of the statement.';

-- By row, because a view has no other trigger that takes its rows.
create or replace trigger _500_gather
  instead of insert on notify.import_users
  for each row execute function notify_private.tg_imports__gather();
create or replace trigger _500_gather
  instead of insert on notify.import_events
  for each row execute function notify_private.tg_imports__gather();
