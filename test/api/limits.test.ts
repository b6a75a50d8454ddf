import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, readAnswer, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let api: TestApi;
let token: string;

beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database);
  token = await signToken(await createUser(database));
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body,
  }).then(readAnswer);

describe('what a query may ask for', () => {
  test.each([0, 1, 100])('a page of %i', async (first) => {
    expect((await api.ask(`{ inbox(first: ${first}) { nodes { id } } }`, { token })).errors).toEqual([]);
  });

  test.each([
    ['101 as a literal', '{ inbox(first: 101) { nodes { id } } }', {}],
    ['-1', '{ inbox(first: -1) { nodes { id } } }', {}],
    ['2147483647 as a variable', 'query ($n: Int!) { inbox(first: $n) { nodes { id } } }', { n: 2_147_483_647 }],
    ['1001 of a list', '{ inbox { nodes { deliveries(first: 1001) { id } } } }', {}],
  ])('not a page of %s', async (_what, query, variables) => {
    const { codes } = await api.ask(query, { token, variables });
    expect(codes).toEqual(['INVALID_INPUT']);
  });

  test('no subscription, since there is none', async () => {
    const { status, codes } = await api.ask('subscription { anything }', { token });
    expect([status, codes]).toEqual([400, ['INVALID_INPUT']]);
  });

  test('ten fields at the root, and not eleven', async () => {
    const aliases = (count: number) => `{ ${Array.from({ length: count }, (_, n) => `a${n}: unreadCount`).join(' ')} }`;
    expect((await api.ask(aliases(10), { token })).errors).toEqual([]);
    const { status, errors } = await api.ask(aliases(11), { token });
    expect([status, errors[0]?.extensions.code]).toEqual([400, 'INVALID_INPUT']);
    expect(errors[0]?.message).toContain('10 fields');
    const hidden = `{ ...F } fragment F on Query ${aliases(11)}`;
    expect((await api.ask(hidden, { token })).status).toBe(400);
  });

  test('so many objects, counted by the pages', async () => {
    const nested = (first: number) =>
      `{ inbox(first: ${first}) { nodes { deliveries(first: 20) { attempts(first: 20) { code } } } } }`;
    expect((await api.ask(nested(5), { token })).errors).toEqual([]);
    const { status, errors } = await api.ask(nested(100), { token });
    expect(status).toBe(400);
    expect(errors[0]?.message).toContain('objects');
    const variable = nested(5).replace('first: 5', 'first: $n').replace('{', 'query ($n: Int) {');
    expect((await api.ask(variable, { token, variables: { n: 5 } })).errors).toEqual([]);
    expect((await api.ask(variable, { token, variables: { n: 100 } })).status).toBe(400);
  });

  test('not deeper than anybody needs', async () => {
    const round = (inner: string) => `notification { deliveries(first: 1) { ${inner} } }`;
    const deep = [1, 2, 3, 4, 5].reduce((inner) => round(inner), 'id');
    const { status, codes } = await api.ask(`{ delivery(id: "00000000-0000-7000-8000-000000000000") { ${deep} } }`, {
      token,
    });
    expect([status, codes[0]]).toEqual([400, 'INVALID_INPUT']);
  });

  test('fragments that multiply are answered: one by one there would be 2 to the power of 60', async () => {
    const bomb = Array.from({ length: 60 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`).join(
      ' ',
    );
    const { status } = await api.ask(`{ ...F0 } ${bomb} fragment F60 on Query { unreadCount }`, { token });
    expect(status).toBe(400);
  });

  test('more words than anybody needs', async () => {
    const { status } = await api.ask(`{ ${'unreadCount '.repeat(3_000)} }`, { token });
    expect(status).toBe(400);
  });

  test('not the schema, in production', async () => {
    const { status, codes } = await api.ask('{ __schema { types { name } } }', { token });
    expect([status, codes[0]]).toEqual([400, 'INVALID_INPUT']);
    const development = await startTestApi(database, { ROWBELL_ENV: 'development' });
    const shown = await development.ask('{ __schema { queryType { name } } }', { token });
    const explorer = await fetch(`${development.url}/graphiql`);
    await development.stop();
    expect(shown.data.__schema.queryType.name).toBe('Query');
    expect(explorer.status).toBe(200);
    expect((await fetch(`${api.url}/graphiql`)).status).toBe(404);
  });

  test('a statement of at most 5 s', async () => {
    const client = await database.owner.connect();
    await client.query('begin');
    await client.query('lock table notify.devices in access exclusive mode');
    const { codes } = await api.ask('{ devices { id } }', { token });
    await client.query('rollback');
    client.release();
    expect(codes).toEqual(['TIMEOUT']);
  });

  test('an operator’s may take longer: to stop an event of many is one statement', { timeout: 120_000 }, async () => {
    const client = await database.owner.connect();
    await client.query('begin');
    await client.query('lock table notify.devices in access exclusive mode');
    const operator = await signToken(await createUser(database), { role: 'operator' });
    const asked = api.ask('{ users { nodes { devices { id } } } }', { token: operator });
    await until('it waits', async () => {
      const { rows } = await database.owner.query(
        `select from pg_locks where relation = 'notify.devices'::regclass and not granted`,
      );
      return rows.length > 0;
    });
    await sleep(6_000);
    await client.query('rollback');
    client.release();
    expect((await asked).codes).toEqual([]);
  });
});

describe('what a request may look like', () => {
  test('more than 100 kB are not read', async () => {
    const { status, codes } = await post(JSON.stringify({ query: '{ unreadCount }', x: 'x'.repeat(200_000) }));
    expect([status, ...codes]).toEqual([413, 'TOO_LARGE']);
  });

  test('nor more than that without a length', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode(' '.repeat(16_384)));
      },
    });
    const request = fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
      duplex: 'half',
    } as RequestInit);
    // The server may answer or cut the line while the client still sends; either way it does not go on reading.
    const status = await request.then((response) => response.status).catch(() => 413);
    expect(status).toBe(413);
  });

  test.each([
    ['not JSON', '{', 400],
    ['a list: there is no batching', '[{"query":"{ unreadCount }"}]', 400],
    ['null', 'null', 400],
    ['no query', '{}', 400],
    ['a query that is a number', '{"query":1}', 400],
    ['variables that are a list', '{"query":"{ unreadCount }","variables":[]}', 400],
    ['syntax', '{"query":"{"}', 400],
    ['an unknown field', '{"query":"{ nope }"}', 400],
    ['an unknown operation', '{"query":"query A { unreadCount }","operationName":"B"}', 400],
  ])('%s', async (_what, body, expected) => {
    const { status, codes } = await post(body);
    expect([status, codes[0]]).toEqual([expected, 'INVALID_INPUT']);
  });

  test('another media type or method', async () => {
    const form = await post('query={unreadCount}', { 'content-type': 'application/x-www-form-urlencoded' });
    expect([form.status, ...form.codes]).toEqual([415, 'INVALID_INPUT']);
    const put = await fetch(`${api.url}/graphql`, { method: 'PUT', body: '{"query":"{unreadCount}"}' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect(await put.json()).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test.each([
    ['a uuid that is none', 'query ($id: UUID!) { notification(id: $id) { id } }', { id: 'nope' }],
    [
      'a uuid in a list that is none',
      'mutation ($ids: [UUID!]!) { markRead(input: { notificationIds: $ids }) { result } }',
      { ids: ['x'] },
    ],
    [
      'a text with a zero byte',
      'mutation ($t: String!) { unregisterDevice(input: { provider: apns, token: $t }) { result } }',
      { t: 'a\u0000b' },
    ],
    ['a cursor that is none', '{ inbox(after: "nope") { nodes { id } } }', {}],
    [
      'a cursor of something else',
      `{ inbox(after: "${Buffer.from('["abc",1]').toString('base64')}") { nodes { id } } }`,
      {},
    ],
  ])('%s', async (_what, query, variables) => {
    const { codes, text } = await api.ask(query, { token, variables });
    expect(codes).toEqual(['INVALID_INPUT']);
    expect(text).not.toMatch(/select|syntax for type|pg_|notify\./i);
  });

  test('too many ids', async () => {
    const ids = Array.from({ length: 501 }, () => '00000000-0000-7000-8000-000000000000');
    const { codes } = await api.ask(
      'mutation ($ids: [UUID!]!) { markRead(input: { notificationIds: $ids }) { result } }',
      { token, variables: { ids } },
    );
    expect(codes).toEqual(['TOO_LARGE']);
  });
});

test('errors say nothing of tables, constraints or SQL', async () => {
  await database.owner.query('alter table notify.apps rename to products');
  const broken = await api.ask('{ apps { key } }', { token });
  await database.owner.query('alter table notify.products rename to apps');
  expect(broken.codes).toEqual(['INTERNAL']);
  expect(broken.errors[0]?.message).toBe('Something went wrong on our side.');
  expect(broken.text).not.toMatch(/relation|notify|select|hash/i);
  expect((await api.ask('{ apps { key } }', { token })).errors).toEqual([]);
});
