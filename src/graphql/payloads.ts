import type { PgCodec } from 'postgraphile/@dataplan/pg';

/** Names of GraphQL for what functions answer with that is no row. */
const scalars: Readonly<Record<string, string>> = { bool: 'Boolean', int4: 'Int', int8: 'BigInt', uuid: 'UUID' };

type Parameter = {
  readonly name: string | null;
  readonly optional?: boolean;
  readonly notNull?: boolean;
  readonly codec: PgCodec;
};

/** What a mutation is asked by where that is rows alone, named by their ids; null where it takes anything else. */
function idsOf(parameters: readonly Parameter[]): readonly string[] | null {
  const ids = parameters.map(({ name, optional, notNull, codec }) => {
    const isId = name !== null && (codec.arrayOfCodec ? /_ids$/ : /_id$/).test(name);
    return isId && !optional && notNull && (codec.arrayOfCodec ?? codec).name === 'uuid' ? name : null;
  });
  return ids.includes(null) ? null : (ids as string[]).sort();
}

/**
 * Mutations that answer alike share one payload, which is named after what they answer with: `TripPayload`, `BooleanPayload`. So there is
 * one for each thing that comes back, and one fragment serves a client for all of them. Those that are told rows and nothing else
 * share one input, which is named after the rows (`TripIdInput`, `NotificationIdsInput`); those that are told nothing, `EmptyInput`.
 */
export const PayloadsPlugin: GraphileConfig.Plugin = {
  name: 'RowbellPayloadsPlugin',
  version: '1.0.0',
  inflection: {
    replace: {
      customMutationInput(_previous, _options, { resource }) {
        const ids = idsOf((resource as unknown as { parameters?: readonly Parameter[] }).parameters ?? []);
        const what = ids ? ids.join('-and-') || 'empty' : this.customMutationField({ resource });
        return this.upperCamelCase(`${what}-input`);
      },
      customMutationPayload(_previous, _options, { resource }) {
        const { arrayOfCodec } = resource.codec as PgCodec;
        const codec = (arrayOfCodec ?? resource.codec) as PgCodec;
        const what = codec.attributes ? this.tableType(codec as never) : (scalars[codec.name] ?? codec.name);
        const isList = arrayOfCodec !== undefined || !resource.isUnique;
        const isNullable = resource.extensions?.tags?.notNull === undefined;
        return this.upperCamelCase(
          [isNullable && 'maybe', what, isList && 'list', 'payload'].filter(Boolean).join('-'),
        );
      },
    },
  },
  schema: {
    hooks: {
      build(build) {
        const known = new Set<string>();
        for (const way of ['registerObjectType', 'registerInputObjectType'] as const) {
          const register = build[way] as (...all: unknown[]) => void;
          const registerOnce = (name: string, scope: object, ...more: unknown[]): void => {
            if (('isMutationPayload' in scope || 'isMutationInput' in scope) && known.has(name)) return;
            known.add(name);
            register.call(build, name, scope, ...more);
          };
          build[way] = registerOnce as never;
        }
        return build;
      },
    },
  },
};
