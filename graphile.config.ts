import { readConfig } from './src/config/index.ts';
import { createPool } from './src/database/pool.ts';
import { readGrants } from './src/graphql/grants.ts';
import { createPreset, createReaderPreset } from './src/graphql/preset.ts';
import { createLogger } from './src/logger.ts';
import { listSchemas } from './src/migrate/packs.ts';

// For the `graphile` and `postgraphile` commands (`graphile behavior debug`, `graphile config print`), as a person has the API.
// The API makes its presets in src/graphql/schema.ts out of the same parts.
const { apiDatabaseUrl, logLevel } = readConfig(process.env, 'api');
const logger = createLogger({ level: logLevel, component: 'graphile' });
const pool = createPool({ url: apiDatabaseUrl, applicationName: 'rowbell-graphile', logger });

export default {
  extends: [
    createPreset({ pool, schemas: await listSchemas() }),
    createReaderPreset('user', await readGrants(pool, 'rowbell_user')),
  ],
} satisfies GraphileConfig.Preset;
