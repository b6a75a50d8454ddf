create or replace function notify_private.wrong_announcement_texts(texts notify.announcement_text[], has_link boolean) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select case
    when texts is null or pg_catalog.cardinality(texts) not between 1 and 20 then 'must be given in 1 to 20 languages'
    when exists (select from unnest(texts) as t where t.language is null or t.language !~ '^[a-z]{2,3}(-[A-Z]{2})?$')
      then 'a language is its code, such as en, fr or pt-BR'
    when (select pg_catalog.count(distinct t.language) from unnest(texts) as t) < pg_catalog.cardinality(texts)
      then 'each language may be given once'
    when 'en' <> all (array(select t.language from unnest(texts) as t)) then 'English (en) must be among the languages'
    when exists (select from unnest(texts) as t where t.title is null or t.title !~ '\S' or length(t.title) > 120)
      then 'a title has 1 to 120 characters'
    when exists (select from unnest(texts) as t where t.body is null or t.body !~ '\S' or length(t.body) > 1000)
      then 'a body has 1 to 1 000 characters'
    when exists (select from unnest(texts) as t where (t.action is not null) <> has_link)
      then 'each language has the title of the link where there is one, and only then'
    when exists (select from unnest(texts) as t where t.action !~ '\S' or length(t.action) > 40)
      then 'the title of the link has 1 to 40 characters'
  end
$$;
comment on function notify_private.wrong_announcement_texts(notify.announcement_text[], boolean) is
  'What is wrong with the texts of an announcement, null where nothing is.';
