create or replace function accounts_private.verification_title(kind text, status text, locale text) returns text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select upper(left(t.title, 1)) || pg_catalog.substr(t.title, 2)
  from (select accounts_private.named('verification_kind', verification_title.kind, verification_title.locale) as name) as k
  cross join lateral (
    select pg_catalog.replace(
      accounts_private.activity_title(
        'verification_' || verification_title.status || case when k.name is not null then '_of_kind' else '' end,
        verification_title.locale),
      '{Kind}', coalesce(k.name, '')) as title
  ) as t
$$;
comment on function accounts_private.verification_title(text, text, text) is
  'The title of a verification''s activity, with its kind: "Document verification begun".';
