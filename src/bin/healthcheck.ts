import { hostname } from 'node:os';
import pg from 'pg';
import { readConfig } from '../config/index.ts';

/**
 * The health check of a container: status 0 when what runs in it does its work. `api` asks its readiness route,
 * `urgent` and `bulk` look for the heartbeat of this host's worker.
 */
async function isHealthy(what: string | undefined): Promise<boolean> {
  if (what === 'api') {
    const { port } = readConfig(process.env);
    return (await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(4_000) })).ok;
  }
  const { workerDatabaseUrl } = readConfig(process.env, 'worker');
  const client = new pg.Client({ connectionString: workerDatabaseUrl, connectionTimeoutMillis: 4_000 });
  await client.connect();
  try {
    const query = 'select notify_private.is_worker_alive($1, $2) as alive';
    const { rows } = await client.query<{ alive: boolean }>(query, [what, hostname()]);
    return rows[0]?.alive === true;
  } finally {
    await client.end();
  }
}

process.exitCode = (await isHealthy(process.argv[2]).catch(() => false)) ? 0 : 1;
