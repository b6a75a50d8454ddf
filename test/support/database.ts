import { randomBytes } from 'node:crypto';
import { Logger, runOnce, type TaskList } from 'graphile-worker';
import pg from 'pg';
import { inject } from 'vitest';
import { typeParsers } from '../../src/database/pool.ts';
import { asSuperuser, type ClusterAddress, clusterUrl, ownerName, templateName } from './cluster.ts';

export type Client = pg.PoolClient;
type Work<T> = (client: Client) => Promise<T>;
export type SessionOptions = {
  /** Commit what was done; rolled back unless true. */
  readonly commit?: boolean;
  /** The claim `sid` of the token (`rowbell.session_id`). */
  readonly sessionId?: string;
  /** The claim `sub` (`rowbell.user_id`) where the helper itself does not set it, as for operators. */
  readonly userId?: string;
};
export type Job = {
  readonly id: string;
  readonly task: string;
  readonly payload: unknown;
  readonly runAt: Date;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly key: string | null;
};

export type TestDatabase = {
  readonly name: string;
  readonly ownerUrl: string;
  readonly apiUrl: string;
  readonly workerUrl: string;
  /** Connections as the owner, outside of any transaction. */
  readonly owner: pg.Pool;
  /** Connections as the worker's login, outside of any transaction. */
  readonly worker: pg.Pool;
  /**
   * Each runs work in one transaction and as who production would be: users, operators and anonymous through the
   * `noinherit` login of the API, the worker through its own. Rolled back unless `{ commit: true }`.
   */
  asOwner<T>(work: Work<T>, options?: SessionOptions): Promise<T>;
  asUser<T>(userId: string, work: Work<T>, options?: SessionOptions): Promise<T>;
  asOperator<T>(work: Work<T>, options?: SessionOptions): Promise<T>;
  asAnonymous<T>(work: Work<T>, options?: SessionOptions): Promise<T>;
  asWriter<T>(work: Work<T>, options?: SessionOptions): Promise<T>;
  asWorker<T>(work: Work<T>, options?: SessionOptions): Promise<T>;
  asHttp<T>(work: Work<T>, options?: SessionOptions): Promise<T>;
  asLive<T>(work: Work<T>, options?: SessionOptions): Promise<T>;
  asAnalyst<T>(work: Work<T>, options?: SessionOptions): Promise<T>;
  /** The queue, oldest first; one task's jobs or all. */
  jobs(task?: string): Promise<Job[]>;
  /** Runs what is due in the queue, once, with these handlers. */
  runJobs(tasks: TaskList): Promise<void>;
  /** Closes every connection and removes the database. */
  drop(): Promise<void>;
};

/**
 * A database of the test file's own: a clone of the migrated template. Call it in `beforeAll` and `drop()` it in
 * `afterAll`.
 *
 * @param options.empty a database without anything in it, for tests of the migration itself
 * @param options.cluster another server than the run's, with a template of its own, for tests that crash it
 */
export async function createDatabase(
  options: { readonly empty?: boolean; readonly cluster?: ClusterAddress } = {},
): Promise<TestDatabase> {
  const address: ClusterAddress = options.cluster ?? inject('cluster');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = options.empty ? 'template1' : templateName;
  await asSuperuser(address, async (client) => {
    await client.query(`create database ${name} owner ${ownerName} template ${template}`);
    // As migrate() leaves it; a copy has the rights of a new database.
    if (!options.empty) await client.query(`revoke temporary on database ${name} from public`);
  });
  const ownerUrl = clusterUrl(address, name, ownerName);
  const apiUrl = clusterUrl(address, name, 'rowbell_api');
  const workerUrl = clusterUrl(address, name, 'rowbell_worker');
  const owner = pool(ownerUrl);
  const api = pool(apiUrl);
  const worker = pool(workerUrl);

  return {
    name,
    ownerUrl,
    apiUrl,
    workerUrl,
    owner,
    worker,
    asOwner: (work, session) => transact(owner, null, {}, work, session),
    asUser: (userId, work, session) => transact(api, 'rowbell_user', { 'rowbell.user_id': userId }, work, session),
    asOperator: (work, session) => transact(api, 'rowbell_operator', {}, work, session),
    asAnonymous: (work, session) => transact(api, 'rowbell_anonymous', {}, work, session),
    asHttp: (work, session) => transact(api, 'rowbell_http', {}, work, session),
    asLive: (work, session) => transact(api, 'rowbell_live', {}, work, session),
    asWriter: (work, session) => transact(owner, 'rowbell_writer', {}, work, session),
    asAnalyst: (work, session) => transact(owner, 'rowbell_analyst', {}, work, session),
    asWorker: (work, session) => transact(worker, null, {}, work, session),
    async jobs(task) {
      const { rows } = await owner.query<Job>(
        `select jobs.id, tasks.identifier as task, jobs.payload, jobs.run_at as "runAt", jobs.attempts,
                jobs.last_error as "lastError", jobs.key
         from graphile_worker._private_jobs as jobs
         join graphile_worker._private_tasks as tasks on tasks.id = jobs.task_id
         where $1::text is null or tasks.identifier = $1
         order by jobs.id`,
        [task ?? null],
      );
      return rows;
    },
    async runJobs(taskList) {
      await runOnce({ pgPool: worker, taskList, noHandleSignals: true, logger: new Logger(() => () => {}) });
    },
    async drop() {
      await Promise.all([owner.end(), api.end(), worker.end()]);
      await asSuperuser(address, (client) => client.query(`drop database ${name} with (force)`));
    },
  };
}

function pool(connectionString: string): pg.Pool {
  const result = new pg.Pool({ connectionString, max: 20, types: typeParsers });
  result.on('error', () => {});
  result.on('connect', (client) => client.on('error', () => {}));
  return result;
}

async function transact<T>(
  connections: pg.Pool,
  role: string | null,
  claims: Readonly<Record<string, string>>,
  work: Work<T>,
  options: SessionOptions = {},
): Promise<T> {
  const client = await connections.connect();
  const all = {
    ...(options.userId === undefined ? {} : { 'rowbell.user_id': options.userId }),
    ...(options.sessionId === undefined ? {} : { 'rowbell.session_id': options.sessionId }),
    ...claims,
  };
  let broken = false;
  try {
    await client.query('begin');
    if (role) await client.query(`set local role ${role}`);
    for (const [name, value] of Object.entries(all))
      await client.query('select set_config($1, $2, true)', [name, value]);
    const result = await work(client);
    await client.query(options.commit ? 'commit' : 'rollback');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
