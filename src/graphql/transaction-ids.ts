import { TYPES } from 'postgraphile/@dataplan/pg';
import 'postgraphile/graphile-build-pg';

/** Versions of rows are ids of transactions (`xid8`). PostGraphile does not know that type and would complain at each start. */
export const TransactionIdsPlugin: GraphileConfig.Plugin = {
  name: 'RowbellTransactionIdsPlugin',
  version: '1.0.0',
  gather: {
    hooks: {
      pgCodecs_findPgCodec(_info, event) {
        if (event.pgType.typname === 'xid8') event.pgCodec ??= TYPES.text;
      },
    },
  },
};
