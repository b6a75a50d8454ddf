create or replace function notify_private.verify_emails(user_ids uuid[]) returns setof notify.email_verifications
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with asked as (
    insert into notify.email_verifications (user_id, address, requested_at, expires_at)
    select u.id, lower(u.email), at.now, at.now + interval '24 hours'
    from notify.users as u cross join (select pg_catalog.clock_timestamp() as now) as at
    where u.id = any (user_ids) and u.email is not null and u.email_verified_at is null
    order by u.id
    returning *
  ),
  told as (
    insert into notify.events (type_key, actor_id, subject_type, subject_id)
    select 'email_verification', a.user_id, 'email_verification', a.id from asked as a
  )
  select * from asked;
end
$$;
comment on function notify_private.verify_emails(uuid[]) is
  'Asks the mailboxes of these people whether they are theirs: a row each, and the event '
  'that mails the link. Those without a mailbox, or with a verified one, are left out.';
