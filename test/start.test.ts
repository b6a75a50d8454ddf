import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { clusterUrl } from './support/cluster.ts';
import { createDatabase } from './support/database.ts';
import { until } from './support/until.ts';
import { pass } from './support/wall-clock.ts';

const root = join(import.meta.dirname, '..');
/** Where start() keeps what it makes: of the test alone, or of those that do not mind what there is. Making it anew takes longest. */
let stateDir: string;
const sharedDir = join(tmpdir(), `rowbell-start-test-${randomUUID()}`);
let taken: Server;
let started: Started[];

type Started = { process: ChildProcess; output(): string; children(): number[]; ended: Promise<number | null> };

beforeEach(async () => {
  stateDir = join(tmpdir(), `rowbell-start-test-${randomUUID()}`);
  started = [];
  // The API's wish is taken: a start must cope.
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  const processes = started.flatMap((each) => each.children());
  for (const each of started) each.process.kill('SIGKILL');
  taken.close();
  // As long as PostgreSQL ends it writes to its folder.
  await until('all have ended', async () => alive(processes).length === 0);
  if (stateDir !== sharedDir) await rm(stateDir, { recursive: true, force: true });
});
afterAll(() => rm(sharedDir, { recursive: true, force: true }));

/** `npm start` without npm: resolves when it says that it runs. */
async function start(environment: Record<string, string> = {}): Promise<Started> {
  const address = taken.address();
  const child = spawn(process.execPath, ['src/bin/start.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      ROWBELL_STATE_DIR: stateDir,
      PORT: String(typeof address === 'object' && address?.port),
      ...environment,
    },
  });
  let text = '';
  // With its output, which may come after its end.
  let over = false;
  const ended = new Promise<number | null>((resolve) =>
    child.once('close', (code) => {
      over = true;
      resolve(code);
    }),
  );
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
  const result = {
    process: child,
    output: () => text,
    children: () => descendants(child.pid ?? 0),
    ended,
  };
  started.push(result);
  await until('it runs or ends', async () => over || text.includes('Rowbell is running.'), { withinMs: 180_000 });
  if (!text.includes('Rowbell is running.')) throw new Error(`It did not start:\n${text}`);
  return result;
}

/** Every process below one, at this moment. */
function descendants(pid: number): number[] {
  const table = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const rows = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    rows.flatMap(([id = 0, its]) => (its === parent ? [id, ...below(id)] : []));
  return below(pid);
}

function alive(pids: readonly number[]): number[] {
  return pids.filter((pid) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  });
}

async function query(sql: string, urlFile = 'database-url'): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: (await readFile(join(stateDir, urlFile), 'utf8')).trim() });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const graphqlUrl = (output: string) => /GraphQL\s+(\S+)/.exec(output)?.[1] ?? '';

describe('npm start', { timeout: 400_000 }, () => {
  test('OP-19: the core alone starts, with the demo’s people and without a trip for them to plan', async () => {
    const core = await start({ ROWBELL_PACKS: '' });
    expect(core.output()).not.toMatch(/trips|npm run story/);
    expect(await query('select name from notify.packs where enabled')).toEqual([{ name: 'core' }]);
    expect(await query(`select count(*)::integer as people from notify.users where external_id ~ '^demo-'`)).toEqual([
      { people: 5 },
    ]);
    // The choice can be another one the next time.
    core.process.kill('SIGINT');
    expect(await core.ended).toBe(0);
    const whole = await start();
    expect(whole.output()).toContain('insert into trips.trips');
    expect(await query('select count(*)::integer as members from trips.memberships')).toEqual([{ members: 5 }]);
  });

  test('refuses the data of an earlier checkout, keeps them, and says how to begin anew', async () => {
    const first = await start({ ROWBELL_PACKS: '' });
    await query(`insert into notify.users (external_id) values ('kept')`);
    // As the checkouts before the migrations were written anew left it.
    await query(`drop table rowbell.migration_texts`);
    await query(`update rowbell.migrations set version = '20261121' || right(version, 6)`);
    first.process.kill('SIGINT');
    expect(await first.ended).toBe(0);
    const data = join(stateDir, 'postgres');
    await expect(start({ ROWBELL_PACKS: '' })).rejects.toThrow(
      new RegExp(`made by an earlier checkout.*Nothing in it was changed or deleted.*remove the folder ${data}`),
    );
    expect(await started.at(-1)?.ended).toBe(1);
    expect((await stat(data)).isDirectory()).toBe(true);
    await rm(data, { recursive: true });
    await start({ ROWBELL_PACKS: '' });
    expect(await query(`select from notify.users where external_id = 'kept'`)).toEqual([]);
  });

  test('runs everything, ends it all on Ctrl-C, and resumes', async () => {
    stateDir = sharedDir;
    const first = await start();
    const { stdout: token } = await promisify(execFile)(
      process.execPath,
      ['src/bin/token.ts', '--user', '00000000-0000-7000-8000-0000000000a1'],
      { cwd: root, env: { PATH: process.env.PATH, ROWBELL_STATE_DIR: stateDir } },
    );
    const ask = async (authorization: Record<string, string>) => {
      const answer = await fetch(graphqlUrl(first.output()), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...authorization },
        body: JSON.stringify({ query: '{ __typename }' }),
      });
      return answer.json();
    };
    expect(await ask({ authorization: `Bearer ${token.trim()}` })).toMatchObject({ data: { __typename: 'Query' } });
    expect(await ask({})).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(first.output()).toMatch(/Port \d+ is taken/);
    await query(`insert into notify.users (external_id) values ('kept')`);
    // Analysts have a login of their own, as it says.
    expect(first.output()).toMatch(/Figures\s+psql "\$\(cat .*analyst-url\)"/);
    expect(await query('select current_user as who from analytics.freshness', 'analyst-url')).toEqual([
      { who: 'rowbell_analyst' },
    ]);
    await expect(query('select from notify.users', 'analyst-url')).rejects.toThrow(/permission denied/);

    const processes = first.children();
    // The guard and its watcher, PostgreSQL, the sandbox, the API and two workers at least.
    expect(processes.length).toBeGreaterThan(6);
    first.process.kill('SIGINT');
    expect(await first.ended).toBe(0);
    await until('the others have ended, too', async () => alive(processes).length === 0);

    const second = await start();
    expect(await query(`select from notify.users where external_id = 'kept'`)).toHaveLength(1);
    expect(second.output()).not.toContain('Applied migration');
    second.process.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });

  test('offers a story: a trip and a week of calls, with every phone that rang and why others did not', async () => {
    await start();
    const owner = new pg.Client({ connectionString: (await readFile(join(stateDir, 'database-url'), 'utf8')).trim() });
    await owner.connect();
    await owner.query(
      `update notify.fallback_steps set wait = '1 second' where fallback_key = 'push_and_sms' and step = 1`,
    );
    await owner.end();
    // It plays days, and none may end meanwhile.
    await pass({ everyMs: 3_600_000, enoughMs: 120_000 });
    const { stdout: told } = await promisify(execFile)(process.execPath, ['src/bin/story.ts'], {
      cwd: root,
      env: { PATH: process.env.PATH, ROWBELL_STATE_DIR: stateDir },
    });
    for (const line of [
      "→ Ben ben-android  Lisbon in May · Ada started planning this trip — take a look when you're ready.",
      '· Dilan, push of expense_added: The person had switched',
      '· Eva, push of first_idea_contributed: It came within the person’s quiet hours',
      '· Ada, push of expense_added: The person had already got as many messages as they get in a day',
      '→ Ben ben-android  Lisbon in May · Starts today — have an amazing time!',
      "→ Chloé chloe-iphone  Coach Maya t'appelle dans 5 min ! 💪 · Jour 1 : point objectif fitness.",
      '· Chloé, sms of coaching_preview: It was not needed, because the person had already been reached in another way.',
      "→ Chloé sms  Coach Maya t'appelle dans 5 min ! Jour 3",
      '· Jour 7 — une semaine complète ! On fête ça.',
      'The end.',
    ])
      expect(told).toContain(line);
  });

  test('starts again what dies, PostgreSQL included', async () => {
    stateDir = sharedDir;
    const running = await start();
    const pid = Number((await readFile(join(stateDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    await until('PostgreSQL answers again', () => query('select 1').catch(() => null));
    const workers = () => running.children().filter((id) => commandOf(id).includes('--lane urgent'));
    const worker = await until('the worker is there', async () => workers()[0]);
    process.kill(worker, 'SIGKILL');
    await until('it was seen to end', async () => /urgent ended \(SIGKILL\)/.test(running.output()));
    await until('another is there', async () => workers().some((id) => id !== worker));
    expect(workers()).toHaveLength(1);
    running.process.kill('SIGINT');
    expect(await running.ended).toBe(0);
  });

  test('leaves no process when it is killed itself', async () => {
    stateDir = sharedDir;
    const running = await start();
    const processes = running.children();
    running.process.kill('SIGKILL');
    await until('all have ended', async () => alive(processes).length === 0);
  });

  test('uses the server of DATABASE_URL instead, when that is set', async () => {
    const database = await createDatabase({ empty: true });
    try {
      const address = inject('cluster');
      const running = await start({
        DATABASE_URL: database.ownerUrl,
        API_DATABASE_URL: clusterUrl(address, database.name, 'rowbell_api'),
        WORKER_DATABASE_URL: clusterUrl(address, database.name, 'rowbell_worker'),
      });
      expect(await stat(join(stateDir, 'postgres')).catch(() => null)).toBeNull();
      expect((await database.owner.query('select from notify.users')).rowCount).toBe(0);
      running.process.kill('SIGINT');
      expect(await running.ended).toBe(0);
    } finally {
      await database.drop();
    }
  });

  test('names every problem of the configuration and starts nothing', async () => {
    await expect(start({ LOG_LEVEL: 'loud', APNS_KEY_ID: 'x' })).rejects.toThrow(/LOG_LEVEL[\s\S]*APNS_KEY_ID/);
    expect(await stat(stateDir).catch(() => null)).toBeNull();
  });
});

function commandOf(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
