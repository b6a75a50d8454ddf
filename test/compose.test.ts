import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { settingNames } from '../src/config.ts';
import { createDatabase, type TestDatabase } from './support/database.ts';
import { quietPort } from './support/port.ts';

const root = join(import.meta.dirname, '..');

type Service = {
  image: string;
  command?: string[];
  user?: string;
  environment?: Record<string, string>;
  env_file?: string[];
  depends_on?: Record<string, { condition: string; required?: boolean }>;
  healthcheck?: { test: string[] };
  restart?: string;
  profiles?: string[];
  logging?: { options?: Record<string, string> };
};

const services: Record<string, Service> = parse(await readFile(join(root, 'docker-compose.yml'), 'utf8'), {
  merge: true,
}).services;
const ours = Object.entries(services).filter(([name]) => name !== 'postgres');

describe('docker-compose.yml', () => {
  test('gates everything behind one migration', () => {
    expect(services.migrate?.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(services.migrate?.restart).toBe('no');
    for (const name of ['api', 'worker-urgent', 'worker-bulk']) {
      expect(services[name]?.depends_on?.migrate).toEqual({ condition: 'service_completed_successfully' });
      expect(services[name]?.restart).toBe('unless-stopped');
    }
  });

  test('runs as a normal user, with bounded logs and health checks', () => {
    for (const [name, service] of ours) {
      expect([name, service.user]).toEqual([name, 'node']);
      expect([name, service.logging?.options]).toEqual([name, { 'max-size': '10m', 'max-file': '5' }]);
      if (name !== 'migrate') expect([name, service.healthcheck?.test[0]]).toEqual([name, 'CMD']);
    }
  });

  test('gives each container no database password but its own', () => {
    const env = { POSTGRES_PASSWORD: 'p1', ROWBELL_API_PASSWORD: 'p2', ROWBELL_WORKER_PASSWORD: 'p3' };
    const seen = (name: string) =>
      ['p1', 'p2', 'p3'].filter((password) => Object.values(environmentOf(name, env)).join().includes(password));
    expect(seen('api')).toEqual(['p2']);
    expect(seen('worker-urgent')).toEqual(['p3']);
    expect(seen('worker-bulk')).toEqual(['p3']);
    expect(seen('sandbox')).toEqual([]);
  });

  test('sets settings that exist', () => {
    const known = new Set<string>([
      ...settingNames,
      'POSTGRES_PASSWORD',
      'ROWBELL_API_PASSWORD',
      'ROWBELL_WORKER_PASSWORD',
      // Node's own.
      'NODE_OPTIONS',
    ]);
    for (const [name, service] of ours) {
      for (const setting of Object.keys(service.environment ?? {})) {
        expect([name, setting, known.has(setting)]).toEqual([name, setting, true]);
      }
    }
  });
});

/** What compose would give a container: the file .env, then `environment` with its variables replaced. */
function environmentOf(name: string, dotEnv: Record<string, string>): Record<string, string> {
  const replace = (value: string) =>
    String(value).replaceAll(/\$\{(\w+)(?::[-?][^}]*)?\}/g, (_all, variable: string) => dotEnv[variable] ?? '');
  const own = Object.entries(services[name]?.environment ?? {}).map(([key, value]) => [key, replace(value)]);
  return { ...dotEnv, ...Object.fromEntries(own) };
}

describe('its commands, without Docker', { timeout: 400_000 }, () => {
  let database: TestDatabase;
  let sandboxDir: string;
  const running: ChildProcess[] = [];
  /** What a container has of its own and this machine shares: addresses, ports, the folder of a volume. */
  let local: (text: string) => string;
  let dotEnv: Record<string, string>;

  beforeAll(async () => {
    database = await createDatabase({ empty: true });
    sandboxDir = await mkdtemp(join(tmpdir(), 'rowbell-compose-test-'));
    const { port, password } = inject('cluster');
    const [apiPort, sandboxPort] = [await quietPort(), await quietPort()];
    local = (text) =>
      text
        .replaceAll('@postgres:5432/rowbell', `@127.0.0.1:${port}/${database.name}`)
        .replaceAll(/^\/sandbox|(?<==)\/sandbox/g, sandboxDir)
        .replaceAll('0.0.0.0', '127.0.0.1')
        .replaceAll('5678', String(apiPort))
        .replaceAll('5680', String(sandboxPort));
    dotEnv = {
      ...(parseEnv(await readFile(join(root, '.env.example'), 'utf8')) as Record<string, string>),
      POSTGRES_PASSWORD: password,
      ROWBELL_API_PASSWORD: password,
      ROWBELL_WORKER_PASSWORD: password,
      JWT_SECRET: 'x'.repeat(32),
      LINK_KEYS: `k1:${'x'.repeat(32)}`,
      SANDBOX_SETTINGS_FILE: '/sandbox/settings.json',
    };
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') for (const child of running) child.kill('SIGKILL');
  });
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await database.drop();
    await rm(sandboxDir, { recursive: true });
  });

  function run(
    name: string,
    command: readonly string[],
  ): { child: ChildProcess; ended: Promise<number | null>; output(): string } {
    const [program, ...args] = command;
    expect(program).toBe('node');
    const variables = Object.entries(environmentOf(name, dotEnv)).map(([key, value]) => [key, local(value)]);
    const child = spawn(process.execPath, args.map(local), {
      cwd: root,
      env: { PATH: process.env.PATH, ...Object.fromEntries(variables) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
    running.push(child);
    // With its output, which may come after its end.
    return { child, ended: new Promise((resolve) => child.once('close', resolve)), output: () => text };
  }

  async function isHealthy(name: string): Promise<boolean> {
    const check = services[name]?.healthcheck?.test.slice(1) ?? [];
    return (await run(name, check).ended) === 0;
  }

  test('migrate ends well; the others become healthy and end in order', async () => {
    const migration = run('migrate', services.migrate?.command ?? []);
    expect([await migration.ended, migration.output()]).toEqual([
      0,
      expect.stringContaining('The database is up to date'),
    ]);

    const names = ['sandbox', 'api', 'worker-urgent', 'worker-bulk'];
    for (const name of names.slice(1)) expect([name, await isHealthy(name)]).toEqual([name, false]);
    const started = names.map((name) => run(name, services[name]?.command ?? []));
    for (const name of names) {
      let healthy = false;
      for (let tries = 0; tries < 200 && !healthy; tries++) {
        healthy = await isHealthy(name);
        if (!healthy) await sleep(500);
      }
      expect([name, healthy, started[names.indexOf(name)]?.output()]).toEqual([name, true, expect.anything()]);
    }
    // The providers without credentials are the sandbox's.
    expect(started[2]?.output()).toContain('"apns"');
    for (const { child } of started) child.kill('SIGTERM');
    expect(await Promise.all(started.map(({ ended }) => ended))).toEqual([0, 0, 0, 0]);
  });
});
