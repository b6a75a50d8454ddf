import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
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

const consented = async (times: number) => {
  const id = await createUser(db);
  await db.owner.query(
    `insert into notify.consents (user_id, granted, method, text_version, region)
     select $1, true, 'page', n::text, '*' from generate_series(1, $2) as n`,
    [id, times],
  );
  return { id, token: await signToken(id) };
};
type Whole = {
  readonly data: Record<string, never[]>;
  readonly extensions?: { readonly truncated: readonly string[] };
};
const asked = async (query: string, token: string): Promise<Whole> =>
  JSON.parse((await api.ask(query, { token })).text);

test('a list that has more rows than it was asked for says so, and no other', async () => {
  const { token } = await consented(3);
  const cut = await asked('{ consents(first: 2) { textVersion } again: consents(first: 1) { textVersion } }', token);
  expect(cut).toEqual({
    data: { consents: [{ textVersion: '3' }, { textVersion: '2' }], again: [{ textVersion: '3' }] },
    extensions: { truncated: ['Query.consents'] },
  });
  for (const query of ['{ consents(first: 3) { textVersion } }', '{ consents { textVersion } }']) {
    const whole = await asked(query, token);
    expect([whole.data.consents?.length, whole.extensions]).toEqual([3, undefined]);
  }
  expect((await asked('{ consents(first: 0) { textVersion } }', token)).extensions?.truncated).toEqual([
    'Query.consents',
  ]);
});

test('also one that was not told how many: at a hundred, and what a function lists at a thousand', async () => {
  const { id, token } = await consented(101);
  const { data, extensions } = await asked('{ consents { textVersion } unreadCount }', token);
  expect([data.consents?.length, extensions]).toEqual([100, { truncated: ['Query.consents'] }]);
  const all = await asked('{ myPreferences { typeKey } }', token);
  expect(all.data.myPreferences?.length).toBeGreaterThan(20);
  expect(all.extensions).toBeUndefined();
  expect((await asked('{ myPreferences(first: 20) { typeKey } }', token)).extensions?.truncated).toEqual([
    'Query.myPreferences',
  ]);
  // A list within a row is named by the row's type.
  const operator = await signToken(await createUser(db), { role: 'operator' });
  const within = await asked(`{ user(id: "${id}") { consents { textVersion } } }`, operator);
  expect(within.extensions).toEqual({ truncated: ['User.consents'] });
});

test('NC-1: a page of the inbox with its rows is one statement', async () => {
  const id = await createUser(db);
  const token = await signToken(id);
  await makeNotifications(db, id, [{}, {}, {}]);
  const page =
    '{ inbox(first: 2) { edges { cursor node { title } } nodes { id } pageInfo { hasNextPage startCursor endCursor } } }';
  await api.ask(page, { token });
  const statements = vi.spyOn(pg.Client.prototype, 'query');
  try {
    const { data, errors } = await api.ask(page, { token });
    expect(errors).toEqual([]);
    expect(statements).toHaveBeenCalledTimes(1);
    const cursors = data.inbox.edges.map(({ cursor }: { cursor: string }) => cursor);
    expect(data.inbox.pageInfo).toEqual({ hasNextPage: true, startCursor: cursors[0], endCursor: cursors[1] });
    expect(data.inbox.nodes).toHaveLength(2);
  } finally {
    statements.mockRestore();
  }
});
