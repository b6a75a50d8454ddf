create or replace function notify_private.tg_suppressions__log() returns trigger
language plpgsql volatile
-- Definer: nobody may write the record; whoever may change the list has it noted.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  source constant text := case
    when pg_catalog.current_setting('role') = 'rowbell_operator' then 'operator'
    when pg_catalog.current_setting('role') in ('rowbell_http', 'rowbell_worker') or session_user = 'rowbell_worker' then 'provider'
    else 'service'
  end;
  changed_by constant uuid := notify_hidden.current_user_id();
begin
  if tg_op = 'INSERT' then
    insert into notify.suppression_changes (channel, address, change, reason, expires_at, note, source, changed_by)
    select n.channel, n.address, 'added', n.reason, n.expires_at, n.note, source, changed_by from new_rows as n;
  elsif tg_op = 'UPDATE' then
    insert into notify.suppression_changes (channel, address, change, reason, expires_at, note, source, changed_by)
    select n.channel, n.address, 'changed', n.reason, n.expires_at, n.note, source, changed_by
    from new_rows as n join old_rows as o on o.id = n.id
    where (o.reason, o.expires_at, o.note) is distinct from (n.reason, n.expires_at, n.note);
  else
    insert into notify.suppression_changes (channel, address, change, reason, expires_at, note, source, changed_by)
    select
      o.channel, o.address, 'removed', o.reason, o.expires_at, nullif(pg_catalog.current_setting('rowbell.suppression_note', true), ''),
      source, changed_by
    from old_rows as o;
  end if;
  return null;
end
$$;
comment on function notify_private.tg_suppressions__log() is
  'Keeps whatever happens to the suppression list in notify.suppression_changes, whoever does it.';

create or replace trigger _500_log_inserted after insert on notify.suppressions referencing new table as new_rows
  for each statement execute function notify_private.tg_suppressions__log();
create or replace trigger _500_log_updated after update on notify.suppressions referencing old table as old_rows new table as new_rows
  for each statement execute function notify_private.tg_suppressions__log();
create or replace trigger _500_log_deleted after delete on notify.suppressions referencing old table as old_rows
  for each statement execute function notify_private.tg_suppressions__log();
