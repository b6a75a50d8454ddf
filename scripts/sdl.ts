import { createPool } from '../src/database/pool.ts';
import '../src/graphql/environment.ts';
import type { Role } from '../src/graphql/identity.ts';
import { makeSchemas, printSdl } from '../src/graphql/schema.ts';
import { createLogger } from '../src/logger.ts';
import { listSchemas } from '../src/migrate/packs.ts';

/**
 * The text of src/generated/<role>.graphql: the API as it is for holders of a token of that role, read as `rowbell_api`.
 *
 * @param apiDatabaseUrl a migrated database, as `rowbell_api`
 */
export async function generateSdl(apiDatabaseUrl: string, role: Role): Promise<string> {
  const logger = createLogger({ level: 'warn', component: 'sdl' });
  const pool = createPool({ url: apiDatabaseUrl, applicationName: 'rowbell-sdl', max: 2, logger });
  try {
    const { schemas } = await makeSchemas({ pool, schemas: await listSchemas() });
    return printSdl(schemas[role]);
  } finally {
    await pool.end();
  }
}
