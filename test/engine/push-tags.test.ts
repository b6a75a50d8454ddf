import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Claimed } from '../../src/database/claimed.ts';
import type { Engine } from '../../src/database/engine.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { forget, installPack, makeDevice, makePerson, makeType, planDue, tell } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';
import { engineOf } from '../support/worker-context.ts';

type Carrier = 'apns' | 'fcm' | 'web_push';

let db: TestDatabase;
let engine: Engine;
let worker: string;
let ada: string;
beforeAll(async () => {
  db = await createDatabase();
  engine = engineOf(db);
  await installPack(db);
  await db.owner.query('update notify.settings set daily_cap = 1000000');
  ada = await makePerson(db, { devices: ['apns', 'fcm'] });
  await db.owner.query(
    `insert into notify.devices (user_id, provider, token, web_push_p256dh, web_push_auth)
     values ($1, 'web_push', 'https://push.example/ada', 'p', 'a')`,
    [ada],
  );
});
afterAll(() => db.drop());
beforeEach(async () => {
  await forget(db);
  await db.owner.query('delete from notify.workers');
  worker = await engine.register('bulk', 'host', 1, [senders.apns, senders.fcm, senders.web_push]);
});

const claim = (carrier: Carrier, lane: 'bulk' | 'urgent' = 'bulk'): Promise<Claimed[]> =>
  engine.claim(randomUUID(), worker, senders[carrier], lane);
const notificationOf = ({ deliveryId }: Claimed) =>
  one<string>(db.owner, 'select notification_id from notify.deliveries where id = $1', [deliveryId]);

/** A type with these values of its own. */
async function typeWith(own: { tag?: string; collapse?: string }) {
  const type = await makeType(db);
  await db.owner.query('update notify.notification_types set tag = $2, collapse_template = $3 where key = $1', [
    type,
    own.tag ?? null,
    own.collapse ?? null,
  ]);
  return type;
}

test.each([
  ['Rowbell Trips', 'Rowbell Trips'],
  // A type that names no product is its pack's.
  [undefined, 'engine_test'],
])('W20: tag %j: what has no collapse key replaces nothing but itself', async (tag, product) => {
  const type = await typeWith({ ...(tag && { tag }) });
  for (let n = 0; n < 2; n++) await tell(db, type, [ada]);
  await planDue(db);
  const android = await claim('fcm');
  expect(android).toHaveLength(2);
  for (const message of android) expect(message.tag).toBe(`${product}:${await notificationOf(message)}`);
  expect(new Set(android.map((message) => message.tag)).size).toBe(2);
  for (const message of android) expect(message.collapseKey).toBeNull();
  for (const message of await claim('web_push')) expect(message).toMatchObject({ tag: null, collapseKey: null });
  for (const message of await claim('apns')) expect(message.collapseKey).toBeNull();
});

test.each([
  ['Rowbell Trips', 'Rowbell Trips'],
  [undefined, 'engine_test'],
])('W20: tag %j: a later one of the same collapse key replaces it, of another not', async (tag, product) => {
  const type = await typeWith({ ...(tag && { tag }), collapse: 'trip-{trip}' });
  for (const trip of ['42', '42', '43']) await tell(db, type, [ada], { variables: { trip } });
  await planDue(db);
  const expected = ['42', '42', '43'].map((trip) => ({ tag: `${product}:trip-${trip}`, collapseKey: `trip-${trip}` }));
  const sorted = (messages: Claimed[]) => messages.sort((a, b) => (String(a.tag) < String(b.tag) ? -1 : 1));
  expect(sorted(await claim('fcm'))).toMatchObject(expected);
  expect(sorted(await claim('web_push'))).toMatchObject(expected);
});

test('W20: tried again, a push has the tag it had', async () => {
  await tell(db, await typeWith({ tag: 'Rowbell Trips' }), [ada]);
  await planDue(db);
  const id = randomUUID();
  const [first] = await engine.claim(id, worker, senders.fcm, 'bulk');
  if (!first) throw new Error('nothing to send');
  expect(first.tag).toMatch(/^Rowbell Trips:[0-9a-f-]{36}$/);
  await engine.record(
    id,
    [first],
    [{ outcome: 'rejected', permanence: 'ambiguous', reason: 'connection_lost', code: 'connection_lost' }],
  );
  await db.owner.query('update notify.deliveries set due_at = clock_timestamp() where due_at is not null');
  const again = (await claim('fcm')).find(({ deliveryId }) => deliveryId === first.deliveryId);
  expect(again).toMatchObject({ attempt: 2, tag: first.tag });
});

test('W20 TR-G8: of two trips neither takes the place of the other', async () => {
  const circle = await one<string>(db.owner, `insert into trips.circles (name) values ('Friends') returning id`);
  const leader = await makePerson(db, { devices: [] });
  await makeDevice(db, leader, 'fcm');
  await db.owner.query('insert into trips.memberships (circle_id, user_id) select $1, unnest($2::uuid[])', [
    circle,
    [ada, leader],
  ]);
  await db.owner.query(
    `insert into trips.trips (circle_id, name, creator_id) select $1, name, $2 from unnest('{Lisbon,Porto}'::text[]) as name`,
    [circle, leader],
  );
  await planDue(db);
  const pushes = await claim('fcm', 'urgent');
  expect(pushes.map(({ title }) => title).sort()).toEqual(['Lisbon', 'Porto']);
  for (const push of pushes) expect(push.tag).toBe(`Rowbell Trips:${await notificationOf(push)}`);
});
