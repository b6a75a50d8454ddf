import { type MigrateOptions, migrate } from '../../src/migrate/index.ts';
import type { TestDatabase } from './database.ts';

/** Migrates a test's database as its owner, with this choice of packs. */
export const migrateTo = (db: TestDatabase, options: Pick<MigrateOptions, 'packs' | 'packsDir' | 'say'>) =>
  migrate({ databaseUrl: db.ownerUrl, apiDatabaseUrl: db.apiUrl, workerDatabaseUrl: db.workerUrl, ...options });
