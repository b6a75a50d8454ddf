import { afterAll, beforeAll, expect, test } from 'vitest';
import { notificationsExport } from '../../src/http/notifications-export.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import type { PlanNode } from '../support/explain.ts';
import { makeNotifications } from '../support/inbox.ts';

let db: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db);
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

type Person = { readonly id: string; readonly token: string };
async function makePerson(role?: string): Promise<Person> {
  const id = await createUser(db);
  return { id, token: await signToken(id, role ? { role } : {}) };
}
const get = (path: string, token?: string, method = 'GET') =>
  fetch(`${api.url}/export/${path}`, { method, headers: token ? { authorization: `Bearer ${token}` } : {} });
const idsOf = async (path: string, { token }: Person): Promise<string[]> =>
  ((await (await get(path, token)).json()) as { id: string }[]).map(({ id }) => id);

test('NC-5: as CSV, with a name, nothing that a spreadsheet would run; of no one else', async () => {
  const ada = await makePerson();
  const bob = await makePerson();
  const [first] = await makeNotifications(db, ada.id, [
    { body: `=cmd|' /C calc'!A0`, threadId: '@SUM(A1)' },
    { isTold: false },
    {},
  ]);
  await db.owner.query('update notify.notifications set deleted_at = now() where recipient_id = $1 and body = $2', [
    ada.id,
    'A body',
  ]);
  await makeNotifications(db, bob.id, [{}]);
  const response = await get('notifications.csv', ada.token);
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/csv; charset=utf-8; header=present',
  ]);
  expect(response.headers.get('content-disposition')).toMatch(
    /^attachment; filename="notifications-\d{4}-\d\d-\d\d\.csv"$/,
  );
  const [header, line, ...rest] = (await response.text()).split('\r\n');
  expect(header).toBe(
    'id,createdAt,category,type,priority,title,subtitle,body,data,threadId,seenAt,readAt,clickedAt,archivedAt,snoozedUntil',
  );
  expect(line).toMatch(
    new RegExp(`^${first},\\d{4}-[^,]+Z,test,test_push,P0,A title,,'=cmd\\|' /C calc'!A0,\\{\\},'@SUM\\(A1\\),,,,,$`),
  );
  expect(rest).toEqual(['']);
  expect(await idsOf('notifications.json', bob)).toHaveLength(1);
});

test('NC-5: what the list finds, in its order, whatever is asked', async () => {
  const ada = await makePerson();
  const ids = await makeNotifications(
    db,
    ada.id,
    Array.from({ length: 40 }, (_, n) => ({ body: n % 2 ? 'An odd one' : 'An even one', threadId: `t,${n % 3}` })),
  );
  const mark = (action: string, chosen: readonly string[]) =>
    db.asUser(ada.id, (user) => user.query('select notify.change_notifications($1, $2)', [action, chosen]), {
      commit: true,
    });
  await mark(
    'read',
    ids.filter((_, n) => n % 3 === 0),
  );
  await mark(
    'archive',
    ids.filter((_, n) => n % 5 === 0),
  );
  for (const [filter, parameters] of [
    ['{}', ''],
    ['{ read: true }', 'read=true'],
    ['{ places: [archived, inbox], search: "odd" }', 'places=archived,inbox&search=odd'],
    ['{ threadId: "t,1", types: ["test_push"] }', 'threadId=t,1&types=test_push'],
    ['{ categories: ["test"], since: "2026-01-01T00:00:00Z" }', 'categories=test&since=2026-01-01T00:00:00Z'],
  ] as const) {
    for (const sort of ['newest', 'oldest', 'unread_first']) {
      const { data, errors } = await api.ask(
        `{ inbox(filter: ${filter}, sort: ${sort}, first: 100) { nodes { id } } }`,
        { token: ada.token },
      );
      expect(errors).toEqual([]);
      const listed = data.inbox.nodes.map(({ id }: { id: string }) => id);
      expect(listed.length).toBeGreaterThan(3);
      expect(await idsOf(`notifications.json?${parameters}&sort=${sort}`, ada)).toEqual(listed);
    }
  }
  expect(await idsOf('notifications.json?read=false&places=snoozed', ada)).toEqual([]);
});

test.each([
  ['read=perhaps', 'read: is not valid'],
  ['sort=random', 'sort: is not valid'],
  ['userId=00000000-0000-7000-8000-000000000000', 'userId: is unknown'],
  ['places=attic', 'places: must be inbox, snoozed or archived'],
  ['types=nothing', 'types: there is no such notification type'],
])('NC-5: what is wrong is named: %s', async (query, message) => {
  const { token } = await makePerson();
  const response = await get(`notifications.csv?${query}`, token);
  expect([response.status, response.headers.get('content-type')]).toEqual([
    400,
    'application/problem+json; charset=utf-8',
  ]);
  expect(await response.json()).toEqual({
    type: 'urn:rowbell:error:INVALID_INPUT',
    title: 'The input is not valid.',
    status: 400,
    detail: message,
    code: 'INVALID_INPUT',
    field: message.split(':')[0],
  });
});

test('NC-5: nobody without a token; an operator takes their own, as everybody', async () => {
  const ada = await makePerson();
  await makeNotifications(db, ada.id, [{}]);
  expect((await get('notifications.csv')).status).toBe(401);
  expect((await get('notifications.csv', 'x.y.z')).status).toBe(401);
  const operator = await makePerson('operator');
  expect(await idsOf('notifications.json', operator)).toEqual([]);
  const own = await makeNotifications(db, operator.id, [{}]);
  expect(await idsOf('notifications.json', operator)).toEqual(own);
});

test('NC-5: of any size, and read in the order of an index: the first row waits for no other', async () => {
  const many = 20_000;
  const ada = await makePerson();
  await db.owner.query(
    `insert into notify.notifications (event_id, recipient_id, type_key, priority, title, body, expires_at, read_at)
     select uuidv7(), $1, 'test_push', 'P0', 'A title', 'A body', now(), case when n % 2 = 0 then now() end from generate_series(1, $2) as n`,
    [ada.id, many],
  );
  await db.owner.query('analyze notify.notifications');
  const ids = await idsOf('notifications.json', ada);
  expect([ids.length, ids]).toEqual([many, ids.toSorted().toReversed()]);
  expect((await (await get('notifications.csv?read=true', ada.token)).text()).split('\r\n')).toHaveLength(many / 2 + 2);

  const month = new Date().toISOString().slice(0, 7).replace('-', '_');
  const reads = (node: PlanNode): boolean =>
    node['Relation Name'] === `notifications_${month}` || (node.Plans ?? []).some(reads);
  const sorts = (node: PlanNode): boolean =>
    (node['Node Type'] === 'Sort' && reads(node)) || (node.Plans ?? []).some(sorts);
  const plan = (sql: string, values: readonly unknown[] = []) =>
    db.asUser(ada.id, async (user) => {
      await user.query(`set local cursor_tuple_fraction = 0`);
      const { rows } = await user.query(`explain (format json) declare rows no scroll cursor for ${sql}`, [...values]);
      return rows[0]['QUERY PLAN'][0].Plan as PlanNode;
    });
  for (const sort of ['newest', 'oldest', 'unread_first']) {
    const { text, values } = notificationsExport.query(new URLSearchParams({ sort }))(null);
    const found = await plan(text, values);
    expect([sort, reads(found), sorts(found)]).toEqual([sort, true, false]);
  }
  // It would be seen.
  expect(sorts(await plan('select * from notify.notifications order by body'))).toBe(true);
});
