import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUser, type GraphqlAnswer, readMetric, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database, { METRICS_PORT: '0' });
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

const metric = (name: string) => readMetric(api, `rowbell_api_${name}`);
/** Connections that wait for a lock of this database. */
const lockedConnections = async (): Promise<number> => {
  const { rows } = await database.owner.query(
    `select count(distinct pid)::integer as waiting from pg_locks
     where not granted and database = (select oid from pg_database where datname = current_database())`,
  );
  return rows[0].waiting;
};
const somebody = async () => {
  const id = await createUser(database, { email: `${crypto.randomUUID()}@example.com` });
  return { id, token: await signToken(id) };
};
const unread = async (token: string) => (await api.ask('{ unreadCount }', { token })).data?.unreadCount;
const register = (device: string) =>
  `mutation { registerDevice(input: { provider: apns, token: "${device.padStart(64, '0')}" }) { result { id } } }`;
const devices = async (userId: string) => {
  const { rows } = await database.owner.query('select token from notify.devices where user_id = $1 order by token', [
    userId,
  ]);
  return rows.map(({ token }) => token.replace(/^0+/, ''));
};

/** While the work goes on whatever reads or writes this table waits, for the 5 s of a statement. */
async function whileLocked(table: string, work: () => Promise<void>): Promise<void> {
  const client = await database.owner.connect();
  try {
    await client.query('begin');
    await client.query(`lock table ${table} in access exclusive mode`);
    await work();
  } finally {
    await client.query('rollback');
    client.release();
  }
}

test('SE-4: mutations of one person that wait for each other hold one connection, whoever else asks is answered', async () => {
  const [ada, ben] = [await somebody(), await somebody()];
  const pending: Promise<GraphqlAnswer>[] = [];
  let refused: GraphqlAnswer | undefined;
  await whileLocked('notify.devices', async () => {
    // More and more, until so many are there that one has no room.
    await until('one is refused', async () => {
      pending.push(
        api.ask(register(String(pending.length + 1)), { token: ada.token }).then((answer) => {
          if (answer.errors[0]?.extensions.limit === 'requests') refused = answer;
          return answer;
        }),
      );
      expect(await lockedConnections()).toBeLessThanOrEqual(1);
      return refused;
    });
    await until('one of them holds a connection', async () => (await lockedConnections()) === 1);
    await until('the metrics say so', async () => {
      const [working, waiting] = [await metric('requests_at_work'), await metric('requests_waiting')];
      return working === 1 && waiting > 10;
    });
    expect(await unread(ben.token)).toBe(0);
  });
  expect(refused).toMatchObject({ status: 429, retryAfter: '1' });
  expect(refused?.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', limit: 'requests', retryAfter: 1 } }]);
  await until('it is counted', async () => (await metric('refused_total{limit="requests"}')) > 0);
  const answers = await Promise.all(pending);
  expect(new Set(answers.flatMap(({ codes }) => codes))).not.toContain('UNAVAILABLE');
  expect((await devices(ada.id)).length).toBe(answers.filter(({ errors }) => errors.length === 0).length);
  expect((await devices(ada.id)).length).toBeGreaterThan(0);
  await until('nobody waits', async () => (await metric('requests_waiting')) === 0);
});

test("SE-4: nor do one's own reads wait for one's own mutations", async () => {
  const ada = await somebody();
  const pending: Promise<GraphqlAnswer>[] = [];
  await whileLocked('notify.devices', async () => {
    for (const device of ['a', 'b', 'c', 'd', 'e']) pending.push(api.ask(register(device), { token: ada.token }));
    await until('they wait', async () => (await metric('requests_waiting')) > 0);
    expect(await unread(ada.token)).toBe(0);
  });
  await Promise.all(pending);
});

test('SE-4: fields at the root share the connections of their person', async () => {
  const [ada, ben] = [await somebody(), await somebody()];
  // Each asks for another page, so that none is answered with another's.
  const many = (from: number) =>
    `{ ${Array.from({ length: 10 }, (_, n) => `a${n}: devices(first: ${from + n}) { id }`).join(' ')} }`;
  const pending: Promise<GraphqlAnswer>[] = [];
  await whileLocked('notify.devices', async () => {
    for (const from of [1, 11, 21, 31]) pending.push(api.ask(many(from), { token: ada.token }));
    await until('all that they may have are taken', async () => {
      const locked = await lockedConnections();
      expect(locked).toBeLessThanOrEqual(3);
      return locked === 3 && (await metric('connections_waiting')) > 0;
    });
    expect(await metric('requests_at_work')).toBeLessThanOrEqual(3);
    expect(await unread(ben.token)).toBe(0);
  });
  const codes = (await Promise.all(pending)).flatMap((answer) => answer.codes);
  expect(codes).not.toContain('UNAVAILABLE');
  expect(codes.length).toBeLessThan(40);
  await until('all are given back', async () => (await metric('connections_taken')) === 0);
});

test('SE-4: a request whose client is gone before its turn is never begun', async () => {
  const ada = await somebody();
  const pending: Promise<GraphqlAnswer>[] = [];
  const gone = new AbortController();
  await whileLocked('notify.devices', async () => {
    // Enough before it that its turn does not come by their time-outs.
    for (const device of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'])
      pending.push(api.ask(register(device), { token: ada.token }));
    const before = await until('these wait', async () => {
      const waiting = await metric('requests_waiting');
      return waiting >= 3 && waiting;
    });
    const given = fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ada.token}` },
      body: JSON.stringify({ query: register('b') }),
      signal: gone.signal,
    });
    await until('that one, too, or the first is given up', async () => (await metric('requests_waiting')) !== before);
    gone.abort();
    await expect(given).rejects.toThrow();
  });
  await Promise.all(pending);
  expect((await api.ask(register('c'), { token: ada.token })).codes).toEqual([]);
  const registered = await devices(ada.id);
  expect(registered).toContain('c');
  expect(registered).not.toContain('b');
});

test('SE-4: a limit of the database says in GraphQL which it is and for how long', async () => {
  const { id, token } = await somebody();
  await database.owner.query('update notify.users set email_verified_at = null where id = $1', [id]);
  const ask = () => api.ask('mutation { requestEmailVerification(input: {}) { clientMutationId } }', { token });
  for (let n = 0; n < 3; n++) expect((await ask()).codes).toEqual([]);
  const { status, errors } = await ask();
  expect(status).toBe(200);
  expect(errors[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', limit: 'email_verifications' });
  expect(errors[0]?.extensions.retryAfter).toBeGreaterThan(3_000);
});

test('SE-4: who has gone away waits in no line for a connection', async () => {
  const ada = await somebody();
  /** Since when which of our connections wait for a lock. */
  const locked = async () => {
    const { rows } = await database.owner.query(
      `select distinct a.pid, a.query_start::text from pg_locks as l join pg_stat_activity as a using (pid)
       where not l.granted and a.datname = current_database() order by a.pid`,
    );
    return rows;
  };
  const query = `{ ${Array.from({ length: 9 }, (_, n) => `d${n}: devices(first: ${n + 1}) { id }`).join(' ')} }`;
  const read = (signal?: AbortSignal) =>
    fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ada.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      ...(signal && { signal }),
    });
  // Known from now on, so that it waits for nothing else.
  expect(await (await read()).json()).not.toHaveProperty('errors');
  await whileLocked('notify.devices', async () => {
    const client = new AbortController();
    const asked = read(client.signal).catch(() => {});
    await until('the rest waits in line', async () => (await metric('connections_waiting')) === 6);
    await until('three hold connections', async () => (await locked()).length === 3);
    const before = await locked();
    client.abort();
    await asked;
    await until('nobody waits any more', async () => (await metric('connections_waiting')) === 0);
    expect(await locked()).toEqual(before);
  });
});
