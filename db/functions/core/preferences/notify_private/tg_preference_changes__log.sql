create or replace function notify_private.tg_preference_changes__log() returns trigger
language plpgsql volatile
-- Definer: nobody may write the record of changes; whoever may change a choice has it noted.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  scope text;
  told text;
  nothing constant text := pg_catalog.format('(select * from %I.%I limit 0)', tg_table_schema, tg_table_name);
begin
  -- A person erased has a statement for each table that refers to them, mostly without rows.
  if tg_op = 'DELETE' then
    if not exists (select from old_rows) then
      return null;
    end if;
  elsif not exists (select from new_rows) then
    return null;
  end if;
  -- What of a row is noted, and as what: expressions over the row r.
  select
    x.scope,
    pg_catalog.format(
      'select %1$s as user_id, %2$s as key, %3$s as channel, %4$s as choice, %5$s '
      'as source, pg_catalog.concat_ws($id$ $id$, %1$s, %2$s, %3$s) as id from ',
      x.user_id, x.key, x.channel, x.choice, x.source)
  into scope, told
  from (values
    ('preferences', 'type', 'r.user_id', 'r.type_key', 'r.channel',
      $choice$ jsonb_build_object('enabled', r.enabled, 'frequency', r.frequency) $choice$, 'r.source'),
    ('category_preferences', 'category', 'r.user_id', 'r.category', 'r.channel',
      $choice$ jsonb_build_object('enabled', r.enabled, 'frequency', r.frequency) $choice$, 'r.source'),
    ('personal_settings', 'personal', 'r.user_id', 'null::text', 'null::text',
      $choice$ to_jsonb(r) - '{user_id,source,updated_at}'::text[] $choice$, 'r.source'),
    ('users', 'user', 'r.id', 'null::text', 'null::text',
      $choice$ jsonb_build_object('time_zone', r.time_zone, 'region', r.region) $choice$, 'null::text'),
    ('notification_types', 'default', 'null::uuid', 'r.key', 'null::text', 'to_jsonb(r)', 'null::text'),
    ('settings', 'settings', 'null::uuid', 'null::text', 'null::text', $choice$ to_jsonb(r) - 'singleton' $choice$, 'null::text')
  ) as x (table_name, scope, user_id, key, channel, choice, source)
  where x.table_name = tg_table_name;
  execute pg_catalog.format(
    $note$
      insert into notify.preference_changes (user_id, scope, key, channel, old, new, source, changed_by)
      select
        coalesce(n.user_id, o.user_id), $1, coalesce(n.key, o.key), coalesce(n.channel, o.channel), o.choice, n.choice,
        coalesce(n.source, notify_private.change_source()), notify_hidden.current_user_id()
      from (%s as r) as o full join (%s as r) as n on n.id = o.id
      where o.choice is distinct from n.choice
        -- Somebody erased takes their record along: nothing is added to it.
        and (o.user_id is null or exists (select from notify.users as u where u.id = o.user_id))
    $note$,
    told || case tg_op when 'INSERT' then nothing else 'old_rows' end,
    told || case tg_op when 'DELETE' then nothing else 'new_rows' end)
  using scope;
  return null;
end
$$;
comment on function notify_private.tg_preference_changes__log() is
  'Keeps every change of a choice, setting or default in notify.preference_changes, whoever makes it and how.';

create or replace trigger _500_log_inserted after insert on notify.preferences referencing new table as new_rows
  for each statement execute function notify_private.tg_preference_changes__log();
create or replace trigger _500_log_updated after update on notify.preferences referencing old table as old_rows new table as new_rows
  for each statement execute function notify_private.tg_preference_changes__log();
create or replace trigger _500_log_deleted after delete on notify.preferences referencing old table as old_rows
  for each statement execute function notify_private.tg_preference_changes__log();

create or replace trigger _500_log_inserted after insert on notify.category_preferences referencing new table as new_rows
  for each statement execute function notify_private.tg_preference_changes__log();
create or replace trigger _500_log_updated after update on notify.category_preferences
  referencing old table as old_rows new table as new_rows
  for each statement execute function notify_private.tg_preference_changes__log();
create or replace trigger _500_log_deleted after delete on notify.category_preferences referencing old table as old_rows
  for each statement execute function notify_private.tg_preference_changes__log();

create or replace trigger _500_log_inserted after insert on notify.personal_settings referencing new table as new_rows
  for each statement execute function notify_private.tg_preference_changes__log();
create or replace trigger _500_log_updated after update on notify.personal_settings referencing old table as old_rows new table as new_rows
  for each statement execute function notify_private.tg_preference_changes__log();
create or replace trigger _500_log_deleted after delete on notify.personal_settings referencing old table as old_rows
  for each statement execute function notify_private.tg_preference_changes__log();

create or replace trigger _500_log_updated after update on notify.users referencing old table as old_rows new table as new_rows
  for each statement execute function notify_private.tg_preference_changes__log();

create or replace trigger _500_log_inserted after insert on notify.notification_types referencing new table as new_rows
  for each statement execute function notify_private.tg_preference_changes__log();
create or replace trigger _500_log_updated after update on notify.notification_types
  referencing old table as old_rows new table as new_rows
  for each statement execute function notify_private.tg_preference_changes__log();
create or replace trigger _500_log_deleted after delete on notify.notification_types referencing old table as old_rows
  for each statement execute function notify_private.tg_preference_changes__log();

create or replace trigger _500_log_updated after update on notify.settings referencing old table as old_rows new table as new_rows
  for each statement execute function notify_private.tg_preference_changes__log();
