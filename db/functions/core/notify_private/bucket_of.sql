create or replace function notify_private.bucket_of(span interval) returns bigint
language sql immutable strict parallel safe
-- Without settings, so that it is inlined.
as $$
  select case
    when date_part('epoch', span) < 0.001 then 0
    else 1 + floor(8 * ln(date_part('epoch', span) * 1000) / ln(2::double precision))::bigint
  end
$$;
comment on function notify_private.bucket_of(interval) is
  'The bucket of a histogram that a time falls in: 0 below a millisecond, then eight to each doubling. Its middle is at most 4.5 % off (2^(1/16)).';
