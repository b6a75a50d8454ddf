import type { PgCodec, PgSelectStep } from 'postgraphile/@dataplan/pg';
import { sql } from 'postgraphile/pg-sql2';

export type Ordered = Pick<PgSelectStep, 'alias' | 'orderBy' | 'setOrderIsUnique'>;
type Resource = {
  readonly name: string;
  readonly codec: { readonly attributes?: Readonly<Record<string, { readonly codec: PgCodec }>> };
  readonly uniques: readonly { readonly isPrimary?: boolean; readonly attributes: readonly string[] }[];
  readonly extensions?: { readonly tags?: Readonly<Record<string, unknown>> } | undefined;
};

/** Puts rows in the order that the smart tag `@order` says, or in that of the primary key. Both tell rows apart. */
export function orderRows($rows: Ordered, { name, codec, uniques, extensions }: Resource): void {
  const key = uniques.find(({ isPrimary }) => isPrimary)?.attributes.join();
  const order = extensions?.tags?.order ?? key;
  if (typeof order !== 'string') return;
  for (const item of order.split(',')) {
    const [column = '', direction] = item.trim().split(' ');
    const attribute = codec.attributes?.[column];
    if (!attribute) throw new Error(`@order of ${name} names ${column}, which its rows lack`);
    const fragment = sql`${$rows.alias}.${sql.identifier(column)}`;
    $rows.orderBy({
      fragment,
      codec: attribute.codec,
      direction: direction === 'desc' ? 'DESC' : 'ASC',
      nullable: false,
    });
  }
  $rows.setOrderIsUnique();
}

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
        callback(field, _build, { scope: { isPgFieldConnection, pgFieldResource: resource } }) {
          const { plan } = field;
          if (!isPgFieldConnection || !resource?.parameters || !resource.extensions?.tags?.order || !plan) return field;
          return {
            ...field,
            plan(...args) {
              const $connection = plan.apply(this, args) as unknown as { getSubplan(): Ordered };
              orderRows($connection.getSubplan(), resource);
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
          const isKept = isPgFieldConnection && skips !== undefined;
          // Cursors that count rows lead forwards alone.
          const isKeyed = !resource?.parameters || order !== undefined;
          return { ...args, ...(isKeyed && last && before && { last, before }), ...(offset && isKept && { offset }) };
        },
      },
    },
  },
};
