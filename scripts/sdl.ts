import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createPool } from '../src/database.ts';
import '../src/graphql/environment.ts';
import { printSdl } from '../src/graphql/sdl.ts';
import { createLogger } from '../src/logger.ts';
import { listSchemas } from '../src/migrate/packs.ts';

export const sdlFile = join(import.meta.dirname, '..', 'src', 'generated', 'schema.graphql');

/**
 * The text of src/generated/schema.graphql: the API as it is for its clients, hence read as `rowbell_api` and not as
 * the owner, who would see mutations that nobody is granted.
 *
 * @param apiDatabaseUrl a migrated database, as `rowbell_api`
 */
export async function generateSdl(apiDatabaseUrl: string): Promise<string> {
  const logger = createLogger({ level: 'warn', component: 'sdl' });
  const pool = createPool({ url: apiDatabaseUrl, applicationName: 'rowbell-sdl', max: 2, logger });
  try {
    return await printSdl({ pool, schemas: await listSchemas() });
  } finally {
    await pool.end();
  }
}

/** `node scripts/sdl.ts [--check]` with API_DATABASE_URL: writes the file, or fails where it is not what it should be. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const url = process.env.API_DATABASE_URL;
  if (!url) throw new Error('API_DATABASE_URL is missing');
  const sdl = await generateSdl(url);
  if (!values.check) return writeFile(sdlFile, sdl);
  if ((await readFile(sdlFile, 'utf8')) !== sdl) throw new Error(`${sdlFile} is out of date: npm run generate`);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
