/** What is asked of PostGraphile's build here; its own types say the same in four pages. */
type Described = { readonly description?: string | undefined };
type Scope = Readonly<
  Partial<
    Record<
      | 'isPgFieldConnection'
      | 'isPgFieldSimpleCollection'
      | 'isPgSingleRelationField'
      | 'isPgManyRelationConnectionField'
      | 'isPgRowByUniqueConstraintField'
      | 'isConnectionType'
      | 'isConnectionEdgeType'
      | 'isMutationPayload'
      | 'isMutationInput'
      | 'isPgCondition',
      boolean
    >
  > & {
    readonly fieldName: string;
    readonly pgCodec: Described;
    readonly pgFieldResource: Described & { readonly codec: Described; readonly parameters?: unknown };
    readonly pgRelationDetails: {
      readonly registry: {
        readonly pgRelations: Readonly<
          Record<string, Readonly<Record<string, { readonly remoteResource: { readonly codec: Described } }>>>
        >;
      };
      readonly codec: { readonly name: string };
      readonly relationName: string;
    };
  }
>;

/** The first sentence of what a comment says: the rest stands at the type. */
const firstOf = (text: string | undefined): string | undefined => text?.split(/(?<=[.:;])\s/, 1)[0];

/** Fields that each connection has. */
const ofPages: Readonly<Record<string, string>> = {
  nodes: 'The rows of this page.',
  edges: 'The rows of this page, each with its cursor.',
  pageInfo: 'Whether there is more, and how to ask for it.',
  totalCount: 'How many rows there are on all pages together.',
  cursor: 'Given as after, it asks for what follows this row.',
  node: 'The row.',
};

/**
 * Says of each way to rows what the rows are, in the words of the table's comment, where PostGraphile says how it came to be ("Reads and
 * enables pagination through a set of …").
 */
export const DescriptionsPlugin: GraphileConfig.Plugin = {
  name: 'RowbellDescriptionsPlugin',
  version: '1.0.0',
  schema: {
    hooks: {
      GraphQLObjectType(config, _build, { scope }) {
        const { isConnectionType, isConnectionEdgeType, isMutationPayload, pgCodec } = scope as unknown as Scope;
        if (isConnectionType) return { ...config, description: firstOf(pgCodec?.description) ?? 'A page of rows.' };
        if (isConnectionEdgeType) return { ...config, description: 'A row of a page.' };
        return isMutationPayload ? { ...config, description: 'What a mutation answers with.' } : config;
      },
      GraphQLInputObjectType(config, _build, { scope }) {
        const { isMutationInput, isPgCondition } = scope as unknown as Scope;
        if (isMutationInput) {
          // Shared by several where it is named after what it holds.
          const isShared = /^(?:Empty|\w+Ids?)Input$/.test(config.name);
          const field = config.name.replace(/Input$/, '').replace(/^[A-Z]/, (letter) => letter.toLowerCase());
          const what = isShared
            ? 'several mutations take; their descriptions say'
            : `${field} takes; its description says`;
          return { ...config, description: `What ${what} what each means.` };
        }
        return isPgCondition
          ? { ...config, description: 'Rows that have all of these values; null: those that have none there.' }
          : config;
      },
      GraphQLEnumType(config, _build, { scope }) {
        const { isPgRowSortEnum } = scope as { readonly isPgRowSortEnum?: boolean };
        return isPgRowSortEnum
          ? { ...config, description: 'By what rows are in order; those that are equal, by their key.' }
          : config;
      },
      GraphQLObjectType_fields_field(field, _build, { scope, Self }) {
        const { fieldName = '', pgFieldResource, pgRelationDetails, ...is } = scope as unknown as Scope;
        if (/(Connection|Edge)$/.test(Self.name) && ofPages[fieldName])
          return { ...field, description: ofPages[fieldName] };
        if (pgFieldResource?.parameters) return field;
        const { registry, codec, relationName = '' } = pgRelationDetails ?? {};
        const relation = registry?.pgRelations[codec?.name ?? '']?.[relationName];
        const rows = relation?.remoteResource.codec ?? pgFieldResource?.codec;
        const isWay =
          is.isPgFieldConnection ||
          is.isPgFieldSimpleCollection ||
          is.isPgSingleRelationField ||
          is.isPgRowByUniqueConstraintField;
        const description = isWay ? firstOf(rows?.description) : undefined;
        return description ? { ...field, description } : field;
      },
      GraphQLObjectType_fields_field_args_arg(argument, _build, { scope }) {
        return scope.argName === 'after' ? { ...argument, description: 'A cursor: what follows its row.' } : argument;
      },
    },
  },
};
