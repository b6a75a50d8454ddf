import { randomBytes } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readConfig } from '../../src/config/index.ts';
import { migrate } from '../../src/migrate/index.ts';
import { type Postgres, startPostgres } from '../../src/postgres/index.ts';

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

/**
 * A PostgreSQL of its own whose data goes with it, with a login `rowbell` that may own databases; nothing migrated yet.
 * startMigratedCluster() has the template, too.
 */
export async function startCluster(): Promise<{ postgres: Postgres; address: ClusterAddress }> {
  const password = randomBytes(12).toString('hex');
  const dataDir = await newDataFolder();
  const postgres = await startPostgres({ dataDir, password, preferredPort: 0, durability: 'throwaway' });
  const address = addressOf(postgres, password);
  await createOwner(address);
  return { postgres, address };
}

export function addressOf(postgres: Postgres, password: string): ClusterAddress {
  return { host: '127.0.0.1', port: postgres.port, password };
}

export async function createOwner(address: ClusterAddress): Promise<void> {
  await asSuperuser(address, (client) =>
    client.query(`create role ${ownerName} login createrole password '${address.password}'`),
  );
}

/** Where data lies that goes with its server: in memory, else among the temporary files. */
export const dataRoots = ['/dev/shm', tmpdir()] as const;
export const dataPrefix = 'rowbell-test-';
const gigabyte = 2 ** 30;

/**
 * A path for a data folder, in memory where there is plenty: each test file's database is a thousand files, and making those
 * is most of what the system does for a test on a disk.
 */
export async function newDataFolder(): Promise<string> {
  const [memory, disk] = dataRoots;
  const space = await statfs(memory).catch(() => null);
  const isRoomy =
    space !== null && space.bavail * space.bsize > 4 * gigabyte && process.availableMemory() > 8 * gigabyte;
  return join(isRoomy ? memory : disk, dataPrefix + randomBytes(6).toString('hex'));
}

/** TEST_PACKS, as ROWBELL_PACKS: `TEST_PACKS=core npm test -- test/engine` runs tests in an installation without the products. */
export const { packs } = readConfig({ ROWBELL_PACKS: process.env.TEST_PACKS });

/** Whether this run's template has a product: what is about it is left out elsewhere, by `test.runIf`. */
export const hasPack = (name: string): boolean => packs === null || packs.includes(name);

/** Migrates the database that `createDatabase` clones; one that is there goes. */
export async function createTemplate(address: ClusterAddress): Promise<void> {
  await asSuperuser(address, async (client) => {
    await client.query(`drop database if exists ${templateName} with (force)`);
    await client.query(`create database ${templateName} owner ${ownerName}`);
  });
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
