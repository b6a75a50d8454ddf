/** What is asked of PostGraphile's build here; its own types say the same in four pages. */
type Tagged = { readonly extensions?: { readonly tags?: Readonly<Record<string, unknown>> } };
type Resource = Tagged & { readonly codec: Tagged; readonly parameters?: unknown };

const isMarked = (one: Tagged): boolean => one.extensions?.tags?.concealed !== undefined;
const isConcealed = (resource: Resource): boolean =>
  isMarked(resource) || (!resource.parameters && isMarked(resource.codec));

/**
 * Leaves out what has the smart tag `@concealed`: a function, table or column of operators' that nobody else is to know of.
 * A schema made without it has no name that stands for it alone, so each answer is that of one that never had it.
 */
export const OperatorOnlyFieldsPlugin: GraphileConfig.Plugin = {
  name: 'RowbellOperatorOnlyFieldsPlugin',
  version: '1.0.0',
  schema: {
    entityBehavior: {
      pgResource: {
        override: (behavior, resource) => (isConcealed(resource as Resource) ? [behavior, '-*'] : behavior),
      },
      pgResourceUnique: {
        override: (behavior, [resource]) => (isConcealed(resource as Resource) ? [behavior, '-*'] : behavior),
      },
      pgCodecRelation: {
        override: (behavior, { remoteResource }) =>
          isConcealed(remoteResource as Resource) ? [behavior, '-*'] : behavior,
      },
      pgCodecAttribute: {
        override: (behavior, [codec, name]) =>
          isMarked(codec.attributes[name] as Tagged) ? [behavior, '-*'] : behavior,
      },
    },
  },
};
