import { join } from 'node:path';
import { roles } from '../src/graphql/identity.ts';
import { findPacks, root } from '../src/migrate/packs.ts';
import { generateClientOperations, operationsFile } from './client-operations.ts';
import { generateDatabaseTypes } from './database-types.ts';
import { compileMjml, listMjml } from './email-templates.ts';
import { generateFunctionRows } from './function-rows.ts';
import { generateGrants } from './grants.ts';
import { generateProviderErrors } from './provider-errors.ts';
import { generateSchema } from './schema.ts';
import type { Scratch } from './scratch.ts';
import { generateSdl } from './sdl.ts';

export type Generator = {
  /** Path from the repository's root. */
  readonly file: string;
  generate(scratch: Scratch): Promise<string>;
};
type Template = Generator & { generate(): Promise<string> };

/** Mail templates are applied by migrate: they are compiled before there is a database to look at. */
export const templates: readonly Template[] = await listTemplates();

/** The other generated files that are committed. `npm run generate` writes them all, `npm run check` compares. */
export const generators: readonly Generator[] = [
  { file: 'db/schema.sql', generate: generateSchema },
  { file: 'db/grants.txt', generate: generateGrants },
  { file: 'src/generated/database.ts', generate: generateDatabaseTypes },
  { file: 'src/generated/function-rows.ts', generate: generateFunctionRows },
  ...roles.map((role) => ({
    file: `src/generated/${role}.graphql`,
    generate: ({ apiUrl }: Scratch) => generateSdl(apiUrl, role),
  })),
  // After the schemas, of which it is made.
  { file: operationsFile, generate: generateClientOperations },
  { file: 'docs/provider-errors.md', generate: generateProviderErrors },
];

async function listTemplates(): Promise<Template[]> {
  const packs = await findPacks(join(root, 'examples'));
  const found = packs.map(async ({ templates: folder }) =>
    (await listMjml(folder)).map((file) => ({
      file: join(folder, file.replace(/mjml$/, 'html')).slice(root.length + 1),
      generate: () => compileMjml(folder, file),
    })),
  );
  return (await Promise.all(found)).flat();
}
