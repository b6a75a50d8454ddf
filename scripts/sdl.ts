import { createPool } from '../src/database/pool.ts';
import '../src/graphql/environment.ts';
import { printSdl } from '../src/graphql/sdl.ts';
import { createLogger } from '../src/logger.ts';
import { listSchemas } from '../src/migrate/packs.ts';

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
