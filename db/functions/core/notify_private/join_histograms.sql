create or replace aggregate notify_private.join_histograms(bigint[]) (sfunc = pg_catalog.array_cat, stype = bigint[], initcond = '{}', parallel = safe);
comment on aggregate notify_private.join_histograms(bigint[]) is
  'Histograms one after another: enough for percentiles(), and for them cheaper than merge_histograms().';
