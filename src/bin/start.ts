import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../config/index.ts';
import { migrate } from '../migrate/index.ts';
import { type Child, runChild, superviseChild } from '../start/child.ts';
import { embeddedDatabase, ownDatabase } from '../start/database.ts';
import { onFreePort } from '../start/on-free-port.ts';
import { say } from '../start/output.ts';
import { startSandbox } from '../start/sandbox.ts';
import { readOrCreateSecrets, stateFolder, writeSecret } from '../start/state.ts';
import { watchSources } from '../start/watch.ts';
import { welcome } from '../start/welcome.ts';

/** What is to be stopped at the end, in the order it was started. */
const stops: (() => Promise<void>)[] = [];
let stopping: Promise<void> | null = null;

/**
 * `npm start`: everything on this machine. An embedded PostgreSQL unless DATABASE_URL names a server, the migrations, the
 * sandbox for every provider without credentials, the API, a worker per lane. `--watch` restarts what changed.
 */
async function main(): Promise<void> {
  const environment: NodeJS.ProcessEnv = { ...process.env, ROWBELL_ENV: process.env.ROWBELL_ENV || 'development' };
  const config = readConfig(environment);
  const graceMs = config.shutdownTimeoutMs + 2_000;
  const folder = stateFolder(config);
  const secrets = await readOrCreateSecrets(folder);

  const database = config.databaseUrl
    ? ownDatabase(process.env, config.databaseUrl, secrets)
    : await embeddedDatabase(folder, secrets, say);
  stops.push(database.stop);
  const bringUp = () =>
    migrate({
      databaseUrl: database.owner,
      apiDatabaseUrl: database.api,
      workerDatabaseUrl: database.worker,
      analystDatabaseUrl: database.analyst,
      packs: config.packs,
      packsDir: config.packsDir,
      beginAnew: database.beginAnew,
      say,
    });
  say(database.embedded ? 'Bringing the database up to date.' : 'Bringing the database of DATABASE_URL up to date.');
  await bringUp();

  const bare = without(environment, [
    'DATABASE_URL',
    'API_DATABASE_URL',
    'WORKER_DATABASE_URL',
    'ANALYST_DATABASE_URL',
  ]);
  say('Starting the sandbox, the API and a worker for each lane.');
  const sandbox = await startSandbox(folder, bare, config.sandbox.port, graceMs, say);
  stops.push(sandbox.child.stop);

  const urlOf = (port: number) => `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${port}`;
  const sharedOn = (port: number) => ({
    ...bare,
    ...sandbox.settings,
    PORT: String(port),
    PUBLIC_URL: environment.PUBLIC_URL || urlOf(port),
    ...(config.jwt ? {} : { JWT_SECRET: secrets.jwtSecret }),
    ...(config.linkKeys ? {} : { LINK_KEYS: `k1:${secrets.linkSecret}` }),
  });
  const supervise = (name: string, entry: string, args: string[], own: Record<string, string | undefined>): Child => {
    if (stopping) throw new Error('stopping');
    const child = superviseChild({ name, entry, args, environment: own, graceMs, say });
    stops.push(child.stop);
    return child;
  };
  const { child: api, port } = await onFreePort({
    name: 'api',
    preferred: config.port,
    host: config.host,
    start: (free) => supervise('api', 'src/bin/server.ts', [], { ...sharedOn(free), API_DATABASE_URL: database.api }),
  });
  if (port !== config.port) say(`Port ${config.port} is taken; the API listens on ${port}.`);
  const local = urlOf(port);
  const shared = sharedOn(port);
  // As docker-compose.yml has it, for the reason given there.
  const nodeOptions = `${environment.NODE_OPTIONS ?? ''} --max-semi-space-size=32`;
  const forWorkers = { ...shared, WORKER_DATABASE_URL: database.worker, NODE_OPTIONS: nodeOptions };
  const children = [
    api,
    supervise('urgent', 'src/bin/worker.ts', ['--lane', 'urgent'], forWorkers),
    supervise('bulk', 'src/bin/worker.ts', ['--lane', 'bulk'], forWorkers),
  ];
  await awaitReady(`${local}/readyz`);

  if (database.embedded) {
    const withDatabase = { ...shared, DATABASE_URL: database.owner };
    await runChild({ name: 'demo', entry: 'src/bin/demo.ts', environment: withDatabase, graceMs, say });
  }

  const watching = process.argv.includes('--watch');
  if (watching) {
    const unwatch = watchSources(config.packsDir, async (kinds) => {
      try {
        if (kinds.has('sql')) await bringUp();
        await Promise.all(children.map((child) => child.restart()));
      } catch (error) {
        say(error instanceof Error ? error.message : String(error));
      }
    });
    stops.push(async () => unwatch());
  }
  // For the story, which is told from another terminal.
  await writeSecret(
    join(folder, 'places.json'),
    JSON.stringify({ graphqlUrl: `${local}/graphql`, sandboxUrl: sandbox.url }),
  );
  process.stdout.write(
    welcome({
      apiUrl: local,
      sandboxUrl: sandbox.url,
      psql: database.psql,
      analystPsql: database.analystPsql,
      demo: database.embedded,
      // What the lines to try are about.
      hasTrips: config.packs === null || config.packs.includes('trips'),
      watching,
    }),
  );
}

async function awaitReady(url: string): Promise<void> {
  for (let waited = 0; waited < 60_000 && !stopping; waited += 100) {
    const response = await fetch(url).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return;
    await sleep(100);
  }
  if (!stopping) throw new Error(`The API did not become ready within a minute (${url}); see its lines above.`);
}

function without(environment: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !names.includes(name)));
}

/** Ends everything in the opposite order, workers and API together, and then this process. Idempotent. */
function stop(status: number): Promise<void> {
  stopping ??= (async () => {
    const [database, ...others] = stops;
    await Promise.all(others.map((end) => end()));
    await database?.();
    say('Everything has ended.');
    process.exit(status);
  })();
  return stopping;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!stopping) say('Stopping.');
    void stop(0);
  });
}

main().catch((error: unknown) => {
  if (stopping) return;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  void stop(1);
});
