import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readConfig } from '../../src/config.ts';
import { migrate } from '../../src/migrate.ts';
import { type Postgres, startPostgres } from '../../src/postgres.ts';

/** What a test process needs to know to make itself a database. */
export type ClusterAddress = {
  readonly host: string;
  readonly port: number;
  /** Password of all logins: `postgres`, `rowbell` (owner), `rowbell_api`, `rowbell_worker`. */
  readonly password: string;
};

export const templateName = 'rowbell_template';

/** The owner is no superuser, as on a managed server. */
export const ownerName = 'rowbell';

export function clusterUrl(address: ClusterAddress, database: string, user: string): string {
  return `postgres://${user}:${address.password}@${address.host}:${address.port}/${database}`;
}

/** A PostgreSQL of its own in a temporary folder, with a login `rowbell` that may own databases; nothing migrated yet. */
export async function startCluster(): Promise<{ postgres: Postgres; address: ClusterAddress }> {
  const id = randomBytes(6).toString('hex');
  const password = randomBytes(12).toString('hex');
  const dataDir = join(tmpdir(), `rowbell-test-${id}`);
  const postgres = await startPostgres({ dataDir, password, preferredPort: 0, durability: 'throwaway' });
  const address = { host: '127.0.0.1', port: postgres.port, password };
  await asSuperuser(address, (client) =>
    client.query(`create role ${ownerName} login createrole password '${password}'`),
  );
  return { postgres, address };
}

/** TEST_PACKS, as ROWBELL_PACKS: `TEST_PACKS=core npm test -- test/engine` runs tests in an installation without the products. */
const { packs } = readConfig({ ROWBELL_PACKS: process.env.TEST_PACKS });

/** Migrates the database that `createDatabase` clones. */
export async function createTemplate(address: ClusterAddress): Promise<void> {
  await asSuperuser(address, (client) => client.query(`create database ${templateName} owner ${ownerName}`));
  await migrate({
    databaseUrl: clusterUrl(address, templateName, ownerName),
    apiDatabaseUrl: clusterUrl(address, templateName, 'rowbell_api'),
    workerDatabaseUrl: clusterUrl(address, templateName, 'rowbell_worker'),
    packs,
  });
}

/** Runs work on a connection as the superuser, to the maintenance database unless told. */
export async function asSuperuser<T>(
  address: ClusterAddress,
  work: (client: pg.Client) => Promise<T>,
  database = 'postgres',
): Promise<T> {
  const client = new pg.Client({ connectionString: clusterUrl(address, database, 'postgres') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
