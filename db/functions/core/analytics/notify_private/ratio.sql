create or replace function notify_private.ratio(part bigint, whole bigint) returns double precision
language sql immutable parallel safe
-- Without settings, so that it is inlined.
as $$ select pg_catalog.round(part::numeric / nullif(whole, 0), 4)::double precision $$;
comment on function notify_private.ratio(bigint, bigint) is 'A share from 0 to 1, to four places; null of nothing.';
grant execute on function notify_private.ratio(bigint, bigint) to rowbell_analyst, rowbell_operator;
