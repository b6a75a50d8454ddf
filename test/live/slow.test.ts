import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBacklog } from '../../src/live/backlog.ts';
import { createFeed } from '../../src/live/feed.ts';
import { createUser, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeNotifications } from '../support/inbox.ts';
import { connectLive, inboxChanged } from '../support/live.ts';

let db: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  db = await createDatabase();
  api = await startTestApi(db, { METRICS_PORT: '0' });
});
afterAll(async () => {
  await api?.stop();
  await db?.drop();
});

const has =
  (id: string | undefined) =>
  ({ items }: { items: { id: string }[] }) =>
    items.some((item) => item.id === id);
const dropped = async () =>
  Number(/^rowbell_live_dropped_total (\d+)/m.exec(await (await fetch(`${api.metricsUrl}/metrics`)).text())?.[1]);

test('NC-41: a client that does not read loses frames and is told to begin anew; others get all', async () => {
  const [ada, bob] = [await createUser(db), await createUser(db)];
  const [slow, fast] = [await connectLive(api, await signToken(ada)), await connectLive(api, await signToken(bob))];
  const [hers, his] = [slow.subscribe(inboxChanged), fast.subscribe(inboxChanged)];
  await hers.frame('the first frame', () => true);
  await his.frame('the first frame', () => true);
  slow.socket.pause();
  const body = 'x'.repeat(60_000);
  // More at once than may wait for anybody, however much the kernel takes for her before that.
  while ((await dropped()) === 0) await makeNotifications(db, ada, Array(20).fill({ body }));
  const ids = await makeNotifications(db, bob, [{ body }]);
  await his.frame('his own', has(ids[0]));
  slow.socket.resume();
  const told = await hers.frame('begin anew', ({ reset }) => reset);
  expect(told).toMatchObject({ items: [], removed: [] });
  const had = hers.frames.filter(({ reset, cursor }) => !reset && cursor !== '').map(({ cursor }) => cursor);
  expect(had).toContain(told.cursor);
  const [last] = await makeNotifications(db, ada, [{}]);
  await hers.frame('what came after', has(last));
  await Promise.all([slow.close(), fast.close()]);
});

test('a feed keeps what comes before it is open, counts what waits, and knows since when', async () => {
  const backlog = createBacklog();
  const lost: number[] = [];
  let isOver = false;
  const feed = createFeed<string>({
    backlog,
    reset: () => 'reset',
    onDropped: (frames) => lost.push(frames),
    onEnd: () => {
      isOver = true;
    },
  });
  feed.push('second', 100);
  expect(backlog.stuckSinceMs).not.toBeNull();
  feed.open('first', 100);
  expect([(await feed.next()).value, (await feed.next()).value]).toEqual(['first', 'second']);
  expect(backlog.stuckSinceMs).toBeNull();
  const asked = feed.next();
  feed.push('at once', 100);
  expect((await asked).value).toBe('at once');
  feed.push('a', 200_000);
  feed.push('b', 100_000);
  feed.push('c', 100);
  expect([lost, backlog.stuckSinceMs === null]).toEqual([[2], false]);
  expect((await feed.next()).value).toBe('reset');
  expect(backlog.stuckSinceMs).toBeNull();
  feed.push('after', 100);
  await feed.return?.();
  expect([isOver, backlog.stuckSinceMs, (await feed.next()).done]).toEqual([true, null, true]);
});
