-- migrate:up
set local lock_timeout = '5s';

insert into notify.retention_policies (table_name, reason) values
  ('juke.listening_sessions', 'The product''s own data, until the host is erased'),
  ('juke.invites', 'The product''s own data, until host or invitee is erased'),
  ('juke.listeners', 'The product''s own data, until the person is erased'),
  ('juke.onboarding_steps', 'The catalog'),
  ('juke.onboarding_step_texts', 'The catalog'),
  ('juke.onboarding_steps_done', 'The product''s own data, until the person is erased');

insert into notify.retention_policies (table_name, keep, at_least, age_column, reason) values
  ('juke.sessions', '13 months', '30 days', 'ended_at', 'A token of an ended one must not come back while it could be valid'),
  ('juke.listens', '13 months', '14 days', 'listened_at', 'What recaps are made of, a year of them');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
