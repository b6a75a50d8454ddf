create or replace function notify_private.tg_activities__forbid_change() returns trigger
language plpgsql volatile
-- Definer: people are looked up for whoever deletes.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    if not exists (select from notify.users as u where u.id = old.user_id) then
      return old;
    end if;
  end if;
  raise exception 'activities are append-only' using errcode = 'RBLCK',
    hint = 'Retention drops whole months; erase_person() deletes those of a person who is gone.';
end
$$;
comment on function notify_private.tg_activities__forbid_change() is
  'Nobody changes or deletes an entry, not even the owner of the table: it goes with '
  'its month (retention drops the partition), or once its person is gone (erasure).';

-- By row, so that every partition has it as well.
create or replace trigger _100_forbid_change
  before update or delete on notify.activities
  for each row execute function notify_private.tg_activities__forbid_change();
create or replace trigger _100_forbid_change_whole
  before truncate on notify.activities
  for each statement execute function notify_private.tg_activities__forbid_change();
-- make_partitions() gives it to months still to come. One that has it is left alone: replacing it locks the table.
do $$
declare
  month regclass;
begin
  for month in
    select i.inhrelid from pg_catalog.pg_inherits as i
    where i.inhparent = 'notify.activities'::regclass
      and not exists (select from pg_catalog.pg_trigger as t where t.tgrelid = i.inhrelid and t.tgname = '_100_forbid_change_whole')
  loop
    execute pg_catalog.format(
      'create or replace trigger _100_forbid_change_whole before truncate on %s '
        'for each statement execute function notify_private.tg_activities__forbid_change()', month);
  end loop;
end
$$;
