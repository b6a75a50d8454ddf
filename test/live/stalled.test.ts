import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { descriptorsInUse } from '../../src/live/descriptors.ts';
import { createUser, readMetric, signToken, startTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { makeNotifications } from '../support/inbox.ts';
import { connectLive, inboxChanged, type LiveSocket, openLive } from '../support/live.ts';
import { until } from '../support/until.ts';

let db: TestDatabase;
/** Waits a second for those that do not read. */
let api: TestApi;
/** Pings all the time, and has few descriptors. */
let small: TestApi;
beforeAll(async () => {
  db = await createDatabase();
  const sweepEveryMs = 50;
  api = await startTestApi(db, { METRICS_PORT: '0' }, { live: { sweepEveryMs, maxStuckMs: 1_000 } });
  const maxDescriptors = Math.ceil((descriptorsInUse() + 100) / 0.9);
  small = await startTestApi(db, {}, { live: { sweepEveryMs, pingEveryMs: 200, maxDescriptors } });
});
afterAll(async () => {
  await Promise.all([api?.stop(), small?.stop()]);
  await db?.drop();
});

/** Until the first frame is there. */
async function subscribed(api: TestApi) {
  const person = await createUser(db);
  const live = await connectLive(api, await signToken(person));
  const inbox = live.subscribe(inboxChanged);
  await inbox.frame('the first frame', () => true);
  return { person, live, inbox };
}

const closedWith = (code: number) => readMetric(api, `rowbell_live_closed_total{code="${code}"}`);
const body = 'x'.repeat(60_000);

test('NC-41: a client that reads nothing of what waits for it is closed with 1013, another is not', async () => {
  const [slow, fast] = [await subscribed(api), await subscribed(api)];
  slow.live.socket.pause();
  for (let n = 0; n < 12; n++) {
    await makeNotifications(db, slow.person, [{ body }]);
    await makeNotifications(db, fast.person, [{ body }]);
  }
  await expect.poll(() => closedWith(1013)).toBe(1);
  // It reads what was on its way, and then that it was closed.
  slow.live.socket.resume();
  expect(await slow.live.closed).toEqual({ code: 1013, reason: '{"retryAfter":1}' });
  const [last = ''] = await makeNotifications(db, fast.person, [{}]);
  await fast.inbox.frame('the last', ({ items }) => items.some(({ id }: { id: string }) => id === last));
  await fast.live.close();
});

test('NC-41: a slow client that reads a little now and then stays, and misses nothing', async () => {
  const { person, live, inbox } = await subscribed(api);
  const { socket } = live;
  // Eleven pieces, each of which it reads within the time, and all of which it does not.
  const resting: NodeJS.Timeout[] = [];
  socket.on('ping', () => {
    socket.pause();
    resting.push(setTimeout(() => socket.resume(), 300));
  });
  const ids = await makeNotifications(db, person, Array(12).fill({ body }));
  const { items } = await inbox.frame('all of them', (frame) => frame.items.length > 0);
  expect([items.length, resting.length, socket.readyState]).toEqual([ids.length, 11, socket.OPEN]);
  for (const timer of resting) clearTimeout(timer);
  socket.resume();
  await live.close();
});

test('NC-41: whoever asks again and again and reads no answer is cut off', async () => {
  const [{ live }, other] = [await subscribed(api), await subscribed(api)];
  live.socket.pause();
  const ping = JSON.stringify({ type: 'ping', payload: { text: body } });
  const asking = setInterval(() => {
    if (live.socket.bufferedAmount < 1_000_000) for (let n = 0; n < 10; n++) live.socket.send(ping);
  }, 5);
  await expect.poll(() => readMetric(api, 'rowbell_live_connections')).toBe(1);
  clearInterval(asking);
  live.socket.terminate();
  await other.live.close();
});

test('NC-41: a client that answers no ping is cut off after two, one that does is not', async () => {
  const answering = await subscribed(small);
  const silent = await openLive(small, { token: await signToken(await createUser(db)), autoPong: false });
  let pings = 0;
  silent.socket.on('ping', () => {
    pings++;
  });
  expect((await silent.closed).code).toBe(1006);
  expect(pings).toBe(2);
  expect(answering.live.socket.readyState).toBe(answering.live.socket.OPEN);
  await answering.live.close();
});

test('NC-41: from 90 % of the descriptors on sockets are closed with 1013, until there are fewer', async () => {
  const token = await signToken(await createUser(db));
  const open: LiveSocket[] = [];
  // Each has one here and one at the server, and the server counts once a second.
  for (let isFull = false; !isFull; ) {
    const live = await openLive(small, { init: false });
    open.push(live);
    isFull = await Promise.race([live.closed.then(() => true), sleep(20, false)]);
  }
  expect(await open.at(-1)?.closed).toEqual({ code: 1013, reason: '{"retryAfter":10}' });
  for (const { socket } of open) socket.terminate();
  await until('there is room', async () => {
    const live = await openLive(small, { token });
    const isOpen = await Promise.race([live.acknowledged.then(() => true), live.closed.then(() => false)]);
    live.socket.terminate();
    return isOpen;
  });
});
