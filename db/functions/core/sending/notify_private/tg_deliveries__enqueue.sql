create or replace function notify_private.tg_deliveries__enqueue() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  perform notify_private.enqueue_sending(array(
    select s::notify_private.sending
    from (
      select i.sender_id, i.lane from inserted as i where i.status = 'queued' group by i.sender_id, i.lane
    ) as s
  ));
  return null;
end
$$;
comment on function notify_private.tg_deliveries__enqueue() is 'Tells the workers that there is something to send.';

create or replace trigger _900_enqueue
  after insert on notify.deliveries
  referencing new table as inserted
  for each statement execute function notify_private.tg_deliveries__enqueue();
