create or replace function notify_private.tg_events__claim_key() returns trigger
language plpgsql volatile
-- Definer: the table of keys is nobody's to read.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into notify_private.event_keys (idempotency_key, event_id) values (new.idempotency_key, new.id)
  on conflict (idempotency_key) do nothing;
  -- Skipping the row instead of raising keeps the caller's transaction: a request sent twice is no reason to lose its
  -- business write. A row trigger, because only a before-row trigger can skip; it fires only where a key is given.
  return case when found then new end;
end
$$;
comment on function notify_private.tg_events__claim_key() is 'The same idempotency key again leaves no second event.';

create or replace trigger _100_claim_key
  before insert on notify.events
  for each row when (new.idempotency_key is not null)
  execute function notify_private.tg_events__claim_key();
