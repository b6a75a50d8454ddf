import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBacklog, maxBacklogBytes, maxFrameBytes, maxGivenBytes } from '../../src/live/backlog.ts';
import { createFeed } from '../../src/live/feed.ts';
import { maxUnreadBytes } from '../../src/live/outflow.ts';
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
  // The kernel would take megabytes for her; so much is more than may be on its way and wait.
  for (let bytes = 0; bytes < maxUnreadBytes + maxGivenBytes + maxBacklogBytes + 5 * body.length; bytes += body.length)
    await makeNotifications(db, ada, [{ body }]);
  await expect.poll(dropped).toBeGreaterThan(0);
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

test('NC-41: one commit that is more than may wait is one frame for whoever reads', async () => {
  const ada = await createUser(db);
  const live = await connectLive(api, await signToken(ada));
  const inbox = live.subscribe(inboxChanged);
  await inbox.frame('the first frame', () => true);
  const ids = await makeNotifications(db, ada, Array(20).fill({ body: 'x'.repeat(60_000) }));
  const { items } = await inbox.frame('all of them', has(ids[0]));
  expect(items.map(({ id }: { id: string }) => id).sort()).toEqual([...ids].sort());
  expect(inbox.frames.filter(({ reset }) => reset)).toEqual([]);
  await live.close();
});

test('NC-41: a document that repeats what it asks for has no frame that is longer than an answer', async () => {
  const ada = await createUser(db);
  const live = await connectLive(api, await signToken(ada));
  const names = Array.from({ length: 10 }, (_, n) => `body${n}: body`).join(' ');
  const greedy = live.subscribe(`subscription { inboxChanged { items { id ${names} } } }`);
  const modest = live.subscribe(inboxChanged);
  await greedy.frame('the first frame', () => true);
  await modest.frame('the first frame', () => true);
  const ids = await makeNotifications(db, ada, Array(20).fill({ body: 'x'.repeat(60_000) }));
  await modest.frame('all of them', has(ids[0]));
  await expect.poll(() => greedy.errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
  expect([greedy.frames.length, greedy.isComplete()]).toEqual([1, true]);
  await live.close();
});

test('a feed keeps what comes before it is open, counts what waits, and knows since when', async () => {
  const backlog = createBacklog();
  const { feed, lost, isOver } = feedOn(backlog);
  feed.push('second', 100);
  expect(backlog.stuckSinceMs).not.toBeNull();
  feed.open('first', 100);
  expect([(await feed.next()).value, (await feed.next()).value]).toEqual(['first', 'second']);
  // Until it is asked for the next, the socket has it.
  expect(backlog.stuckSinceMs).not.toBeNull();
  const asked = feed.next();
  expect(backlog.stuckSinceMs).toBeNull();
  feed.push('at once', 100);
  expect((await asked).value).toBe('at once');
  feed.push('a', 200_000);
  feed.push('b', 200_000);
  feed.push('c', 100_000);
  feed.push('d', 100);
  expect([lost, backlog.stuckSinceMs === null]).toEqual([[3], false]);
  expect((await feed.next()).value).toBe('reset');
  feed.push('after', 100);
  await feed.return?.();
  expect([isOver(), backlog.stuckSinceMs, (await feed.next()).done]).toEqual([true, null, true]);
});

test('the first frame that waits may be large, but no larger than a frame; small ones may follow', async () => {
  const backlog = createBacklog();
  const { feed, lost } = feedOn(backlog);
  feed.open('first', 100);
  await feed.next();
  feed.push('large', maxFrameBytes);
  expect([lost, (await feed.next()).value]).toEqual([[], 'large']);
  feed.push('large again', maxFrameBytes);
  feed.push('small', maxBacklogBytes);
  expect([(await feed.next()).value, (await feed.next()).value, lost]).toEqual(['large again', 'small', []]);
  const asked = feed.next();
  feed.push('too large', maxFrameBytes + 1);
  expect([lost, (await asked).value]).toEqual([[1], 'reset']);
});

test('what the socket has not let go holds back all feeds of it, and what they begin with is bounded', async () => {
  const backlog = createBacklog();
  const [one, two, three] = [feedOn(backlog), feedOn(backlog), feedOn(backlog)];
  one.feed.open('one', maxGivenBytes);
  expect((await one.feed.next()).value).toBe('one');
  let got: string | undefined;
  const asked = two.feed.next().then(({ value }) => {
    got = value;
  });
  two.feed.open('two', maxFrameBytes);
  three.feed.open('three', 1_000);
  await new Promise(setImmediate);
  expect([got, one.lost, two.lost, three.lost]).toEqual([undefined, [], [], [1]]);
  void one.feed.next();
  await asked;
  expect(got).toBe('two');
});

function feedOn(backlog: ReturnType<typeof createBacklog>) {
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
  return { feed, lost, isOver: () => isOver };
}
