import type pg from 'pg';
import type { RowOf } from '../database/rows.ts';
import type { Logger } from '../logger.ts';
import { type Handler, sendJson } from './respond.ts';
import { singleFlight } from './single-flight.ts';

type Readiness = RowOf<'notify_private.readiness'>;

/** Numbers of the migrations that this version comes with, by pack. */
export type Migrations = Readonly<Record<string, readonly string[]>>;

/**
 * What stands in the way of serving, as the database sees it.
 *
 * @param pool connections as `rowbell_http`
 * @throws whatever the query does; also where nothing is migrated yet
 */
export async function readReadiness(pool: pg.Pool, migrations: Migrations): Promise<Readiness | undefined> {
  const { rows } = await pool.query<Readiness>('select * from notify_private.readiness($1)', [
    JSON.stringify(migrations),
  ]);
  return rows[0];
}

/** `GET /livez`: this process answers. Asks nobody, so a lost database does not get it restarted. */
export const handleLive: Handler = async (_request, response) => sendJson(response, 200, { status: 'ok' });

/** How long an answer is given again. */
const keptMs = 1_000;

export type ReadyOptions = {
  /** Connections as `rowbell_http`; one is taken at a time. */
  readonly pool: pg.Pool;
  readonly migrations: Migrations;
  /** False while the API has no schema, and from the moment it is asked to stop. */
  readonly isServing: () => boolean;
  readonly logger: Logger;
};

/**
 * `GET /readyz`: 200 when requests can be served, else 503, with each check by name. Workers are told for information:
 * without one the API still serves, and what it writes waits. Whoever asks within a second gets the same answer.
 */
export function createReadyHandler({ pool, migrations, isServing, logger }: ReadyOptions): Handler {
  const read = singleFlight(
    () =>
      readReadiness(pool, migrations).catch((error: unknown) => {
        logger.warn('readiness.failed', { error });
        return undefined;
      }),
    keptMs,
  );
  return async (_request, response) => {
    const found = await read();
    const checks = {
      serving: isServing(),
      database: found !== undefined,
      migrations: found?.missing_migrations === '0',
      partitions: found?.missing_partitions === '0',
    };
    const isReady = Object.values(checks).every(Boolean);
    sendJson(response, isReady ? 200 : 503, {
      status: isReady ? 'ok' : 'unavailable',
      checks,
      ...(found && { workers: Number(found.workers_alive) }),
    });
  };
}
