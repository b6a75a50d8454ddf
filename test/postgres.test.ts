import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type Postgres, type PostgresOptions, startPostgres } from '../src/postgres/index.ts';
import { quietPort } from './support/port.ts';
import { until } from './support/until.ts';

const password = 'a "strange" p@ss/word';
let dataDir: string;
let running: Postgres[];

beforeEach(() => {
  dataDir = join(tmpdir(), `rowbell-postgres-test-${randomUUID()}`);
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  await rm(dataDir, { recursive: true, force: true });
});

async function start(options: Partial<PostgresOptions> = {}): Promise<Postgres> {
  const server = await startPostgres({ dataDir, password, preferredPort: 0, durability: 'durable', ...options });
  running.push(server);
  return server;
}

async function query(server: Postgres, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.url('postgres') });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const serverPid = async () => Number((await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('the embedded PostgreSQL', () => {
  test('keeps its data over a stop and takes its port again', async () => {
    const first = await start({ preferredPort: await quietPort() });
    await query(first, 'create table kept as select 42 as answer');
    expect(await query(first, `select current_setting('fsync') as fsync`)).toEqual([{ fsync: 'on' }]);
    const pid = await serverPid();
    await first.stop();
    expect(isAlive(pid)).toBe(false);
    const second = await start({ preferredPort: first.port });
    expect(second.port).toBe(first.port);
    expect(await query(second, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  test('takes another port when its own is taken', async () => {
    const taken = await quietPort();
    const other = createServer().listen(taken, '127.0.0.1');
    await once(other, 'listening');
    const server = await start({ preferredPort: taken });
    expect(server.port).not.toBe(taken);
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]);
    other.close();
  });

  test('recovers from kill -9, and a pid file of a stranger does not stop it', async () => {
    const first = await start();
    await query(first, 'create table kept as select 42 as answer');
    process.kill(await serverPid(), 'SIGKILL');
    await first.exited;
    const file = join(dataDir, 'postmaster.pid');
    const lines = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, [String(process.pid), ...lines.slice(1)].join('\n'));
    const second = await start();
    expect(await query(second, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  test('says so when the password is not the one the data was made with', async () => {
    await (await start()).stop();
    await expect(start({ password: 'another' })).rejects.toThrow(/password/);
  });

  test('ends with its owner, even one that is killed, and a throwaway leaves nothing behind', async () => {
    const script = `
      import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, '../src/postgres/index.ts'))};
      await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, password: 'x', preferredPort: 0, durability: 'throwaway' });
      console.log('ready');
      setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => owner.stdout.once('data', resolve));
    const pid = await serverPid();
    expect(isAlive(pid)).toBe(true);
    owner.kill('SIGKILL');
    await until('its folder is gone', async () => !(await stat(dataDir).catch(() => null)));
    expect(isAlive(pid)).toBe(false);
  });
});
