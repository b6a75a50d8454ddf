import type { PgSelectStep } from 'postgraphile/@dataplan/pg';

type Ordered = Pick<PgSelectStep, 'alias' | 'orderBy' | 'setOrderIsUnique'>;

/**
 * The order is not taken for unique, so PostGraphile lets the key follow. The query is a step where the order stands in the document
 * and a plain object where a variable has it; so what is called of it is passed on by name.
 */
const followedByKey = (apply: (query: object) => void) => (query: Ordered) =>
  apply({
    orderBy: (order: Parameters<Ordered['orderBy']>[0]) => query.orderBy(order),
    setOrderIsUnique() {},
  });

/**
 * Every connection is paged by the keys of its rows, so that whatever comes in meanwhile moves none of them.
 *
 * Tables: orders are by columns that have a value in each row, and end in the key of the table. PostGraphile takes a column for
 * unique because a key of several begins with it, and loses rows where a column is null.
 *
 * Functions: the smart tag `@order id desc` says by which columns their rows are in order and told apart; without it PostGraphile
 * counts rows, and goes forwards alone. `@offset` lets clients skip rows as well.
 */
export const OrdersPlugin: GraphileConfig.Plugin = {
  name: 'RowbellOrdersPlugin',
  version: '1.0.0',
  after: ['PgOrderAllAttributesPlugin', 'PgFirstLastBeforeAfterArgsPlugin', 'PgCustomTypeFieldPlugin'],
  schema: {
    entityBehavior: {
      pgResource: {
        // Functions go forwards alone unless told.
        override: (behavior, { parameters, extensions }) =>
          parameters && extensions?.tags?.order ? [behavior, 'resource:connection:backwards'] : behavior,
      },
    },
    hooks: {
      GraphQLEnumType_values: {
        after: ['PgOrderAllAttributesPlugin'],
        callback(values, { inflection }, { scope: { isPgRowSortEnum, pgCodec: codec } }) {
          if (!isPgRowSortEnum || !codec?.attributes) return values;
          const changed = { ...values };
          for (const [attributeName, { notNull }] of Object.entries(codec.attributes)) {
            for (const variant of ['asc', 'desc'] as const) {
              const name = inflection.orderByAttributeEnum({ codec: codec as never, attributeName, variant });
              const apply = changed[name]?.extensions?.grafast?.apply as ((query: object) => void) | undefined;
              if (!apply) continue;
              if (notNull)
                changed[name] = { ...changed[name], extensions: { grafast: { apply: followedByKey(apply) } } };
              else delete changed[name];
            }
          }
          return changed;
        },
      },
      GraphQLObjectType_fields_field: {
        after: ['PgCustomTypeFieldPlugin'],
        callback(field, { sql }, { scope: { isPgFieldConnection, pgFieldResource: resource } }) {
          const order = resource?.parameters && resource.extensions?.tags?.order;
          if (!isPgFieldConnection || typeof order !== 'string' || !field.plan) return field;
          const columns = order.split(',').map((item) => {
            const [name = '', direction] = item.trim().split(' ');
            const codec = resource?.codec.attributes?.[name]?.codec;
            if (!codec) throw new Error(`@order of ${resource?.name} names ${name}, which its rows lack`);
            return { name, codec, direction: direction === 'desc' ? ('DESC' as const) : ('ASC' as const) };
          });
          const { plan } = field;
          return {
            ...field,
            plan(...args) {
              const $connection = plan.apply(this, args) as unknown as { getSubplan(): Ordered };
              const $rows = $connection.getSubplan();
              for (const { name, codec, direction } of columns) {
                const fragment = sql`${$rows.alias}.${sql.identifier(name)}`;
                $rows.orderBy({ fragment, codec, direction, nullable: false });
              }
              $rows.setOrderIsUnique();
              return $connection as never;
            },
          };
        },
      },
      GraphQLObjectType_fields_field_args: {
        after: ['PgFirstLastBeforeAfterArgsPlugin'],
        callback(
          { offset, last, before, ...args },
          _build,
          { scope: { isPgFieldConnection, pgFieldResource: resource } },
        ) {
          const { order, offset: skips } = resource?.extensions?.tags ?? {};
          const isKept = !isPgFieldConnection || skips !== undefined;
          // Cursors that count rows lead forwards alone.
          const isKeyed = !resource?.parameters || order !== undefined;
          return { ...args, ...(isKeyed && last && before && { last, before }), ...(offset && isKept && { offset }) };
        },
      },
    },
  },
};
