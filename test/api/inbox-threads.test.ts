import { describe, expect, test } from 'vitest';
import { makeNotifications } from '../support/inbox.ts';
import { api, change, db, makePerson } from './inbox-changes-world.ts';

describe('the inbox by thread', () => {
  const threads = (token: string, filter = '{}', page = 'first: 100') =>
    api.ask(
      `{ inboxThreads(${page}, filter: ${filter}) { totalCount pageInfo { hasNextPage endCursor }
          nodes { threadId count unreadCount oldestAt newestAt newest { id createdAt } } } }`,
      { token },
    );

  test('NC-1: newest first, each with its counts; what has no thread stands alone; another sees none', async () => {
    const ada = await makePerson();
    const bob = await makePerson();
    const ids = await makeNotifications(db, ada.id, [
      { threadId: 'trip' },
      { threadId: 'chat' },
      {},
      { threadId: 'trip' },
      {},
      { threadId: 'chat', isTold: false },
    ]);
    await change(ada, 'read', { notificationIds: [ids[0], ids[2]] });
    const { data, errors } = await threads(ada.token);
    expect(errors).toEqual([]);
    expect(
      data.inboxThreads.nodes.map((node: Record<string, never>) => [
        node.threadId,
        node.count,
        node.unreadCount,
        node.newest,
      ]),
    ).toMatchObject([
      [null, 1, 1, { id: ids[4] }],
      ['trip', 2, 1, { id: ids[3] }],
      [null, 1, 0, { id: ids[2] }],
      ['chat', 1, 1, { id: ids[1] }],
    ]);
    for (const { newest, newestAt } of data.inboxThreads.nodes) expect(newestAt).toBe(newest.createdAt);
    expect((await threads(ada.token, '{ read: true }')).data.inboxThreads.nodes).toMatchObject([
      { threadId: null, count: 1 },
      { threadId: 'trip', count: 1, unreadCount: 0, newest: { id: ids[0] } },
    ]);
    expect((await threads(bob.token)).data.inboxThreads.nodes).toEqual([]);

    const first = (await threads(ada.token, '{}', 'first: 3')).data.inboxThreads;
    expect([first.totalCount, first.nodes.length, first.pageInfo.hasNextPage]).toEqual([4, 3, true]);
    const rest = await threads(ada.token, '{}', `first: 3, after: "${first.pageInfo.endCursor}"`);
    expect([...first.nodes, ...rest.data.inboxThreads.nodes]).toEqual(data.inboxThreads.nodes);
  });

  test("NC-1: the counts add up to the list's, whatever is asked", async () => {
    const ada = await makePerson();
    const ids = await makeNotifications(
      db,
      ada.id,
      Array.from({ length: 90 }, (_, n) => (n % 4 ? { threadId: `t${n % 7}` } : {})),
    );
    await change(ada, 'read', { notificationIds: ids.filter((_, n) => n % 3 === 0) });
    await change(ada, 'archive', { notificationIds: ids.filter((_, n) => n % 5 === 0) });
    for (const filter of ['{}', '{ read: false }', '{ threadId: "t3" }', '{ places: [archived] }']) {
      const { data } = await api.ask(
        `{ threads: inboxThreads(first: 100, filter: ${filter}) { nodes { count unreadCount } } all: inboxCount(filter: ${filter}) }`,
        { token: ada.token },
      );
      const sum = data.threads.nodes.reduce((total: number, { count }: { count: number }) => total + count, 0);
      expect([filter, sum]).toEqual([filter, data.all]);
      expect(data.all).toBeGreaterThan(0);
    }
  });
});
