create or replace function notify_private.email_template(name text) returns table (html text, texts json, digest text)
language sql stable
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$ select t.html, t.texts, t.digest from notify_private.email_templates as t where t.name = email_template.name $$;
comment on function notify_private.email_template(text) is
  'A mail template as it is now, for workers that have another one, or none, of its name.';
grant execute on function notify_private.email_template(text) to rowbell_worker;
