-- migrate:up
set local lock_timeout = '5s';

alter table notify.events add column expires_after interval
  constraint events_expires_after_is_positive check (expires_after > interval '0');
comment on column notify.events.expires_after is
  'From due_at: after it nothing of this event is delivered, nor kept by a provider for a phone that is off; null: the type''s.';
grant insert (expires_after) on notify.events to rowbell_writer;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
