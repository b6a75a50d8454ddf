import type { PgCodec } from 'postgraphile/@dataplan/pg';

/** Names of GraphQL for what functions answer with that is no row. */
const scalars: Readonly<Record<string, string>> = { bool: 'Boolean', int4: 'Int', int8: 'BigInt', uuid: 'UUID' };

/**
 * Mutations that answer alike share one payload, which is named after what they answer with: `TripPayload`, `BooleanPayload`. So there is
 * one for each thing that comes back, and one fragment serves a client for all of them.
 */
export const PayloadsPlugin: GraphileConfig.Plugin = {
  name: 'RowbellPayloadsPlugin',
  version: '1.0.0',
  inflection: {
    replace: {
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
        const register = build.registerObjectType as (...all: unknown[]) => void;
        const known = new Set<unknown>();
        const registerOnce = (name: string, scope: object, ...more: unknown[]): void => {
          if ('isMutationPayload' in scope && known.has(name)) return;
          known.add(name);
          register.call(build, name, scope, ...more);
        };
        build.registerObjectType = registerOnce as typeof build.registerObjectType;
        return build;
      },
    },
  },
};
