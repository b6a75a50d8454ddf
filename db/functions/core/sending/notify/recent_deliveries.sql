create or replace function notify.recent_deliveries(
  subject_type text default null, subject_id uuid default null, older_than uuid default null, max_rows integer default 50
) returns setof notify.deliveries
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
begin
  if max_rows not between 1 and 100 then
    raise exception 'max_rows: must be from 1 to 100' using errcode = 'RBINV', column = 'max_rows';
  end if;
  if (subject_type is null) <> (subject_id is null) then
    raise exception 'subject_id: must be given with its type' using errcode = 'RBINV', column = 'subject_id';
  end if;
  if subject_id is null then
    return query
    select d.* from notify.deliveries as d
    where older_than is null or d.id < older_than
    order by d.id desc limit max_rows;
  else
    return query
    select d.*
    from notify.events as e
    join notify.decisions as c on c.event_id = e.id
    join notify.deliveries as d on d.notification_id = c.notification_id and d.channel = c.channel
    where e.subject_id = subject_id and e.subject_type = subject_type
      and (older_than is null or d.id < older_than)
    order by d.id desc limit max_rows;
  end if;
end
$$;
comment on function notify.recent_deliveries(text, uuid, uuid, integer) is
  E'@order id desc\n'
  'For operators: the newest deliveries of all or of one subject (an order), at most 100; older_than '
  'is the last id of the page before. Reads as the caller, whose grants let operators alone see all.';
grant execute on function notify.recent_deliveries(text, uuid, uuid, integer) to rowbell_operator;
