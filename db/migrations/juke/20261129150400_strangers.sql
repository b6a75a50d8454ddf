-- migrate:up
set local lock_timeout = '5s';

-- An id that nobody has is invited like any other and never answers, so that inviting tells nothing of it.
alter table juke.invites drop constraint if exists invites_invitee_id_fkey;
comment on column juke.invites.invitee_id is 'Who is asked; perhaps nobody, for invite_listeners() answers alike.';
comment on table juke.invites is $$
@foreignKey (invitee_id) references notify.users (id)
Somebody is asked to listen along: once a session and person. Inserting it tells the invitee by push, email and inbox; one that is answered, withdrawn or past its time sends nothing any more.
$$;

insert into notify.limits (key, at_most, per, noun, reason) values
  ('invites_of_strangers_heard', 3, interval '1 day', 'invites from people one has never listened with',
   'However many accounts somebody has; push and mail alike');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
