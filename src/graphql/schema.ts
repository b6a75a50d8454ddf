import { makeSchema } from 'postgraphile';
import { buildSchema } from 'postgraphile/graphile-build';
import { createExecutor, type Executor, type ExecutorOptions } from './execute.ts';
import { OperatorOnlyFieldsPlugin } from './operator-only-fields.ts';
import { keepPlansWithOperations } from './plan-cache.ts';
import { createPreset, type PresetOptions } from './preset.ts';

type Options = Omit<PresetOptions, 'connections'> &
  Pick<ExecutorOptions, 'introspection' | 'shares' | 'trusted' | 'logger'>;

/**
 * Makes the schemas of operators and users of one look at the database, and an executor over them; rejects when the
 * database does not answer. What is concealed is not in the schema of users at all.
 */
export async function makeExecutor({ pool, schemas: names, ...options }: Options): Promise<Executor> {
  const preset = createPreset({ pool, schemas: names, connections: options.shares.connections });
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
  const { schema: operator, resolvedPreset } = await makeSchema({ extends: [preset], plugins: [remember] });
  const { input, inflection } = seen as GraphileBuild.Build;
  const user = buildSchema({ extends: [preset], plugins: [OperatorOnlyFieldsPlugin] }, input, { inflection });
  const schemas = { operator, user };
  for (const schema of Object.values(schemas)) keepPlansWithOperations(schema);
  return createExecutor({ ...options, schemas, resolvedPreset });
}
