import { afterAll, afterEach, beforeAll } from 'vitest';
import { createRowbell, type Rowbell, type RowbellOptions } from '../../web/client/src/index.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeNotifications } from '../support/inbox.ts';
import { type Gate, startGate } from './gate.ts';

/**
 * What the tests of the client begin with: the real API, and a gate on the way to it. A test file that imports this has a
 * database of its own: the hooks here are its hooks.
 */

export let db: TestDatabase;
export let api: TestApi;
export let gate: Gate;

beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
  gate = await startGate(api.url);
});
afterAll(async () => {
  gate?.close();
  await api?.stop();
  await db?.drop();
});

const clients: Rowbell[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.connection.close();
});

/** A client that ends with its test. */
export function createClient(options: Pick<RowbellOptions, 'getToken'> & Partial<RowbellOptions>): Rowbell {
  const client = createRowbell({ url: gate.url, ...options });
  clients.push(client);
  return client;
}

/** Somebody with three notifications, and their client by way of the gate. */
export async function somebody(options: Partial<RowbellOptions> = {}) {
  const id = await createUser(db);
  const token = await signToken(id, { sid: crypto.randomUUID() });
  const notificationIds = await makeNotifications(db, id, [{}, {}, {}]);
  const rowbell = createClient({ getToken: () => token, ...options });
  gate.reset();
  return { id, token, rowbell, notificationIds };
}
