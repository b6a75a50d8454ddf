import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnv, promisify } from 'node:util';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { settingNames, settings } from '../src/config/index.ts';
import type { Postgres } from '../src/postgres/index.ts';
import { asSuperuser, type ClusterAddress, startCluster } from './support/cluster.ts';
import { quietPort } from './support/port.ts';

const root = join(import.meta.dirname, '..');

type Service = {
  image: string;
  command?: string[];
  user?: string;
  environment?: Record<string, string>;
  env_file?: string[];
  volumes?: string[];
  mem_limit?: string;
  pids_limit?: number;
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
const example = await readFile(join(root, '.env.example'), 'utf8');
/** In .env for compose alone. */
const passwords = ['POSTGRES_PASSWORD', 'ROWBELL_OWNER_PASSWORD', 'ROWBELL_API_PASSWORD', 'ROWBELL_WORKER_PASSWORD'];

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

  test('SE-12: limits memory and processes, and Node knows of it', async () => {
    for (const [name, service] of Object.entries(services)) {
      expect([name, service.mem_limit]).toEqual([name, expect.stringMatching(/^\d+[mg]$/)]);
      expect([name, service.pids_limit]).toEqual([name, expect.any(Number)]);
    }
    for (const [name] of ours) {
      const { NODE_OPTIONS } = environmentOf(name, {});
      const script = `const limit = v8.getHeapStatistics().heap_size_limit;
        console.log(limit / Math.min(os.totalmem(), process.constrainedMemory() || Infinity))`;
      const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { env: { NODE_OPTIONS } });
      expect([name, Math.abs(Number(stdout) - 0.75) < 0.05]).toEqual([name, true]);
    }
  });

  test('SE-12: gives each container the secrets of its own work and no other', () => {
    const workers = ['worker-urgent', 'worker-bulk'];
    const table: Record<string, readonly string[]> = {
      POSTGRES_PASSWORD: ['postgres'],
      ROWBELL_OWNER_PASSWORD: ['postgres', 'migrate'],
      ROWBELL_API_PASSWORD: ['migrate', 'api'],
      ROWBELL_WORKER_PASSWORD: ['migrate', ...workers],
      ANALYST_DATABASE_URL: ['migrate'],
      JWT_SECRET: ['api'],
      METRICS_TOKEN: ['api'],
      LINK_KEYS: ['api', ...workers],
      TWILIO_AUTH_TOKEN: ['api', ...workers],
      APNS_KEY: workers,
      FCM_SERVICE_ACCOUNT: workers,
      VAPID_PRIVATE_KEY: workers,
      SMTP_URL: workers,
      DKIM_PRIVATE_KEY: workers,
      EMAIL_INBOUND_SECRET: ['api'],
      POSTMARK_WEBHOOK_SECRET: ['api'],
      MAILGUN_SIGNING_KEY: ['api'],
      RESEND_WEBHOOK_SECRET: ['api'],
      SPARKPOST_WEBHOOK_SECRET: ['api'],
      BREVO_WEBHOOK_SECRET: ['api'],
      MAILJET_WEBHOOK_SECRET: ['api'],
      // Made of the passwords here; what .env says is for other ways to run.
      DATABASE_URL: [],
      API_DATABASE_URL: [],
      LIVE_DATABASE_URL: [],
      WORKER_DATABASE_URL: [],
    };
    const secrets = settingNames.filter((name) => settings[name].secret);
    expect(Object.keys(table).sort()).toEqual([...secrets, ...passwords].sort());
    const dotEnv = Object.fromEntries(Object.keys(table).map((name) => [name, `the secret of ${name}.`]));
    for (const [secret, containers] of Object.entries(table)) {
      const seenBy = Object.keys(services).filter((name) =>
        JSON.stringify({ ...services[name], environment: environmentOf(name, dotEnv) }).includes(
          `the secret of ${secret}.`,
        ),
      );
      expect([secret, seenBy]).toEqual([secret, containers]);
    }
    for (const [name, service] of Object.entries(services)) expect([name, service.env_file]).toEqual([name, undefined]);
  });

  test('sets settings that exist, and each of them somewhere', () => {
    const known = new Set<string>([...settingNames, 'NODE_OPTIONS']);
    const set = new Set(ours.flatMap(([, service]) => Object.keys(service.environment ?? {})));
    expect([...set].filter((name) => !known.has(name))).toEqual([]);
    // A container has no folder of `npm start`.
    expect(settingNames.filter((name) => !set.has(name))).toEqual(['ROWBELL_STATE_DIR']);
    const readable = { ...parseEnv(example), ROWBELL_ENV: 'development', LOG_LEVEL: 'warn', WORKER_CONCURRENCY: '3' };
    expect(environmentOf('worker-bulk', readable)).toMatchObject({
      ROWBELL_ENV: 'development',
      LOG_LEVEL: 'warn',
      WORKER_CONCURRENCY: '3',
      APNS_HOST: 'api.push.apple.com',
    });
  });
});

/** What compose gives a container: `environment`, with the variables of .env in their places. */
function environmentOf(name: string, dotEnv: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const replace = (value: string) =>
    String(value).replaceAll(/\$\{(\w+)(?:(:?[-?])([^}]*))?\}/g, (_all, variable: string, kind = '', text = '') => {
      const value = dotEnv[variable];
      // Without the colon an empty value counts.
      const isSet = kind.startsWith(':') ? Boolean(value) : value !== undefined;
      return isSet ? (value ?? '') : kind.endsWith('-') ? text : '';
    });
  return Object.fromEntries(
    Object.entries(services[name]?.environment ?? {}).map(([key, value]) => [key, replace(value)]),
  );
}

describe('its commands, without Docker', { timeout: 400_000 }, () => {
  let postgres: Postgres;
  let address: ClusterAddress;
  let sandboxDir: string;
  const running: ChildProcess[] = [];
  /** What a container has of its own and this machine shares: addresses, ports, the folder of a volume. */
  let local: (text: string) => string;
  let dotEnv: Record<string, string>;

  beforeAll(async () => {
    ({ postgres, address } = await startCluster());
    await asSuperuser(address, (client) => client.query('create database rowbell'));
    sandboxDir = await mkdtemp(join(tmpdir(), 'rowbell-compose-test-'));
    const [apiPort, metricsPort, sandboxPort] = [await quietPort(), await quietPort(), await quietPort()];
    local = (text) =>
      text
        .replaceAll('@postgres:5432/rowbell', `@127.0.0.1:${address.port}/rowbell`)
        .replaceAll(/^\/sandbox|(?<==)\/sandbox/g, sandboxDir)
        .replaceAll('0.0.0.0', '127.0.0.1')
        .replaceAll('5678', String(apiPort))
        .replaceAll('9464', String(metricsPort))
        .replaceAll('5680', String(sandboxPort));
    dotEnv = {
      ...(parseEnv(example) as Record<string, string>),
      ...Object.fromEntries(passwords.map((name) => [name, `${name}'s own`.replaceAll(/\W/g, '_')])),
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
    await postgres.stop();
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

  /** What the image of postgres does with what is mounted into /docker-entrypoint-initdb.d, by psql. */
  async function initialise(): Promise<void> {
    const [file] =
      services.postgres?.volumes?.flatMap(
        (volume) => /^\.\/(.+):\/docker-entrypoint-initdb\.d\//.exec(volume)?.[1] ?? [],
      ) ?? [];
    const script = await readFile(join(root, file ?? ''), 'utf8');
    const variables = Object.fromEntries(
      [...script.matchAll(/^\\getenv (\w+) (\w+)$/gm)].map(([, name, setting]) => [
        name,
        environmentOf('postgres', dotEnv)[setting ?? ''],
      ]),
    );
    const sql = script
      .replaceAll(/^\\getenv .*$/gm, '')
      .replaceAll(/:'(\w+)'/g, (_all, name: string) => pg.escapeLiteral(variables[name] ?? ''));
    await asSuperuser(address, (client) => client.query(sql), 'rowbell');
  }

  test('SE-1: migrates as the owner that the init script makes, who is no superuser', async () => {
    await initialise();
    await initialise();
    expect(new URL(environmentOf('migrate', dotEnv).DATABASE_URL ?? '').username).toBe('rowbell_owner');
    const migration = run('migrate', services.migrate?.command ?? []);
    expect([await migration.ended, migration.output()]).toEqual([
      0,
      expect.stringContaining('The database is up to date'),
    ]);
    const { rows } = await asSuperuser(
      address,
      (client) =>
        client.query(
          `select r.rolname as owner, r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolbypassrls, r.rolreplication,
             (select array_agg(distinct x.proowner::regrole::text) from pg_proc as x where x.prosecdef and x.pronamespace >= 16384) as of_definers
           from pg_database as d join pg_roles as r on r.oid = d.datdba where d.datname = 'rowbell'`,
        ),
      'rowbell',
    );
    expect(rows).toEqual([
      {
        owner: 'rowbell_owner',
        rolsuper: false,
        rolcreaterole: true,
        rolcreatedb: false,
        rolbypassrls: false,
        rolreplication: false,
        of_definers: ['rowbell_owner'],
      },
    ]);
  });

  test('migrate ends well again; the others become healthy and end in order', async () => {
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
