import { makeSchema } from 'postgraphile';
import { buildSchema } from 'postgraphile/graphile-build';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'postgraphile/graphql';
import { createExecutor, type Executor, type ExecutorOptions } from './execute.ts';
import { readGrants } from './grants.ts';
import type { Role } from './identity.ts';
import { createLiveActivityPlugin } from './live-activity.ts';
import { readChannels } from './live-channels.ts';
import { keepPlansWithOperations } from './plan-cache.ts';
import { createPreset, createReaderPreset, type PresetOptions } from './preset.ts';

export type Schemas = Readonly<Record<Role, GraphQLSchema>>;

type Made = { readonly schemas: Schemas; readonly resolvedPreset: GraphileConfig.ResolvedPreset };

/**
 * Makes a schema for each role of one look at the database; rejects when the database does not answer.
 *
 * @param plugins more of them, for all schemas
 */
export async function makeSchemas({
  plugins = [],
  ...options
}: PresetOptions & { readonly plugins?: readonly GraphileConfig.Plugin[] }): Promise<Made> {
  let seen: GraphileBuild.Build | undefined;
  const remember: GraphileConfig.Plugin = {
    name: 'RowbellRememberPlugin',
    version: '1.0.0',
    schema: {
      hooks: {
        finalize(schema, build) {
          seen = build as GraphileBuild.Build;
          return schema;
        },
      },
    },
  };
  const common: GraphileConfig.Preset = {
    extends: [createPreset(options)],
    plugins: [createLiveActivityPlugin(await readChannels(options.pool)), ...plugins, remember],
  };
  const presetOf = async (role: Role): Promise<GraphileConfig.Preset> => ({
    extends: [common, createReaderPreset(role, await readGrants(options.pool, `rowbell_${role}`))],
  });
  const { schema: user, resolvedPreset } = await makeSchema(await presetOf('user'));
  const { input, inflection } = seen as GraphileBuild.Build;
  const operator = buildSchema(await presetOf('operator'), input, { inflection });
  return { schemas: { user, operator }, resolvedPreset };
}

/** A schema in the schema definition language, sorted. */
export const printSdl = (schema: GraphQLSchema): string => `${printSchema(lexicographicSortSchema(schema))}\n`;

type Options = Omit<PresetOptions, 'connections'> &
  Pick<ExecutorOptions, 'introspection' | 'shares' | 'trusted' | 'logger'>;

/** What the API asks once the database could be looked at. */
export type Graphql = Executor & {
  /** The schema of a role, as text. */
  readonly sdlOf: (role: Role) => string;
};

export async function makeGraphql({ pool, schemas: names, ...options }: Options): Promise<Graphql> {
  const { schemas, resolvedPreset } = await makeSchemas({
    pool,
    schemas: names,
    connections: options.shares.connections,
  });
  for (const schema of Object.values(schemas)) keepPlansWithOperations(schema);
  const texts: Partial<Record<Role, string>> = {};
  return {
    ...createExecutor({ ...options, schemas, resolvedPreset }),
    sdlOf(role) {
      texts[role] ??= printSdl(schemas[role]);
      return texts[role];
    },
  };
}
