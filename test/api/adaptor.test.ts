import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createPool } from '../../src/database/pool.ts';
import { createAdaptor } from '../../src/graphql/adaptor.ts';
import { createFairQueue } from '../../src/graphql/fair-queue.ts';
import { createLogger } from '../../src/logger.ts';
import { createUser } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';

type Row = Readonly<Record<string, unknown>>;
type Client = { query(statement: { text: string; values?: unknown[] }): Promise<{ rows: Row[]; rowCount: number }> };
type WithClient = <T>(settings: Record<string, string>, work: (client: Client) => Promise<T>) => Promise<T>;

let db: TestDatabase;
/** One connection, so that what is left on it by one statement is there for the next. */
let pool: pg.Pool;
let withClient: WithClient;
let me: Record<string, string>;
beforeAll(async () => {
  db = await createDatabase();
  const logger = createLogger({ level: 'silent', component: 'api' });
  pool = createPool({ url: db.apiUrl, applicationName: 'test-adaptor', max: 1, logger });
  const queue = createFairQueue({ limit: 'connections', share: 1, places: 1, maxWaiting: 10, maxWaitMs: 5_000 });
  withClient = createAdaptor(queue).createWithPgClient({ pool }, null as never) as unknown as WithClient;
});
afterAll(async () => {
  await pool?.end();
  await db?.drop();
});
beforeEach(async () => {
  const userId = await createUser(db);
  me = { role: 'rowbell_user', 'rowbell.user_id': userId, 'rowbell.session_id': '' };
});

const ask = (text: string, { values = [], as = me }: { values?: unknown[]; as?: Record<string, string> } = {}) =>
  withClient(as, (client) => client.query({ text, values }));
const whoIsAsking = `select current_user::text as role, current_setting('rowbell.user_id', true) as id`;
const register = (token: string, as = me) => ask(`select notify.register_device('fcm', $1)`, { values: [token], as });
const devices = (token: string) =>
  one<number>(db.owner, 'select count(*)::integer from notify.devices where token = $1', [token]);
const newToken = () => `fcm-${randomUUID()}`;

test('API: a statement acts as whoever asks, and leaves nothing of them on the connection', async () => {
  expect((await ask(whoIsAsking)).rows).toEqual([{ role: 'rowbell_user', id: me['rowbell.user_id'] }]);
  // Without settings, as whoever logged in.
  expect((await pool.query(whoIsAsking)).rows).toEqual([{ role: 'rowbell_api', id: '' }]);
  const operator = { ...me, role: 'rowbell_operator' };
  expect((await ask(whoIsAsking, { as: operator })).rows[0]?.role).toBe('rowbell_operator');
});

test('API: a statement and its settings are one trip to the database, and committed when it is over', async () => {
  await ask('select 1');
  const client = (await pool.connect()) as pg.PoolClient & { connection: NodeJS.EventEmitter };
  client.release();
  let trips = 0;
  const count = () => {
    trips += 1;
  };
  client.connection.on('readyForQuery', count);
  const token = newToken();
  await register(token);
  expect([trips, await devices(token)]).toEqual([1, 1]);
  await register(token, { ...me, 'rowbell.session_id': 'a session that goes on' });
  expect(trips).toBe(2);
  client.connection.off('readyForQuery', count);
});

test('API: a connection is told the columns of a statement once', async () => {
  const text = `select 1 as number, $1::text as "text", null as nothing where $1 <> ''`;
  const rows = [{ number: 1, text: 'one', nothing: null }];
  await ask(text, { values: ['one'] });
  const client = (await pool.connect()) as pg.PoolClient & { connection: NodeJS.EventEmitter };
  client.release();
  let told = 0;
  const count = () => {
    told += 1;
  };
  client.connection.on('rowDescription', count);
  expect((await ask(text, { values: ['one'] })).rows).toEqual(rows);
  expect((await ask(text, { values: [''] })).rows).toEqual([]);
  expect((await ask(text, { values: ['two'] })).rows).toEqual([{ ...rows[0], text: 'two' }]);
  expect(told).toBe(0);
  // What was not executed has told nothing yet.
  const other = `select 1 / $1::integer as quotient`;
  await expect(ask(other, { values: [0] })).rejects.toMatchObject({ code: '22012' });
  expect((await ask(other, { values: [1] })).rows).toEqual([{ quotient: 1 }]);
  client.connection.off('rowDescription', count);
});

test('API: a value that cannot be written down leaves the connection as it was', async () => {
  const round: Record<string, unknown> = {};
  round.itself = round;
  await expect(ask('select $1::jsonb as value', { values: [round] })).rejects.toThrow(/circular/);
  expect((await ask('select $1::jsonb as value', { values: [{ a: 1 }] })).rows).toEqual([{ value: { a: 1 } }]);
});

test('API: where settings cannot be had the statement is not executed', async () => {
  const token = newToken();
  for (const role of ['rowbell', 'rowbell_worker', 'nobody']) {
    await expect(register(token, { ...me, role })).rejects.toThrow(/role/);
    expect(await devices(token)).toBe(0);
  }
  await register(token);
  expect(await devices(token)).toBe(1);
});

test('API: nothing is done for a session that has ended', async () => {
  const [early, late] = [newToken(), newToken()];
  const session = { ...me, 'rowbell.session_id': 'phone' };
  await register(early, session);
  expect(await devices(early)).toBe(1);
  await ask('select notify.end_session()', { as: session });
  // Some functions ask for themselves, a statement does not.
  await expect(ask('select 1', { as: session })).rejects.toMatchObject({ code: 'RBAUT' });
  await expect(register(late, session)).rejects.toMatchObject({ code: 'RBAUT' });
  expect(await devices(late)).toBe(0);
  await register(late, { ...session, 'rowbell.session_id': 'tablet' });
  expect(await devices(late)).toBe(1);
});

test('API: what fails is undone, and the connection goes on', async () => {
  const token = newToken();
  const text = `select notify.register_device('fcm', $1), 1 / $2::integer`;
  for (let round = 0; round < 2; round++) {
    await expect(ask(text, { values: [token, 0] })).rejects.toMatchObject({ code: '22012' });
    await expect(ask('select nonsense')).rejects.toMatchObject({ code: '42703' });
    await expect(ask('selec 1')).rejects.toMatchObject({ code: '42601' });
    expect(await devices(token)).toBe(0);
  }
  await ask(text, { values: [token, 1] });
  expect(await devices(token)).toBe(1);
});

test('API: a connection keeps a bounded number of statements, those used last', async () => {
  const kept = async () =>
    (await pool.query<{ statement: string }>('select statement from pg_prepared_statements')).rows.map(
      ({ statement }) => statement,
    );
  const numbered = (n: number) => `select ${n} as numbered`;
  for (let n = 0; n < 130; n++) {
    expect((await ask(numbered(n))).rows).toEqual([{ numbered: n }]);
    await ask(numbered(0));
  }
  const statements = await kept();
  expect(statements.length).toBeLessThanOrEqual(102);
  expect(statements).toContain(numbered(0));
  expect(statements).toContain(numbered(129));
  expect(statements).not.toContain(numbered(1));
  // Forgotten, not lost.
  expect((await ask(numbered(1))).rows).toEqual([{ numbered: 1 }]);
});
