create or replace function notify.sms_forms(since date default null, until date default null) returns setof analytics.sms_forms
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select * from analytics.sms_forms as f
  where f.day between coalesce(since, (pg_catalog.now() at time zone 'UTC')::date - 6) and coalesce(until, 'infinity')
  order by f.day desc, f.type_key, f.messages desc, f.form
$$;
comment on function notify.sms_forms(date, date) is
  'For operators: analytics.sms_forms, the last seven days unless told. Reads as the caller.';
grant execute on function notify.sms_forms(date, date) to rowbell_operator;
