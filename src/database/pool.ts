import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { DB } from '../generated/database.ts';
import type { EventName, Logger } from '../logger.ts';

export type PoolOptions = {
  readonly url: string;
  /** Shown in `pg_stat_activity`, e.g. `rowbell-api`. */
  readonly applicationName: string;
  /** Most connections at once. */
  readonly max?: number;
  /** How long an unused connection is kept, in milliseconds; 0 for ever. */
  readonly idleTimeoutMs?: number;
  /** How long to wait for a connection before the query fails, in milliseconds. */
  readonly connectTimeoutMs?: number;
  /**
   * False: commits do not wait for the disk. Only for what a crash may undo, because nothing outside the database
   * follows from it; a later durable commit makes it durable too.
   */
  readonly durable?: boolean;
  /** Cancels statements that run longer, in milliseconds; none without. */
  readonly statementTimeoutMs?: number;
  readonly logger: Logger;
};

/** Type parsers: as node-postgres has them, except that a `date` stays the text `YYYY-MM-DD`, free of time zones. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.DATE && format !== 'binary'
      ? (value: string) => value
      : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/**
 * A pool of connections that survives the loss of the database: a broken connection, idle or in use, is logged as
 * `database.disconnected` and replaced by the next query; it never ends the process. The caller ends the pool.
 */
export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.max ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    idleTimeoutMillis: options.idleTimeoutMs ?? 30_000,
    keepAlive: true,
    types: typeParsers,
    ...(options.durable === false && { options: '-c synchronous_commit=off' }),
    ...(options.statementTimeoutMs === undefined ? {} : { statement_timeout: options.statementTimeoutMs }),
  });
  const report = (error: Error) => options.logger.warn('database.disconnected', { error });
  pool.on('error', report);
  // A client that is checked out has no listener of the pool's: without this one its loss would end the process.
  pool.on('connect', (client) => {
    client.on('error', report);
    client.on('notice', (notice) => logWarning(notice, options.logger));
  });
  return pool;
}

type Notice = {
  readonly severity?: string | undefined;
  readonly message?: string | undefined;
  readonly detail?: string | undefined;
};

const isEventName = (text: string): text is EventName => /^[a-z]+\.[a-z]+$/.test(text);

/** A warning that a function of ours raised: `noun.participle` with its fields, as JSON, for detail. */
function logWarning(notice: Notice, logger: Logger): void {
  const { severity, message = '', detail } = notice;
  if (severity !== 'WARNING') return;
  if (isEventName(message)) logger.warn(message, JSON.parse(detail ?? '{}') as Record<string, unknown>);
  else logger.warn('database.warned', { message });
}

/** Typed queries on one connection, which stays its caller's. */
export function createKysely(client: pg.ClientBase): Kysely<DB> {
  const connection = { query: client.query.bind(client), release() {} };
  return new Kysely<DB>({
    dialect: new PostgresDialect({ pool: { connect: async () => connection, end: async () => {}, options: {} } }),
  });
}
