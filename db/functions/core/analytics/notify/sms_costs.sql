create or replace function notify.sms_costs(since date default null, until date default null) returns setof analytics.sms_costs
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select * from analytics.sms_costs as c
  where c.day between coalesce(since, (pg_catalog.now() at time zone 'UTC')::date - 6) and coalesce(until, 'infinity')
  order by c.day desc, c.type_key, c.country
$$;
comment on function notify.sms_costs(date, date) is
  'For operators: analytics.sms_costs, the last seven days unless told. Reads as the caller.';
grant execute on function notify.sms_costs(date, date) to rowbell_operator;
