import { generateDatabaseTypes } from './database-types.ts';
import { generateEmailTemplates } from './email-templates.ts';
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

/** Every generated file that is committed. `npm run generate` writes them, `npm run check` compares. */
export const generators: readonly Generator[] = [
  { file: 'db/schema.sql', generate: generateSchema },
  { file: 'db/grants.txt', generate: generateGrants },
  { file: 'src/generated/database.ts', generate: generateDatabaseTypes },
  { file: 'src/generated/schema.graphql', generate: ({ apiUrl }) => generateSdl(apiUrl) },
  { file: 'src/generated/email-templates.ts', generate: generateEmailTemplates },
  { file: 'docs/provider-errors.md', generate: generateProviderErrors },
];
