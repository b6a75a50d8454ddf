import { readConfig } from './src/config/index.ts';
import { createPool } from './src/database/pool.ts';
import { createPreset } from './src/graphql/preset.ts';
import { createLogger } from './src/logger.ts';
import { listSchemas } from './src/migrate/packs.ts';

// For the `graphile` and `postgraphile` commands (`graphile behavior debug`, `graphile config print`). The API makes its
// preset in src/api.ts out of the same parts.
const { apiDatabaseUrl, logLevel } = readConfig(process.env, 'api');
const logger = createLogger({ level: logLevel, component: 'graphile' });

export default createPreset({
  pool: createPool({ url: apiDatabaseUrl, applicationName: 'rowbell-graphile', logger }),
  schemas: await listSchemas(),
});
