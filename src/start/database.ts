import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ifAbsent } from '../if-absent.ts';
import { type Postgres, startPostgres } from '../postgres/index.ts';
import type { Say } from './output.ts';
import { type Secrets, writeSecret } from './state.ts';

/** The connections, one per purpose. */
export type DatabaseUrls = {
  readonly owner: string;
  readonly api: string;
  readonly worker: string;
  /** Null: nobody asked for such a login on a server of the user's own. */
  readonly analyst: string | null;
};

export type Database = DatabaseUrls & {
  /** A shell command that opens psql, without showing a password. */
  readonly psql: string;
  /** The same for analysts, who read figures; null where they have no login of ours. */
  readonly analystPsql: string | null;
  /** How to begin with a new one, as the end of a sentence. */
  readonly beginAnew: string | null;
  /** Ours, to be stopped at the end and filled with demo data; false for a server of the user's own. */
  readonly embedded: boolean;
  stop(): Promise<void>;
};

const firstPort = 54_329;

/**
 * The user's own server when DATABASE_URL is set; connections that are not set are derived from it, with passwords of
 * our own.
 */
export function ownDatabase(environment: NodeJS.ProcessEnv, databaseUrl: string, secrets: Secrets): Database {
  const derive = (user: string, password: string): string => {
    const url = new URL(databaseUrl);
    url.username = user;
    url.password = password;
    return url.href;
  };
  return {
    owner: databaseUrl,
    api: environment.API_DATABASE_URL || derive('rowbell_api', secrets.apiPassword),
    worker: environment.WORKER_DATABASE_URL || derive('rowbell_worker', secrets.workerPassword),
    analyst: environment.ANALYST_DATABASE_URL || null,
    psql: 'psql "$DATABASE_URL"',
    analystPsql: environment.ANALYST_DATABASE_URL ? 'psql "$ANALYST_DATABASE_URL"' : null,
    beginAnew: null,
    embedded: false,
    stop: async () => {},
  };
}

/**
 * Starts the embedded PostgreSQL with a database `rowbell`, whose owner `rowbell` is no superuser, as on a managed
 * server. When the server dies it is started again on the same port, and everybody reconnects.
 */
export async function embeddedDatabase(folder: string, secrets: Secrets, say: Say): Promise<Database> {
  const start = (port: number) =>
    startPostgres({
      dataDir: join(folder, 'postgres'),
      password: secrets.superuserPassword,
      preferredPort: port,
      durability: 'durable',
      say,
    });
  const urlFile = join(folder, 'database-url');
  let server = await start(await lastPort(urlFile));
  let stopping = false;
  await ensureOwner(server, secrets.ownerPassword);

  const supervise = async (): Promise<void> => {
    await server.exited;
    for (let pauseMs = 200; !stopping; pauseMs = Math.min(pauseMs * 2, 10_000)) {
      say('PostgreSQL ended by itself; starting it again.');
      try {
        const next = await start(server.port);
        if (next.port === server.port) {
          server = next;
          return stopping ? server.stop() : supervise();
        }
        await next.stop();
        say(`Port ${server.port} is taken by something else now; trying again.`);
      } catch (error) {
        say(error instanceof Error ? error.message : String(error));
      }
      await sleep(pauseMs);
    }
  };
  const supervision = supervise();

  const owner = server.url('rowbell', 'rowbell', secrets.ownerPassword);
  await writeSecret(urlFile, owner);
  const analyst = server.url('rowbell', 'rowbell_analyst', secrets.analystPassword);
  const analystFile = join(folder, 'analyst-url');
  await writeSecret(analystFile, analyst);
  const psql = (file: string) => `psql "$(cat ${relative(process.cwd(), file)})"`;
  return {
    owner,
    api: server.url('rowbell', 'rowbell_api', secrets.apiPassword),
    worker: server.url('rowbell', 'rowbell_worker', secrets.workerPassword),
    analyst,
    psql: psql(urlFile),
    analystPsql: psql(analystFile),
    beginAnew: `remove the folder ${server.dataDir} and start again`,
    embedded: true,
    async stop() {
      stopping = true;
      await server.stop();
      await supervision;
    },
  };
}

/** The same port as last time, where it is still free: connection strings people have copied stay valid. */
async function lastPort(urlFile: string): Promise<number> {
  const text = (await readFile(urlFile, 'utf8').catch(ifAbsent(''))).trim();
  return URL.canParse(text) ? Number(new URL(text).port) : firstPort;
}

async function ensureOwner(server: Postgres, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url('postgres') });
  await client.connect();
  try {
    const has = async (query: string) => ((await client.query(query)).rowCount ?? 0) > 0;
    if (!(await has(`select from pg_roles where rolname = 'rowbell'`))) {
      await client.query(`create role rowbell login createrole password ${pg.escapeLiteral(password)}`);
    }
    if (!(await has(`select from pg_database where datname = 'rowbell'`))) {
      await client.query('create database rowbell owner rowbell');
    }
  } finally {
    await client.end();
  }
}
