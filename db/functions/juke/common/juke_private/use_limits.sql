-- SE-5: what a person writes uses up a limit of theirs, whichever function they come by.
-- Triggers alone, so that no way in is forgotten; their function is the core's.
create or replace trigger _200_use_limit
  after insert on juke.listening_sessions referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('listening_sessions');
create or replace trigger _200_use_limit
  after insert on juke.invites referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('listening_invites');
