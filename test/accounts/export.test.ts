import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { csvLine } from '../../src/http/csv.ts';
import { signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';

let db: TestDatabase;
let api: TestApi;
let ada: string;
let token: string;
const many = 60_000;

beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
  const makeUser = () => one<string>(db.owner, 'insert into notify.users default values returning id');
  ada = await makeUser();
  token = await signToken(ada);
  const bob = await makeUser();
  await db.owner.query(
    `insert into notify.activities (user_id, type, action, title, description, metadata, ip_address) values
       ($1, 'payment', 'failed', '=cmd|'' /C calc''!A0', E'two\nlines, "quoted"', '{"a": 1}', '192.0.2.1'),
       ($2, 'login', 'completed', 'Of Bob', null, '{}', null)`,
    [ada, bob],
  );
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

const get = async (path: string, options: RequestInit & { as?: string | null } = {}) => {
  const as = options.as === undefined ? token : options.as;
  return fetch(`${api.url}/export/${path}`, {
    ...options,
    headers: as === null ? {} : { authorization: `Bearer ${as}` },
  });
};
/** What the same person is answered who asks for a little more. */
const again = async () => {
  const response = await get('activity.csv?types=payment');
  await response.text();
  return response.status;
};

test("NC-22: as CSV, with a name, the caller's own alone, nothing that a spreadsheet would run", async () => {
  const response = await get('activity.csv');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="activity-\d{4}-\d\d-\d\d\.csv"$/);
  const [header, ...rest] = (await response.text()).split('\r\n');
  expect(header).toBe(
    'id,createdAt,type,action,status,title,description,resourceType,resourceId,ipAddress,userAgent,metadata,userId',
  );
  expect(rest).toHaveLength(2);
  expect(rest[0]).toMatch(
    /^[0-9a-f-]{36},\d{4}-[^,]+Z,payment,failed,completed,'=cmd\|' \/C calc'!A0,"two\nlines, ""quoted""",,,192\.0\.2\.1,,"{""a"":1}",/,
  );
});

test.each([
  ['=1+1', `'=1+1`],
  ['+1', `'+1`],
  ['-1', `'-1`],
  ['@SUM(A1)', `'@SUM(A1)`],
  ['\t=1', `'\t=1`],
  ['\r=1', `"'\r=1"`],
  ['\n=1', `"'\n=1"`],
  ['＝1', `'＝1`],
  ['=a,"b"', `"'=a,""b"""`],
  [' =1', `' =1`],
  ['a;=1;b', `a;'=1;b`],
  ['a\t@x', `a\t'@x`],
  ['a\n=1', `"a\n'=1"`],
  [{ a: ';=1' }, `"{""a"":"";'=1""}"`],
  ['a=1; b-c', 'a=1; b-c'],
  [-1.5, '-1.5'],
  [null, ''],
  [{ a: 1 }, '"{""a"":1}"'],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
])('NC-22: the cell %j is written %s', (value, written) => {
  expect(csvLine([value, 'x'])).toBe(`${written},x\r\n`);
});

test('NC-22: as JSON, also where there is nothing; filtered as the list is; what is wrong is named', async () => {
  const rows = (await (await get('activity.json')).json()) as Record<string, unknown>[];
  expect(rows).toMatchObject([
    { type: 'payment', metadata: { a: 1 }, ipAddress: '192.0.2.1', description: 'two\nlines, "quoted"' },
  ]);
  expect(await (await get('activity.json?types=login,settings')).json()).toEqual([]);
  expect(
    await (await get('activity.json?search=quot&statuses=completed&since=2020-01-01T00:00:00Z')).json(),
  ).toHaveLength(1);
  for (const [query, said] of [
    ['since=yesterday', 'since: is not valid'],
    ['kinds=x', 'kinds: is unknown'],
    ['userId=1', 'userId: is not valid'],
  ] as const) {
    const response = await get(`activity.json?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'INVALID_INPUT', detail: said });
  }
});

test("NC-22: nobody without a token; operators take everybody's, or one person's; nobody else a stranger's", async () => {
  expect((await get('activity.csv', { as: null })).status).toBe(401);
  expect((await get('activity.csv', { as: 'x.y.z' })).status).toBe(401);
  const operator = await signToken(ada, { role: 'operator' });
  expect(await (await get('activity.json', { as: operator })).json()).toHaveLength(2);
  expect(await (await get(`activity.json?userId=${ada}`, { as: operator })).json()).toHaveLength(1);
  const stranger = await signToken('00000000-0000-4000-8000-000000000001');
  expect(await (await get(`activity.json?userId=${ada}`, { as: stranger })).json()).toEqual([]);
  const head = await get('activity.csv', { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

test('NC-22: of any size: a piece at a time, whole and in order; one a person; a client that goes ends it', async () => {
  await db.owner.query(
    `insert into notify.activities (user_id, type, action, title, description) select $1, 'login', 'completed', 'Logged in', repeat('x', 200) from generate_series(1, $2)`,
    [ada, many],
  );
  const rows = (await (await get('activity.json')).json()) as { id: string }[];
  expect(rows).toHaveLength(many + 1);
  const ids = rows.map(({ id }) => id);
  expect(ids).toEqual(ids.toSorted().toReversed());
  const lines = (await (await get('activity.csv?types=login')).text()).split('\r\n');
  expect(lines).toHaveLength(many + 2);

  // A client that reads nothing: what it has not taken is not fetched either.
  const { hostname, port } = new URL(api.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(`GET /export/activity.json HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`);
  await once(socket, 'readable');
  expect(await again()).toBe(429);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(await again()).toBe(429);
  const operator = await get('activity.csv?types=payment', { as: await signToken(ada, { role: 'operator' }) });
  expect([operator.status, (await operator.text()).split('\r\n').length]).toEqual([200, 3]);
  socket.destroy();
  await until('the export has ended', async () => (await again()) === 200);
}, 180_000);

describe('SE-11: slow readers', () => {
  const sockets: Socket[] = [];
  /** Begins to read, and stops. */
  const begin = async (path: string, sid: string) => {
    const id = await one<string>(db.owner, 'insert into notify.users default values returning id');
    const jwt = await signToken(id, { role: 'operator', sid });
    const { hostname, port } = new URL(api.url);
    const socket = connect({ host: hostname, port: Number(port) });
    const chunks: Buffer[] = [];
    socket.on('error', () => {});
    socket.write(
      `GET /export/${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${jwt}\r\n\r\n`,
    );
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'data');
    socket.pause();
    sockets.push(socket);
    return { token: jwt, socket, text: () => Buffer.concat(chunks).toString() };
  };
  const held = () =>
    one<number>(
      db.owner,
      `select count(distinct l.pid)::integer from pg_locks as l join pg_stat_activity as a using (pid)
       where a.datname = current_database() and a.application_name = 'rowbell-export' and l.locktype = 'relation'`,
    );

  test('hold no connection: twelve of them, and another has all of theirs', async () => {
    const slow = await Promise.all(Array.from({ length: 12 }, (_, n) => begin('activity.json', `slow-${n}`)));
    await until('nobody holds a connection', async () => (await held()) === 0);
    const all = (await (await get('activity.json')).json()) as { id: string }[];
    expect(all).toHaveLength(many + 1);

    // Each goes on where it stopped: nothing twice, nothing left out, in order.
    const everybodys = await one<number>(db.owner, 'select count(*)::integer from notify.activities');
    for (const { socket, text } of slow.slice(0, 3)) {
      socket.resume();
      await once(socket, 'close');
      expect(text().slice(-9)).toMatch(/0\r\n\r\n$/);
      const ids = [...text().matchAll(/"id":"([0-9a-f-]{36})","createdAt"/g)].map(([, id]) => id);
      expect(ids.length).toBeGreaterThan(everybodys * 0.99);
      expect(ids.join() === ids.toSorted().toReversed().join()).toBe(true);
      expect(new Set(ids).size).toBe(ids.length);
    }
  }, 240_000);

  test('are told when to come again, and cut off when they take nothing', async () => {
    const { token: jwt, socket } = await begin('activity.json', 'idle');
    const again = await get('activity.json', { as: jwt });
    expect([again.status, again.headers.get('retry-after')]).toEqual([429, '5']);
    await until('it is cut off', async () => {
      socket.write('\r\n');
      return socket.destroyed;
    });
  }, 240_000);

  test('whose session ends are cut off at once', async () => {
    const { socket, token: jwt, text } = await begin('activity.csv', 'ends');
    await until('nobody holds a connection', async () => (await held()) === 0);
    const { data } = await api.ask('mutation { endSession(input: {}) { result } }', { token: jwt });
    expect(data).toEqual({ endSession: { result: 0 } });
    socket.resume();
    await once(socket, 'close');
    expect(text().slice(-7)).not.toBe('\r\n0\r\n\r\n');
  }, 240_000);

  afterAll(() => {
    for (const socket of sockets) socket.destroy();
  });
});
