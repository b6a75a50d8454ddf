import { stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../ports.ts';
import { unprivilegedAccount } from './account.ts';
import { reachableBinaries } from './binaries.ts';
import { reachableFolder, sharedRoot } from './folder.ts';
import { collectOutput, type Guarded, runGuarded } from './guard.ts';
import { initialise } from './initialise.ts';
import { awaitPredecessor } from './predecessor.ts';

export type PostgresOptions = {
  /** Data folder; made when missing, resumed when there. */
  readonly dataDir: string;
  /** Password of the superuser `postgres`; new data is made with it, existing data expects it. */
  readonly password: string;
  /** Port to take when it is free; another is taken when not. */
  readonly preferredPort: number;
  /** `unflushed`: nothing is flushed to disk; `throwaway`: the folder is removed at the end, too. For tests. */
  readonly durability: 'durable' | 'unflushed' | 'throwaway';
  /** Told what happens, a sentence at a time. */
  readonly say?: (sentence: string) => void;
};

export type Postgres = {
  readonly port: number;
  /** Where the data really lies; differs from the wish where the system account could not reach that. */
  readonly dataDir: string;
  /** Connection string on loopback, as the superuser `postgres` unless told. */
  url(database: string, user?: string, password?: string): string;
  /** Resolves when the server has ended, by `stop` or by itself. */
  readonly exited: Promise<void>;
  /** Fast shutdown: open transactions are rolled back, everything committed is kept. Idempotent. */
  stop(): Promise<void>;
};

const startTimeoutMs = 60_000;

/**
 * Starts the PostgreSQL 18 that npm installed, listening on loopback only, with data in a folder of its own. Runs as
 * root (then PostgreSQL runs as an unprivileged account) and as a normal user. The server ends with this process,
 * however that ends. What a crash left behind (a stale pid file, unfinished data) is cleared away.
 *
 * @throws with PostgreSQL's own last words when it does not start
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const say = options.say ?? (() => {});
  const account = await unprivilegedAccount(resolve(options.dataDir));
  const binaries = await reachableBinaries(account, sharedRoot);

  for (let attempt = 1; ; attempt++) {
    const dataDir = await reachableFolder(options, account, say);
    await awaitPredecessor(dataDir, say);
    if (!(await stat(join(dataDir, 'PG_VERSION')).catch(() => null))) {
      say(`Making a new database cluster in ${dataDir}.`);
      await initialise(binaries.initdb, dataDir, account, options);
    }
    const port = await freePort(options.preferredPort);
    const flags = [
      ...listenSettings(port),
      ...serverSettings,
      ...(options.durability === 'durable' ? [] : unsafeSettings),
    ];
    const server = runGuarded([binaries.postgres, '-D', dataDir, ...flags.flatMap((flag) => ['-c', flag])], {
      account,
      cwd: '/',
      ...(options.durability === 'throwaway' ? { removeAfter: dataDir } : {}),
    });
    const url = (database: string, user = 'postgres', password = options.password) =>
      `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
    const lastWords = collectOutput(server);
    const failure = await awaitReady(server, url('postgres'));
    if (failure === null) {
      say(`PostgreSQL listens on port ${port}.`);
      return { port, dataDir, url, exited: server.exited.then(() => {}), stop: server.stop };
    }
    await server.stop();
    // The port was taken in between, or a killed predecessor's processes have not all noticed yet.
    const passing = /could not bind|Address already in use|shared memory block|lock file/i.test(lastWords());
    if (!passing || attempt === 10) throw new Error(`PostgreSQL did not start: ${failure}\n${lastWords()}`);
    await sleep(300);
  }
}

const listenSettings = (port: number) => [
  `port=${port}`,
  'listen_addresses=127.0.0.1',
  // A socket path has a length limit that a deep clone exceeds, and a shared folder invites strangers.
  'unix_socket_directories=',
];

/** For a service on a developer's machine or a small host; a production server has its own. */
const serverSettings = [
  'max_connections=200',
  // A quarter of the memory, as PostgreSQL's manual has it, up to what a small host is worth.
  `shared_buffers=${Math.max(64, Math.min(1024, Math.floor(totalmem() / 4 / 2 ** 20)))}MB`,
  'work_mem=16MB',
  'maintenance_work_mem=128MB',
  'random_page_cost=1.1',
  'checkpoint_timeout=15min',
  'max_wal_size=4GB',
  'jit=off',
  'timezone=UTC',
  'log_timezone=UTC',
  'log_min_messages=warning',
];

const unsafeSettings = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'autovacuum_naptime=5min',
  // The data may lie in memory.
  'min_wal_size=32MB',
  'max_wal_size=1GB',
];

/** Null when the server answers, else why it does not. */
async function awaitReady(server: Guarded, url: string): Promise<string | null> {
  let over = false;
  const ended = server.exited.then((status) => {
    over = true;
    return `it ended with status ${status}`;
  });
  const deadline = Date.now() + startTimeoutMs;
  const answered = async (): Promise<string | null> => {
    while (!over) {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
      client.on('error', () => {});
      try {
        await client.connect();
        return null;
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : undefined;
        if (code === '28P01') return 'the password in the state folder is not the one the data was made with';
        if (Date.now() > deadline) return `it does not answer within ${startTimeoutMs / 1_000} s`;
        await sleep(50);
      } finally {
        await client.end().catch(() => {});
      }
    }
    return 'it ended';
  };
  return Promise.race([ended, answered()]);
}
