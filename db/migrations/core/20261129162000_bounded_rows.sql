-- migrate:up
set local lock_timeout = '5s';

insert into notify.limits (key, at_most, per, noun, reason) values
  ('consents', 100, interval '1 day', 'records of consent', 'Each stays on record. A withdrawal of what was granted is never refused, nor counted'),
  ('preference_changes', 1000, interval '1 day', 'changes of preferences', 'Each stays on record, one a type and channel. Switching off is never refused, nor counted'),
  ('undo_records', 20, null, 'changes that can be undone', 'Each holds the ids of all that it changed, for ten minutes; the oldest goes when one more comes');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
