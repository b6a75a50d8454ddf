import { makeSchema } from 'postgraphile';
import { lexicographicSortSchema, printSchema } from 'postgraphile/graphql';
import { createPreset, type PresetOptions } from './preset.ts';

/** The API's schema in the schema definition language, sorted, as the pool's login sees it. */
export async function printSdl(options: PresetOptions): Promise<string> {
  const { schema } = await makeSchema(createPreset(options));
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
