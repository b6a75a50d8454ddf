create or replace function notify_private.refuse_limit(bound notify.limits, until timestamptz default null) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'at most % % %', bound.at_most, bound.noun, case
      when bound.per is null then 'at a time'
      when bound.per = interval '1 day' then 'a day'
      when bound.per = interval '1 hour' then 'an hour'
      when bound.per = interval '1 minute' then 'a minute'
      else 'in ' || bound.per
    end
    using errcode = 'RBLIM', constraint = bound.key,
      detail = coalesce(ceil(extract(epoch from until - clock_timestamp()))::text, '');
end
$$;
comment on function notify_private.refuse_limit(notify.limits, timestamptz) is
  'Raises RBLIM for a limit: in words, its key as the error''s constraint name, '
  'and as its detail in how many seconds there is room again, where that is known.';
