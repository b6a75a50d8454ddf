import { type ASTVisitor, GraphQLError, type ValidationContext } from 'postgraphile/graphql';

/** What is asked of PostGraphile's build here; its own types say the same in four pages. */
type Resource = {
  readonly isMutation?: boolean;
  readonly extensions?: { readonly tags?: Readonly<Record<string, unknown>> };
};

const marked = (resource: Resource | undefined) => resource?.extensions?.tags?.concealed !== undefined;

/**
 * Marks the root fields of what has the smart tag `@concealed`: a function or table of operators' that nobody else is
 * to know of. To them it is refused as a field that does not exist; see `concealedFields`.
 */
export const ConcealedPlugin: GraphileConfig.Plugin = {
  name: 'RowbellConcealedPlugin',
  version: '1.0.0',
  schema: {
    hooks: {
      GraphQLObjectType_fields_field(field, build, { scope }) {
        const { isRootMutation, isRootQuery, pgFieldResource, fieldName } = scope as {
          readonly isRootMutation?: boolean;
          readonly isRootQuery?: boolean;
          readonly pgFieldResource?: Resource;
          readonly fieldName: string;
        };
        // A mutation's field does not say which function it is; its name was made of the function's.
        const resource = isRootMutation
          ? Object.values(build.pgResources).find(
              (one) => one.isMutation && build.inflection.customMutationField({ resource: one as never }) === fieldName,
            )
          : pgFieldResource;
        if (!(isRootMutation || isRootQuery) || !marked(resource as Resource | undefined)) return field;
        return { ...field, extensions: { ...field.extensions, concealed: true } };
      },
    },
  },
};

/** A rule for everybody but operators: a concealed field is none, in the very words GraphQL has for one. */
export function concealedFields(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      const type = context.getParentType();
      if (type && context.getFieldDef()?.extensions.concealed) {
        context.reportError(
          new GraphQLError(`Cannot query field "${node.name.value}" on type "${type.name}".`, { nodes: node }),
        );
      }
    },
  };
}
