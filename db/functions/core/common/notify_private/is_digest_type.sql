-- Without settings of its own, so that it is inlined.
create or replace function notify_private.is_digest_type(type_key text) returns boolean
language sql immutable parallel safe
as $$ select is_digest_type.type_key in ('daily_digest', 'weekly_digest', 'held_digest') $$;
comment on function notify_private.is_digest_type(text) is 'Whether a notification of this type tells what a digest gathered.';
