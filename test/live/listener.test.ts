import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeNotifications } from '../support/inbox.ts';
import { connectLive, inboxChanged, unreadCountChanged } from '../support/live.ts';
import { until } from '../support/until.ts';

let db: TestDatabase;
let apis: TestApi[];
/** Who may end connections of the API: its own login. */
let login: pg.Client;
beforeAll(async () => {
  db = await createDatabase();
  login = new pg.Client({ connectionString: db.apiUrl });
  await login.connect();
  apis = await Promise.all([startTestApi(db), startTestApi(db)]);
});
afterAll(async () => {
  await Promise.all((apis ?? []).map((api) => api.stop()));
  await login?.end();
  await db?.drop();
});

const listeners = async () =>
  (
    await db.owner.query<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and application_name = 'rowbell-listener'`,
    )
  ).rows.map(({ pid }) => pid);
const has =
  (id: string | undefined) =>
  ({ items }: { items: { id: string }[] }) =>
    items.some((item) => item.id === id);

describe('NC-40: LISTEN', () => {
  test('is one connection a process, and every process tells its own sockets', async () => {
    const ada = await createUser(db);
    await until('both listen', async () => (await listeners()).length === 2);
    const sockets = await Promise.all(apis.map(async (api) => connectLive(api, await signToken(ada))));
    const inboxes = sockets.map((live) => live.subscribe(inboxChanged));
    for (const inbox of inboxes) await inbox.frame('the first frame', () => true);
    const [id] = await makeNotifications(db, ada, [{}]);
    for (const inbox of inboxes) await inbox.frame('the notification', has(id));
    await Promise.all(sockets.map((live) => live.close()));
  });

  test('is lost and found again, and what was rung meanwhile is told', async () => {
    const ada = await createUser(db);
    const bob = await createUser(db);
    const [first] = apis as [TestApi];
    const [hers, his] = [
      await connectLive(first, await signToken(ada)),
      await connectLive(first, await signToken(bob)),
    ];
    const [inbox, count, others] = [
      hers.subscribe(inboxChanged),
      hers.subscribe(unreadCountChanged),
      his.subscribe(inboxChanged),
    ];
    for (const one of [inbox, count, others]) await one.frame('the first frame', () => true);
    const ids: string[] = [];
    for (let round = 0; round < 3; round++) {
      const before = await until('both listen', async () => {
        const found = await listeners();
        return found.length === 2 && found;
      });
      await login.query('select pg_terminate_backend(pid) from unnest($1::integer[]) as p (pid)', [before]);
      ids.push(...(await makeNotifications(db, ada, [{}])));
      await until('others listen', async () => {
        const found = await listeners();
        return found.length === 2 && found.every((pid) => !before.includes(pid));
      });
    }
    for (const id of ids) await inbox.frame('what was rung meanwhile', has(id));
    await count.frame('the number', (number) => number === ids.length);
    expect(others.frames.flatMap(({ items }) => items)).toEqual([]);
    expect([hers, his].map(({ socket }) => socket.readyState)).toEqual([1, 1]);
    await Promise.all([hers.close(), his.close()]);
  });

  test('frames go on when the connections that read are lost', async () => {
    const ada = await createUser(db);
    const live = await connectLive(apis[0] as TestApi, await signToken(ada));
    const inbox = live.subscribe(inboxChanged);
    await inbox.frame('the first frame', () => true);
    await login.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'rowbell-li%'`,
    );
    const [id] = await makeNotifications(db, ada, [{}]);
    await inbox.frame('the notification', has(id));
    await live.close();
  });
});

test('NC-41: a deploy closes sockets with 1012, and takes no more', async () => {
  const api = await startTestApi(db, { SHUTDOWN_TIMEOUT_MS: '3000' });
  const ada = await createUser(db);
  const sockets = await Promise.all([1, 2, 3].map(async () => connectLive(api, await signToken(ada))));
  const stopped = api.stop();
  for (const { closed } of sockets) expect(await closed).toEqual({ code: 1012, reason: 'restarting' });
  await stopped;
  await expect(connectLive(api, await signToken(ada))).rejects.toThrow();
});
