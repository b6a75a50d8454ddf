create or replace function notify_private.subjects_of_person(user_id uuid) returns uuid[]
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  subjects uuid[];
  found_ids uuid[];
  declared record;
begin
  subjects := array(
    select e.subject_id from notify.events as e
    where e.subject_id is not null
      and (e.actor_id = user_id or e.id in (select d.event_id from notify.decisions as d where d.recipient_id = user_id))
  );
  for declared in
    select p.table_name, p.column_name
    from notify_private.all_personal_data() as p
    where p.column_name is not null and p.table_name !~ '^notify(_private)?\.'
      and exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = pg_catalog.to_regclass(p.table_name) and a.attname = 'id' and a.atttypid = 'uuid'::regtype
      )
  loop
    execute pg_catalog.format('select array(select r.id from %s as r where r.%I = $1)', declared.table_name::regclass, declared.column_name)
      into found_ids using user_id;
    subjects := subjects || found_ids;
  end loop;
  return array(select distinct s from unnest(subjects) as s);
end
$$;
comment on function notify_private.subjects_of_person(uuid) is
  'What a person had to do with: subjects of events that they caused or were told '
  'of, and rows of packs that name them. Texts about these may name the person.';
