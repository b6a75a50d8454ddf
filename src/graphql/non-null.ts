import {
  GraphQLList,
  GraphQLNonNull,
  type GraphQLOutputType,
  type GraphQLType,
  isListType,
  isNonNullType,
} from 'postgraphile/graphql';

/** What is asked of PostgreSQL's catalog here; PostGraphile's own types say the same in four pages. */
type Tags = Record<string, unknown>;
type Tagged = { getTags(): Tags };
type Attribute = Tagged & {
  readonly attname: string;
  getClass(): (Tagged & { readonly relkind: string; getType(): Tagged | undefined }) | undefined;
};

type Scope = Partial<
  Record<
    'isRootQuery' | 'isRootMutation' | 'isPgFieldConnection' | 'isPgFieldSimpleCollection' | 'isConnectionEdgeType',
    boolean
  > & {
    fieldName: string;
  }
>;

/** The names after each smart tag `@nullable`, of a view or composite type. */
const namesIn = (tag: unknown): readonly string[] =>
  [tag].flat().flatMap((line) => (typeof line === 'string' ? line.split(/\s+/) : []));

/** Lists have no holes: neither those that are answered nor those that are given. */
function withoutHoles<T extends GraphQLType>(type: T): T {
  if (isNonNullType(type)) return new GraphQLNonNull(withoutHoles(type.ofType)) as T;
  if (!isListType(type)) return type;
  return new GraphQLList(isNonNullType(type.ofType) ? type.ofType : new GraphQLNonNull(type.ofType)) as T;
}

const required = (type: GraphQLOutputType): GraphQLOutputType =>
  isNonNullType(type) ? type : new GraphQLNonNull(type);

/**
 * PostgreSQL says of a table's column whether it may be null, and nothing of the columns of views and composite types and of what
 * functions return. These are never null, unless the comment's smart tag `@nullable` says so: it names the columns; alone it
 * means all of them, or what a function answers. Nor are connections and lists at the root, payloads, cursors, and elements of lists.
 */
export const NonNullPlugin: GraphileConfig.Plugin = {
  name: 'RowbellNonNullPlugin',
  version: '1.0.0',
  // These read the tags when they hear of a function or column.
  before: ['PgProceduresPlugin', 'PgCodecsPlugin'],
  gather: {
    hooks: {
      pgIntrospection_attribute(_info, { entity }) {
        const attribute = entity as unknown as Attribute;
        const parent = attribute.getClass();
        if (!parent || !['c', 'v'].includes(parent.relkind)) return;
        const tags = [parent.getTags().nullable, parent.getType()?.getTags().nullable];
        if (tags.includes(true) || tags.flatMap(namesIn).includes(attribute.attname)) return;
        attribute.getTags().notNull = true;
      },
      pgCodecs_attribute(_info, { pgClass, attribute }) {
        // So PostGraphile sees by a column that is asked for whether there is a row, and asks for no other to tell.
        if (pgClass.relkind === 'c' && attribute.extensions?.tags?.notNull === true) attribute.notNull = true;
      },
      pgIntrospection_proc(_info, { entity }) {
        const tags = (entity as unknown as Tagged).getTags();
        if (tags.nullable === undefined) tags.notNull = true;
      },
    },
  },
  schema: {
    hooks: {
      GraphQLObjectType_fields_field(field, _build, { scope, Self }) {
        const type = withoutHoles(field.type);
        const { isRootQuery, isRootMutation, isPgFieldConnection, isPgFieldSimpleCollection } = scope as Scope;
        const { isConnectionEdgeType, fieldName } = scope as Scope;
        const isNeverNull =
          isRootMutation ||
          (isRootQuery && (isPgFieldConnection || isPgFieldSimpleCollection)) ||
          Self.name === 'Interval' ||
          (isConnectionEdgeType && fieldName === 'cursor');
        return { ...field, type: isNeverNull ? required(type) : type };
      },
      GraphQLObjectType_fields_field_args_arg: (argument) => ({ ...argument, type: withoutHoles(argument.type) }),
      GraphQLInputObjectType_fields_field: (field) => ({ ...field, type: withoutHoles(field.type) }),
    },
  },
};
