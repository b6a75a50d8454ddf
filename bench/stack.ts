import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { migrate } from '../src/migrate/index.ts';
import { ownerRole } from '../src/migrate/roles.ts';
import { startPostgres } from '../src/postgres/index.ts';
import { signToken } from '../src/start/sign-token.ts';
import { processorTime } from './processor-time.ts';

export type StackOptions = { readonly moreWebPushOrigins?: readonly string[]; readonly apiHeapMiB?: number };

export type SandboxProcess = {
  readonly settings: Record<string, string>;
  /** Where its browsers' endpoints are, `https://host:port`. */
  readonly webPushOrigin: string;
  /** A receiver of webhooks. */
  readonly webhook: { readonly url: string; readonly secret: string };
  ask<T>(question: 'counts' | 'arrivals'): Promise<T>;
  readonly child: ChildProcess;
};

/** A durable PostgreSQL (fsync on), migrated, with the bench's pack; `pool` is the owner's, `databaseUrl` a superuser's. */
export async function startDatabase() {
  const postgres = await startPostgres({
    dataDir: await mkdtemp(join(tmpdir(), 'rowbell-bench-')),
    password: 'bench',
    preferredPort: 54_330,
    durability: 'durable',
  });
  const databaseUrl = postgres.url('rowbell');
  const workerDatabaseUrl = postgres.url('rowbell', 'rowbell_worker', 'bench-worker');
  const apiDatabaseUrl = postgres.url('rowbell', 'rowbell_api', 'bench-api');
  await migrate({
    databaseUrl,
    apiDatabaseUrl,
    workerDatabaseUrl,
  });
  const pool = new pg.Pool({ connectionString: databaseUrl, options: `-c role=${ownerRole}`, max: 4 });
  pool.on('error', () => {});
  await pool.query(await readFile(new URL('pack.sql', import.meta.url), 'utf8'));
  return {
    pool,
    databaseUrl,
    workerDatabaseUrl,
    apiDatabaseUrl,
    async stop() {
      await pool.end();
      await postgres.stop();
    },
  };
}

/**
 * The whole of Rowbell as in production: the database, a worker process per lane, and two sandbox processes, one for
 * each lane, since a real provider does not make one customer's push wait behind another's.
 *
 * @param options.moreWebPushOrigins on this machine, besides the sandbox's, where Web Push may go
 * @param options.apiHeapMiB what the API's heap may take; Node's own bound unless told
 */
export async function startStack({ moreWebPushOrigins = [], apiHeapMiB }: StackOptions = {}) {
  const { pool, databaseUrl, workerDatabaseUrl, apiDatabaseUrl, stop } = await startDatabase();
  const superuser = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  superuser.on('error', () => {});
  const sandboxes = { urgent: await startSandboxProcess('urgent'), bulk: await startSandboxProcess('bulk') };
  const settingsOf = (lane: 'urgent' | 'bulk') => ({
    ...sandboxes[lane].settings,
    WEB_PUSH_SANDBOX_ORIGINS: [sandboxes[lane].settings.WEB_PUSH_SANDBOX_ORIGINS, ...moreWebPushOrigins].join(),
  });
  const workers = {
    urgent: startWorkerProcess('urgent', workerDatabaseUrl, settingsOf('urgent')),
    bulk: startWorkerProcess('bulk', workerDatabaseUrl, settingsOf('bulk')),
  };
  const api = await startApiProcess(apiDatabaseUrl, apiHeapMiB);
  for (const lane of ['urgent', 'bulk'] as const) await untilWorks(pool, lane);

  return {
    pool,
    databaseUrl,
    sandboxes,
    workers,
    api,
    /** What each part has used of the processors so far. */
    processorTime: () =>
      processorTime(superuser, {
        'worker, bulk': workers.bulk.pid,
        'worker, urgent': workers.urgent.pid,
        'sandbox, bulk': sandboxes.bulk.child.pid,
        'sandbox, urgent': sandboxes.urgent.child.pid,
        'the bench': process.pid,
      }),
    async stop() {
      await superuser.end();
      await api.stop();
      for (const child of Object.values(workers)) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      for (const { child } of Object.values(sandboxes)) child.disconnect();
      await stop();
    },
  };
}

export type Stack = Awaited<ReturnType<typeof startStack>>;

export const jwtSecret = 'b'.repeat(32);

/** `settings` are those of its providers. */
export function startWorkerProcess(
  lane: 'urgent' | 'bulk',
  workerDatabaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, ['--max-semi-space-size=32', 'src/bin/worker.ts', '--lane', lane], {
    env: {
      ...process.env,
      ...settings,
      LINK_KEYS: `b1:${'b'.repeat(32)}`,
      WORKER_DATABASE_URL: workerDatabaseUrl,
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

export async function untilWorks(pool: pg.Pool, lane: 'urgent' | 'bulk'): Promise<void> {
  while ((await pool.query('select from notify.workers where lane = $1', [lane])).rowCount === 0) await sleep(50);
}

/**
 * The API in a process of its own, once it answers; `tokenOf` signs somebody in.
 *
 * @param port any unless told
 * @param settings others that it is to have
 */
export async function startApiProcess(
  apiDatabaseUrl: string,
  heapMiB?: number,
  port = 0,
  settings: Readonly<Record<string, string>> = {},
) {
  const heap = heapMiB === undefined ? [] : [`--max-old-space-size=${heapMiB}`];
  const child = spawn(process.execPath, [...heap, 'src/bin/server.ts'], {
    env: {
      ...process.env,
      // As the image has it: GraphQL's library checks more without.
      NODE_ENV: 'production',
      API_DATABASE_URL: apiDatabaseUrl,
      JWT_SECRET: jwtSecret,
      PORT: String(port),
      METRICS_PORT: '0',
      ...settings,
      LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let [url, metricsUrl] = ['', ''];
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as { event: string; url: string; metricsUrl: string };
    if (said.event === 'api.listening') ({ url, metricsUrl } = said);
    if (said.event === 'api.ready') break;
  }
  // Whatever else it says is not looked at, and must not fill the pipe.
  child.stdout.resume();
  return {
    url,
    metricsUrl,
    pid: child.pid as number,
    child,
    tokenOf: (userId: string, role = 'user', hours = 24) =>
      signToken({ JWT_SECRET: jwtSecret }, { user: userId, role, hours }),
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

export async function startSandboxProcess(lane: string): Promise<SandboxProcess> {
  const child = fork(new URL('sandbox.ts', import.meta.url), [lane], { execArgv: ['--max-semi-space-size=32'] });
  const next = async <T>() => ((await once(child, 'message')) as [T])[0];
  return {
    child,
    ...(await next<Pick<SandboxProcess, 'settings' | 'webPushOrigin' | 'webhook'>>()),
    async ask(question) {
      child.send(question);
      return next();
    },
  };
}

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
