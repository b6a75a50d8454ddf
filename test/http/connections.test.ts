// Over 300 lines: one server, spoken to byte by byte.
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let api: TestApi;
let token: string;

beforeAll(async () => {
  database = await createDatabase();
  api = await startTestApi(database, {
    EMAIL_INBOUND_SECRET: 'a secret of the mail server',
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'the auth token',
    TWILIO_FROM: '+15005550006',
  });
  token = await signToken(await createUser(database));
});
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

type Asked = {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Whether the body comes in chunks of unknown number; else its length is told. */
  readonly isChunked?: boolean;
};
type Answered = { readonly status: number; readonly connection: string; readonly text: string };

/** Asks as a reverse proxy does: over the connection that the agent keeps, unless an answer said that it ends. */
function forward(agent: Agent, { path, method = 'POST', headers = {}, body = '', isChunked }: Asked) {
  const { hostname, port } = new URL(api.url);
  return new Promise<Answered>((resolve, reject) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = httpRequest(
      {
        hostname,
        port,
        path,
        method,
        agent,
        headers: {
          ...(!isChunked && body !== '' && length),
          ...headers,
          ...(headers.authorization === signed.authorization && { authorization: `Bearer ${token}` }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            connection: response.headers.connection ?? '',
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.write(body);
    outgoing.end();
  });
}

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const bad = { authorization: 'Bearer a.b.c' };
/** Stands for the token, which is signed later. */
const signed = { authorization: 'signed' };
const query = '{"query":"{ __typename }"}';
const mine: Asked = { path: '/graphql', headers: { ...json, ...signed }, body: query };

const refusals: readonly (readonly [what: string, status: number, asked: Asked])[] = [
  ['a bad token', 401, { path: '/graphql', headers: { ...json, ...bad }, body: query }],
  ['a bad token, chunked', 401, { path: '/graphql', headers: { ...json, ...bad }, body: query, isChunked: true }],
  ['a bad token, large', 401, { path: '/graphql', headers: { ...json, ...bad }, body: 'x'.repeat(400_000) }],
  [
    'a bad token, asking first',
    401,
    { path: '/graphql', headers: { ...json, ...bad, expect: '100-continue' }, body: query },
  ],
  ['an expectation', 417, { path: '/graphql', headers: { ...json, expect: 'wonders' }, body: query }],
  ['another type', 415, { path: '/graphql', headers: { 'content-type': 'text/plain', ...signed }, body: query }],
  ['no JSON', 400, { path: '/graphql', headers: { ...json, ...signed }, body: '{' }],
  ['too large', 413, { path: '/graphql', headers: { ...json, ...signed }, body: 'x'.repeat(150_000) }],
  [
    'too large, chunked',
    413,
    { path: '/graphql', headers: { ...json, ...signed }, body: 'x'.repeat(150_000), isChunked: true },
  ],
  ['nothing there', 404, { path: '/nothing', body: 'x'.repeat(2_000) }],
  ['nothing there, chunked', 404, { path: '/nothing', body: 'x'.repeat(2_000), isChunked: true }],
  ['another method', 405, { path: '/livez', method: 'PUT', body: 'x'.repeat(2_000) }],
  ['a GET with a body', 200, { path: '/livez', method: 'GET', body: 'x'.repeat(2_000) }],
  ['a GET with a large body', 200, { path: '/livez', method: 'GET', body: 'x'.repeat(400_000) }],
  ['a HEAD with a body', 200, { path: '/readyz', method: 'HEAD', body: 'x'.repeat(2_000), isChunked: true }],
  ['an export without a token', 401, { path: '/export/activity.csv', method: 'GET', body: 'x'.repeat(2_000) }],
  ['a callback nobody signed', 403, { path: '/callbacks/twilio', headers: form, body: 'From=%2B1' }],
  ['a callback of another type', 415, { path: '/callbacks/twilio', headers: json, body: '{}' }],
  ['a callback too large', 413, { path: '/callbacks/twilio', headers: form, body: 'x'.repeat(20_000) }],
  [
    'a mail of nobody',
    403,
    { path: '/email/inbound', headers: { 'content-type': 'message/rfc822' }, body: 'From: x\r\n\r\nx' },
  ],
  ['a link nobody signed', 403, { path: '/email/unsubscribe/x', headers: form, body: 'scope=all' }],
  ['a click nobody signed', 403, { path: '/email/click/x', method: 'GET', body: 'x', isChunked: true }],
];

test.each(refusals)('SE-7: %s: the next request on the connection is answered', async (_what, status, asked) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let n = 0; n < 25; n++) {
    expect((await forward(agent, asked)).status).toBe(status);
    expect((await forward(agent, mine)).status).toBe(200);
  }
  agent.destroy();
});

test('SE-7: small bodies are thrown away and the connection kept, others close it, and say so', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const connectionAfter = async (body: string, isChunked = false) =>
    (await forward(agent, { path: '/nothing', body, isChunked })).connection;
  expect(await connectionAfter('')).toBe('keep-alive');
  expect(await connectionAfter('x'.repeat(131_072))).toBe('keep-alive');
  expect(await connectionAfter('x'.repeat(131_073))).toBe('close');
  expect(await connectionAfter('x', true)).toBe('close');
  agent.destroy();
});

/** Everything that is answered on a connection until it ends, and whether it was reset. */
function talk(bytes: string | Buffer, { url } = api) {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  const chunks: Buffer[] = [];
  let error: unknown = null;
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', (each) => {
    error = each;
  });
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.write(bytes);
  const text = () => Buffer.concat(chunks).toString();
  return {
    socket,
    text,
    error: () => error,
    whole: () => closed.then(text),
  };
}
const statusesOf = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nhost: x\r\n${more}\r\n`;

test('SE-7: who still sends when the answer comes reads it whole', async () => {
  for (let n = 0; n < 5; n++) {
    const large = 8_000_000;
    const { whole, error } = talk(
      `POST /nothing HTTP/1.1\r\nhost: x\r\ncontent-length: ${large}\r\n\r\n${'x'.repeat(large)}`,
    );
    expect(await whole()).toMatch(/^HTTP\/1\.1 404 [\s\S]*connection: close[\s\S]*NOT_FOUND[^}]*}$/i);
    expect(error()).toBeNull();
  }
});

test('SE-7: a body without end is answered, and the connection closed', async () => {
  const { socket, whole } = talk(
    `POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
  );
  const chunk = `${(1_000).toString(16)}\r\n${'x'.repeat(1_000)}\r\n`;
  const feed = setInterval(() => socket.writable && socket.write(chunk), 5);
  expect(await whole()).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close/i);
  clearInterval(feed);
});

describe('SE-7: requests sent before the first is answered', () => {
  test('are answered in their order, refusals among them', async () => {
    const post = (path: string, body: string, more = '') =>
      `POST ${path} HTTP/1.1\r\nhost: x\r\n${more}content-length: ${body.length}\r\n\r\n${body}`;
    const { whole } = talk(
      get('/readyz') +
        post('/nothing', 'x'.repeat(500)) +
        post('/graphql', query, 'content-type: application/json\r\nauthorization: Bearer a.b.c\r\n') +
        post('/livez', 'GET /livez HTTP/1.1\r\n\r\n') +
        get('/livez', 'connection: close\r\n'),
    );
    expect(statusesOf(await whole())).toEqual([200, 404, 401, 405, 200]);
  });

  test('are answered also when nonsense follows them, which is answered last', async () => {
    const { whole } = talk(`${get('/readyz')}${get('/livez')}NONSENSE\r\n\r\n`);
    const text = await whole();
    expect(statusesOf(text)).toEqual([200, 200, 400]);
    expect(text).toMatch(/HTTP\/1\.1 400 Bad Request[\s\S]*INVALID_INPUT/);
  });

  test('are not worked on by the thousand', async () => {
    const { whole } = talk(get('/readyz').repeat(500));
    const statuses = statusesOf(await whole());
    expect(statuses.slice(0, 32)).toEqual(Array(32).fill(200));
    expect(statuses.slice(32)).toEqual([429]);
  });
});

describe('SE-7: what is no request is answered in our words, and the connection closed', () => {
  test.each([
    ['nonsense', 'NONSENSE\r\n\r\n', 400, 'INVALID_INPUT'],
    ['much nonsense', `NONSENSE\r\n${'x'.repeat(3_000_000)}`, 400, 'INVALID_INPUT'],
    ['headers without end', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`, 431, 'TOO_LARGE'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx',
      400,
      'INVALID_INPUT',
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\nx',
      400,
      'INVALID_INPUT',
    ],
    [
      'a body that is no chunks',
      'POST /email/inbound HTTP/1.1\r\nhost: x\r\ncontent-type: message/rfc822\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n',
      400,
      'INVALID_INPUT',
    ],
    ['a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n', 405, 'INVALID_INPUT'],
  ])('%s', async (_what, bytes, status, code) => {
    const { whole, error } = talk(bytes);
    const text = await whole();
    expect(statusesOf(text)).toEqual([status]);
    expect(text).toMatch(/x-content-type-options: nosniff/i);
    expect(text).toMatch(/connection: close/i);
    expect(JSON.parse(text.split('\r\n\r\n')[1] ?? '')).toMatchObject({ code });
    expect(error()).toBeNull();
  });

  test('no host', async () => {
    const { whole } = talk('GET /livez HTTP/1.1\r\n\r\nGET /livez HTTP/1.0\r\nconnection: close\r\n\r\n');
    expect(statusesOf(await whole())).toEqual([400, 200]);
  });

  test('what does not come, or is not taken', async () => {
    const silent = talk('');
    const slow = talk('GET /livez HTTP/1.1\r\nhost: x\r\nx: ');
    // With the password: without it nobody waits for a body.
    const password = Buffer.from('x:a secret of the mail server').toString('base64');
    const body = talk(
      `POST /email/inbound HTTP/1.1\r\nhost: x\r\nauthorization: Basic ${password}\r\ncontent-type: message/rfc822\r\ncontent-length: 9\r\n\r\nx`,
    );
    const answered = talk('POST /nothing HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nx');
    // Its answers are of several megabytes.
    const explorer = await startTestApi(database, { ROWBELL_ENV: 'development' });
    const page = await (await fetch(`${explorer.url}/graphiql`)).text();
    const script = /ruru-static\/[\w.-]+\.js/.exec(page)?.[0] ?? '';
    const unread = talk(get(`/${script}.map`).repeat(20), explorer);
    await once(unread.socket, 'data');
    unread.socket.pause();
    const [first, second, third, fourth] = await Promise.all([
      silent.whole(),
      slow.whole(),
      body.whole(),
      answered.whole(),
    ]);
    expect([statusesOf(first), statusesOf(second), statusesOf(third)]).toEqual([[408], [408], [408]]);
    expect(third).toMatch(/TIMEOUT/);
    // One request, one answer: a second would be taken for the answer to the next.
    expect(statusesOf(fourth)).toEqual([404]);
    await until('it is cut', async () => {
      unread.socket.write('\r\n');
      return unread.error();
    });
    await explorer.stop();
  }, 120_000);
});

describe('SE-7: places for connections', () => {
  let small: TestApi;
  const held: Socket[] = [];
  beforeAll(async () => {
    small = await startTestApi(database, { API_MAX_CONNECTIONS: '10', TRUSTED_PROXIES: '127.0.0.9' });
  });
  afterAll(async () => {
    for (const socket of held) socket.destroy();
    await small.stop();
  });
  const open = async (localAddress: string) => {
    const { hostname, port } = new URL(small.url);
    const socket = connect({ host: hostname, port: Number(port), localAddress });
    held.push(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  };
  const answers = async (socket: Socket) => {
    socket.write(get('/livez'));
    const [data] = await once(socket, 'data');
    return String(data).startsWith('HTTP/1.1 200');
  };

  test('whoever takes them all loses the oldest that does nothing; whoever works, and a proxy of ours, stays', async () => {
    const proxy = [await open('127.0.0.9'), await open('127.0.0.9'), await open('127.0.0.9')];
    const client = await open('127.0.0.2');
    for (const socket of [...proxy, client]) expect(await answers(socket)).toBe(true);
    // Its request is at work for as long as the table is locked.
    const lock = await database.owner.connect();
    await lock.query('begin');
    await lock.query('lock table notify.devices in access exclusive mode');
    const busy = await open('127.0.0.3');
    const ask = JSON.stringify({ query: '{ devices { id } }' });
    busy.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nauthorization: Bearer ${token}\r\ncontent-length: ${ask.length}\r\n\r\n${ask}`,
    );
    await until('it waits for the table', async () => {
      const { rowCount } = await database.owner.query(
        `select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()`,
      );
      return rowCount;
    });
    const hostile: Socket[] = [];
    for (let n = 0; n < 30; n++) hostile.push(await open('127.0.0.3'));
    await until('there are ten', async () => hostile.filter((socket) => socket.readable).length === 5);
    expect(hostile.slice(-5).every((socket) => socket.readable)).toBe(true);
    for (const socket of [...proxy, client, await open('127.0.0.4')]) expect(await answers(socket)).toBe(true);
    await lock.query('rollback');
    lock.release();
    const [data] = await once(busy, 'data');
    expect(String(data)).toMatch(/^HTTP\/1\.1 200 /);
  });
});
