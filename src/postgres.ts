import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './ports.ts';
import { type Account, canWrite, unprivilegedAccount } from './postgres/account.ts';
import { openFolder, reachableBinaries } from './postgres/binaries.ts';
import { type Guarded, runGuarded } from './postgres/guard.ts';

export type PostgresOptions = {
  /** Data folder; made when missing, resumed when there. */
  readonly dataDir: string;
  /** Password of the superuser `postgres`; new data is made with it, existing data expects it. */
  readonly password: string;
  /** Port to take when it is free; another is taken when not. */
  readonly preferredPort: number;
  /** `throwaway`: nothing is flushed to disk and the folder is removed at the end. For tests. */
  readonly durability: 'durable' | 'throwaway';
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
  const dataDir = await reachableFolder(options, account, say);
  const binaries = await reachableBinaries(account, sharedRoot);

  await awaitPredecessor(dataDir, say);
  if (!(await exists(join(dataDir, 'PG_VERSION')))) {
    say(`Making a new database cluster in ${dataDir}.`);
    await initialise(binaries.initdb, dataDir, account, options);
  }

  for (let attempt = 1; ; attempt++) {
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
  'shared_buffers=256MB',
  'work_mem=16MB',
  'maintenance_work_mem=128MB',
  'random_page_cost=1.1',
  'checkpoint_timeout=15min',
  'max_wal_size=2GB',
  'jit=off',
  'timezone=UTC',
  'log_timezone=UTC',
  'log_min_messages=warning',
];

const unsafeSettings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum_naptime=5min'];

/** A place that an unprivileged account can pass through, for when it cannot reach ours. */
const sharedRoot = '/var/lib/rowbell';

async function reachableFolder(options: PostgresOptions, account: Account | null, say: (sentence: string) => void) {
  const wanted = resolve(options.dataDir);
  await prepareFolder(wanted, account);
  if (!account || canWrite(account, wanted)) return wanted;
  // Named by the password too: a new clone in the place of an old one has new secrets, and its data is not the old.
  const id = createHash('sha256').update(`${wanted}\n${options.password}`).digest('hex').slice(0, 12);
  const instead = join(sharedRoot, id);
  say(`PostgreSQL does not run as root, and its account cannot reach ${wanted}: the data lies in ${instead}.`);
  await openFolder(sharedRoot);
  await prepareFolder(instead, account);
  await rmdir(wanted).catch(() => {});
  if (!canWrite(account, instead)) throw new Error(`The account that PostgreSQL runs as cannot write into ${instead}.`);
  return instead;
}

async function prepareFolder(folder: string, account: Account | null): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (account) {
    await chown(folder, account.uid, account.gid);
    // The folder above holds our own state; the account only passes through it.
    const above = dirname(folder);
    const { mode, uid } = await stat(above);
    if (uid === 0 && basename(above).startsWith('.rowbell')) await chmod(above, (mode & 0o777) | 0o011);
  } else if (process.getuid && (await stat(folder)).uid !== process.getuid()) {
    throw new Error(`${folder} belongs to another user: it was started as that user (or as root) before.`);
  }
}

/** Made beside its place and moved there when complete, so that an interrupted start leaves nothing half done. */
async function initialise(initdb: string, dataDir: string, account: Account | null, options: PostgresOptions) {
  const unfinished = join(dataDir, 'unfinished');
  const passwordFile = join(dataDir, `password-${randomBytes(6).toString('hex')}`);
  await rm(unfinished, { recursive: true, force: true });
  await writeFile(passwordFile, options.password, { mode: 0o600 });
  if (account) await chown(passwordFile, account.uid, account.gid);
  const command = [
    initdb,
    `--pgdata=${unfinished}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The same sort order and case rules on every machine, without its locales.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    ...(options.durability === 'durable' ? [] : ['--no-sync']),
  ];
  const run = runGuarded(command, { account, cwd: '/' });
  const lastWords = collectOutput(run);
  const status = await run.exited;
  await rm(passwordFile, { force: true });
  if (status !== 0) throw new Error(`PostgreSQL's initdb failed:\n${lastWords()}`);
  for (const name of await namesVersionLast(unfinished)) await rename(join(unfinished, name), join(dataDir, name));
  await rm(unfinished, { recursive: true });
}

/** `PG_VERSION` last: it is what says that the data is complete. */
async function namesVersionLast(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return [...names.filter((name) => name !== 'PG_VERSION'), 'PG_VERSION'];
}

/**
 * Waits while another server still runs on the data (its owner was killed and it is shutting down), and removes the
 * pid file of one that is gone: PostgreSQL itself would refuse to start when the number now belongs to another process.
 */
async function awaitPredecessor(dataDir: string, say: (sentence: string) => void): Promise<void> {
  const file = join(dataDir, 'postmaster.pid');
  for (let waited = 0; ; waited++) {
    const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
    if (!pid) return;
    if (!(await isServerOf(pid, dataDir))) {
      await rm(file, { force: true });
      return;
    }
    if (waited === 0) say(`Another PostgreSQL (process ${pid}) still runs on this data; waiting for it to end.`);
    if (waited === 150)
      throw new Error(`PostgreSQL already runs on ${dataDir} (process ${pid}). Stop the other start first.`);
    await sleep(100);
  }
}

async function isServerOf(pid: number, dataDir: string): Promise<boolean> {
  const fromProc = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  if (fromProc !== null || (await exists('/proc/self'))) return fromProc?.split('\0').includes(dataDir) ?? false;
  const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.includes(dataDir);
}

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

/** The last lines a process wrote, for when it fails. */
function collectOutput(run: Guarded): () => string {
  let text = '';
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-4_000);
  };
  run.process.stdout?.on('data', keep);
  run.process.stderr?.on('data', keep);
  return () => text.trim();
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
