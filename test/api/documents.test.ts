import { connect } from 'node:net';
import { getIntrospectionQuery } from 'postgraphile/graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createUser,
  type GraphqlAnswer,
  readAnswer,
  readMetric,
  signToken,
  startTestApi,
  type TestApi,
} from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
/** Has time for whatever is asked. */
let api: TestApi;
/** Has time for hardly anything. */
let strict: TestApi;
beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database, { PLANNING_MS_PER_MINUTE: '60000', METRICS_PORT: '0' });
  strict = await startTestApi(database, { PLANNING_MS_PER_MINUTE: '1' });
});
afterAll(async () => {
  await api?.stop();
  await strict?.stop();
  await database?.drop();
});

const somebody = async (role = 'user') => signToken(await createUser(database), { role });
const post = (target: TestApi, token: string, body: Record<string, unknown>): Promise<GraphqlAnswer> =>
  postText(target, token, JSON.stringify(body));
const postText = (target: TestApi, token: string, body: string): Promise<GraphqlAnswer> =>
  fetch(`${target.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body,
  }).then(readAnswer);

describe('SE-3: without a valid token nothing is read', () => {
  const expired = () => signToken('0199aaaa-0000-7000-8000-000000000001', { expiresIn: -600 });
  test.each(['production', 'development'])('the answer comes before the body does, in %s', async (environment) => {
    const target = environment === 'production' ? api : await startTestApi(database, { ROWBELL_ENV: environment });
    for (const token of [null, 'nonsense', await expired()]) {
      const { hostname, port } = new URL(target.url);
      const socket = connect(Number(port), hostname);
      socket.write(
        `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99000\r\n${
          token === null ? '' : `Authorization: Bearer ${token}\r\n`
        }\r\n`,
      );
      const answer = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
      expect(answer).toMatch(/^HTTP\/1\.1 401 /);
      socket.destroy();
    }
    // What would be refused for its form is refused for its token first.
    const answer = await fetch(`${target.url}/graphql`, { method: 'POST', body: 'nonsense' }).then(readAnswer);
    expect([answer.status, answer.codes]).toEqual([401, ['UNAUTHENTICATED']]);
    const introspection = await target.ask('{ __schema { types { name } } }');
    expect([introspection.status, introspection.data]).toEqual([401, undefined]);
    if (target !== api) await target.stop();
  });

  test('with one the explorer gets the schema, in development', async () => {
    const development = await startTestApi(database, { ROWBELL_ENV: 'development' });
    const token = await somebody();
    const { data } = await development.ask(getIntrospectionQuery(), { token });
    const page = await (await fetch(`${development.url}/graphiql`)).text();
    await development.stop();
    expect(data.__schema.queryType.name).toBe('Query');
    expect(page).toContain('authorization');
  });
});

/** Asks for documents never seen before until one is refused. */
async function exhaust(token: string): Promise<GraphqlAnswer> {
  for (let n = 0; n < 200; n++) {
    const answer = await strict.ask(`{ a${n}: inboxCount }`, { token });
    if (answer.status !== 200) return answer;
  }
  throw new Error('200 new documents were not too many');
}
const included = 'query A ($a: Boolean!) { unreadCount b: unreadCount @include(if: $a) } ';

describe('SE-3: documents never seen before take of a budget of their own', () => {
  test.each(['user', 'operator'])('a %s beyond it is told so, and when to come again', async (role) => {
    const { status, errors, retryAfter } = await exhaust(await somebody(role));
    expect(status).toBe(429);
    expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', limit: 'planning' } }]);
    expect(errors[0]?.extensions.retryAfter).toBe(Number(retryAfter));
    expect(Number(retryAfter)).toBeGreaterThan(0);
  });

  test('known documents are answered, and other people are; each variant is a new one', async () => {
    const [ada, ben] = [await somebody(), await somebody()];
    const known = { query: included, variables: { a: true } };
    expect((await post(strict, ben, known)).status).toBe(200);
    await exhaust(ada);
    expect(await post(strict, ada, known)).toMatchObject({ status: 200, data: { unreadCount: 0, b: 0 } });
    for (const variant of [
      { query: `${included} ` },
      { query: `# nothing\n${included}` },
      { query: included.replace('b:', 'c:') },
      { query: included, operationName: 'A' },
      { query: included, variables: { a: false } },
      { query: '{' },
      { query: '{ nonsense }' },
    ]) {
      const { status, codes } = await post(strict, ada, { ...known, ...variant });
      expect([variant, status, codes]).toEqual([variant, 429, ['RATE_LIMITED']]);
    }
    expect((await post(strict, await somebody(), { ...known, query: `${included} ` })).status).toBe(200);
    // Nobody else's plan was forgotten for these.
    expect((await post(strict, ada, known)).status).toBe(200);
  });

  test('what others are served between reading and planning is theirs', async () => {
    const short = await startTestApi(database, { PLANNING_MS_PER_MINUTE: '60' });
    const [ada, ben] = [await somebody(), await somebody()];
    // The first documents of a process are compiled for, too.
    for (const query of ['{ a: unreadCount }', '{ b: unreadCount }']) await post(short, ben, { query });
    // Each turn of the event loop takes more of the processor than Ada may use in a minute.
    let goesOn = true;
    const serveOthers = () => {
      const { user } = process.threadCpuUsage();
      while (process.threadCpuUsage().user < user + 100_000);
      if (goesOn) setImmediate(serveOthers);
    };
    setImmediate(serveOthers);
    const answers = [
      await post(short, ada, { query: '{ c: unreadCount }' }),
      await post(short, ada, { query: '{ d: unreadCount }' }),
    ];
    goesOn = false;
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    await short.stop();
  }, 120_000);

  test('what memory they take is bounded, not how many they are', async () => {
    const token = await somebody();
    const large = (n: number) =>
      `{ a${n}: inbox { nodes { ${Array.from({ length: 29 }, (_, k) => `d${k}: deliveries(first: 1) { id }`).join(' ')} } } }`;
    // Each is estimated at 2 MB.
    for (let n = 0; n < 40; n++) expect((await api.ask(large(n), { token })).codes).toEqual([]);
    const bytes = await until('they are kept, as far as there is room', async () => {
      const now = await readMetric(api, 'rowbell_api_documents_bytes');
      return now > 50_000_000 && now;
    });
    expect(bytes).toBeLessThanOrEqual(64_000_000);
  });
});

describe('SE-3: what a document and its variables may be', () => {
  const leaves = (count: number) => Array.from({ length: count }, (_, n) => `a${n}: id`).join(' ');
  const objects = (count: number) => Array.from({ length: count }, (_, n) => `a${n}: type { key }`).join(' ');
  const inNotification = (fields: string) =>
    `{ notification(id: "0199aaaa-0000-7000-8000-000000000001") { ${fields} } }`;
  const spread = (
    count: number,
  ) => `{ notification(id: "0199aaaa-0000-7000-8000-000000000001") { ${Array.from({ length: count }, (_, n) => `x${n}: type { ...F }`).join(' ')} } }
    fragment F on NotificationType { key pack }`;

  test.each([
    ['500 fields', inNotification(leaves(499)), 200],
    ['501 fields', inNotification(leaves(500)), 400],
    ['60 of them with fields', inNotification(objects(59)), 200],
    ['61 of them with fields', inNotification(objects(60)), 400],
    ['the same by fragments', spread(59), 200],
    ['more by fragments', spread(60), 400],
    [
      'the fields of operations that are not asked for',
      `query A { unreadCount } query B ${inNotification(leaves(499))}`,
      400,
    ],
    ['a fragment in itself', '{ ...F } fragment F on Query { ...F }', 400],
  ])('%s', async (_what, query, expected) => {
    const token = await somebody();
    expect((await post(api, token, { query, operationName: query.startsWith('query A') ? 'A' : null })).status).toBe(
      expected,
    );
  });

  const deep = (depth: number) => `${'['.repeat(depth)}1${']'.repeat(depth)}`;
  const ids = (count: number) => Array(count).fill('"0199aaaa-0000-7000-8000-000000000001"').join();
  test.each([
    ['2 000 ids', `{"ids":[${ids(2_000)}]}`, undefined],
    ['6 000 values', `{"ids":[${Array(6_000).fill('""').join()}]}`, 'at most 5000 values'],
    ['lists 40 000 deep', `{"ids":${deep(40_000)}}`, 'at most 16 deep'],
    ['lists 15 deep', `{"ids":${deep(15)}}`, 'got invalid value'],
    ['what is not declared, 40 000 deep', `{"ids":[],"x":${deep(40_000)}}`, 'at most 16 deep'],
  ])('variables: %s', async (_what, variables, message) => {
    const query = 'mutation ($ids: [UUID!]!) { markRead(input: { notificationIds: $ids }) { result } }';
    const body = `{"query":${JSON.stringify(query)},"variables":${variables}}`;
    const { status, errors } = await postText(api, await somebody(), body);
    expect(status).toBe(message === undefined ? 200 : 400);
    if (message !== undefined) expect(errors[0]?.message).toContain(message);
  });
});
