import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, readAnswer, signToken, startTestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';
import { quietPort } from '../support/port.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let token: string;

beforeAll(async () => {
  database = await createDatabase();
  token = await signToken(await createUser(database));
});
afterAll(async () => {
  await database?.drop();
});

/** The way to the database, which can be cut and mended: to the API that is PostgreSQL gone and back. */
async function createCuttableWay(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let server: Server;
  const open = (port: number) =>
    new Promise<void>((resolve) => {
      server = createServer((near) => {
        const far = connect(Number(target.port), target.hostname);
        for (const socket of [near, far]) {
          sockets.add(socket);
          socket.on('error', () => {});
          socket.on('close', () => {
            sockets.delete(socket);
            near.destroy();
            far.destroy();
          });
        }
        near.pipe(far).pipe(near);
      });
      server.listen(port, '127.0.0.1', resolve);
    });
  const port = await quietPort();
  await open(port);
  const url = new URL(databaseUrl);
  url.port = String(port);
  return {
    url: url.href,
    cut() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
    mend: () => open(port),
  };
}

test('losing the database is UNAVAILABLE and not ready while it lasts, and over when it is back', async () => {
  const way = await createCuttableWay(database.apiUrl);
  const api = await startTestApi(database, { API_DATABASE_URL: way.url, METRICS_PORT: '0' });
  const ask = () => api.ask('{ unreadCount }', { token });
  const untilReadyIs = (status: number) =>
    until(`ready is ${status}`, async () => (await fetch(`${api.url}/readyz`)).status === status);
  expect((await ask()).codes).toEqual([]);
  await untilReadyIs(200);
  const underWay = Promise.all(Array.from({ length: 20 }, ask));
  way.cut();
  for (const { codes } of await underWay) expect(codes.length === 0 || codes[0] === 'UNAVAILABLE').toBe(true);
  const down = await ask();
  expect(down.codes).toEqual(['UNAVAILABLE']);
  expect(down.text).not.toMatch(/ECONN|connect|terminat/i);
  await untilReadyIs(503);
  expect((await fetch(`${api.url}/livez`)).status).toBe(200);
  expect(await (await fetch(`${api.metricsUrl}/metrics`)).text()).toMatch(/^rowbell_up 0$/m);
  await way.mend();
  expect((await ask()).codes).toEqual([]);
  await untilReadyIs(200);
  await api.stop();
  way.cut();
});

test('starts without a database, and serves when there is one', async () => {
  const way = await createCuttableWay(database.apiUrl);
  way.cut();
  const starting = startTestApi(database, { API_DATABASE_URL: way.url });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await way.mend();
  const api = await starting;
  expect((await api.ask('{ unreadCount }', { token })).errors).toEqual([]);
  await api.stop();
  way.cut();
});

test('stopping lets what is under way finish and takes nothing new', async () => {
  const api = await startTestApi(database, { SHUTDOWN_TIMEOUT_MS: '60000' });
  const client = await database.owner.connect();
  await client.query('begin');
  await client.query('lock table notify.devices in access exclusive mode');
  const underWay = fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ devices { id } }' }),
  });
  await until('it waits for the table', () =>
    one<boolean>(
      database.owner,
      `select exists (select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database())`,
    ),
  );
  const stopped = api.stop();
  await until('it takes nothing new', () =>
    fetch(`${api.url}/livez`).then(
      () => false,
      () => true,
    ),
  );
  await client.query('rollback');
  client.release();
  const response = await underWay;
  expect((await readAnswer(response)).errors).toEqual([]);
  // SE-7: whoever keeps connections sends nothing more on this one.
  expect(response.headers.get('connection')).toBe('close');
  const answered = performance.now();
  await stopped;
  // Not when its patience is over.
  expect(performance.now() - answered).toBeLessThan(50_000);
  const connections = async () =>
    (
      await database.owner.query(
        `select from pg_stat_activity
         where datname = current_database() and application_name in ('rowbell-api', 'rowbell-http', 'rowbell-health', 'rowbell-export')`,
      )
    ).rowCount;
  await expect.poll(connections).toBe(0);
});
