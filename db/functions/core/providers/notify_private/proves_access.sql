create or replace function notify_private.proves_access(result notify_private.result) returns boolean
-- Without a search_path it is inlined: 500 of them are asked a chunk.
language sql immutable
as $$
  select result.outcome = 'accepted' or result.outcome in ('address', 'message') and result.suspect is not true
    -- Codes in snake case, and nodemailer's E…, are ours: said without asking anybody.
    and coalesce(result.code, '') !~ '^([a-z_]+|E[A-Z]+)$'
$$;
comment on function notify_private.proves_access(notify_private.result) is
  'Whether a result says that the provider knows us: an acceptance, or a refusal '
  'of its own that is the address''s or the message''s fault beyond doubt.';
