import { makeSchema } from 'postgraphile';
import type { Logger } from '../logger.ts';
import { createExecutor } from './execute.ts';
import { createPreset, type PresetOptions } from './preset.ts';

export type Executor = ReturnType<typeof createExecutor>;

/** Makes the schema from the database and an executor over it; rejects when the database does not answer. */
export async function makeExecutor(
  options: PresetOptions & { readonly introspection: boolean; readonly logger: Logger },
): Promise<Executor> {
  const { introspection, logger } = options;
  return createExecutor({ ...(await makeSchema(createPreset(options))), introspection, logger });
}
