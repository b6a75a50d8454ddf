create or replace aggregate notify_private.merge_histograms(bigint[]) (
  sfunc = pg_catalog.array_cat, stype = bigint[], initcond = '{}', finalfunc = notify_private.compact_histogram, parallel = safe
);
comment on aggregate notify_private.merge_histograms(bigint[]) is 'The histogram of all together.';
