create or replace function accounts_private.verification_title(kind text, status text, locale text) returns text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select case
    when k.name is null then t.title
    when pg_catalog.split_part(verification_title.locale, '-', 1) = 'fr'
      then pg_catalog.regexp_replace(t.title, '^Vérification', 'Vérification ' || k.name)
    else upper(left(k.name, 1)) || pg_catalog.substr(k.name, 2) || ' ' || lower(left(t.title, 1)) || pg_catalog.substr(t.title, 2)
  end
  from (
    select
      accounts_private.named('verification_kind', verification_title.kind, verification_title.locale) as name
  ) as k
  cross join (
    select accounts_private.activity_title('verification_' || verification_title.status, verification_title.locale) as title
  ) as t
$$;
comment on function accounts_private.verification_title(text, text, text) is
  'The title of a verification''s activity, with its kind: "Document verification begun".';
