import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertTrip, makeCircle, makePeople, one, type Person, planAll, settle } from './world.ts';

let db: TestDatabase;
/** The leader and a friend share a circle; the others share none with them, nor with each other. */
let leader: Person;
let friend: Person;
let strangers: Person[];
let hostedId: string;

beforeAll(async () => {
  db = await createDatabase();
  await db.owner.query(`update notify.notification_types set enabled = true where key = 'chat_mention'`);
});
afterAll(() => db.drop());
beforeEach(async () => {
  [leader, friend] = await makePeople(db, ['Lena', 'Fritz']);
  strangers = [...(await makePeople(db, ['One', 'Two', 'Three', 'Four']))];
  hostedId = await insertTrip(db, await makeCircle(db, [leader, friend]), leader, { type: 'hosted' });
  await settle(db);
});

const service = (sql: string, values: readonly unknown[]) =>
  db.asWriter((client) => client.query(sql, [...values]), { commit: true });
/** As an app does that lets people find trips of others. */
const request = (person: Person, tripId = hostedId) =>
  service('insert into trips.join_requests (trip_id, requester_id) values ($1, $2)', [tripId, person.id]);
const pushesTo = async (person: Person) => {
  await planAll(db);
  const { rows } = await db.owner.query<{ type: string; priority: string; lane: string; body: string; key: string }>(
    `select n.type_key as type, n.priority, d.lane, n.body
     from notify.notifications as n join notify.deliveries as d on d.notification_id = n.id and d.channel = 'push'
     where n.recipient_id = $1 order by n.id`,
    [person.id],
  );
  return rows;
};

test('SE-5 TR-8: who shares a circle with the leader asks as P0, a stranger in the same words as P1', async () => {
  await request(friend);
  await request(strangers[0] as Person);
  expect(await pushesTo(leader)).toEqual([
    {
      type: 'join_request_received',
      priority: 'P0',
      lane: 'urgent',
      body: "Fritz wants to join — take a look when you're ready.",
    },
    {
      type: 'join_request_from_stranger',
      priority: 'P1',
      lane: 'bulk',
      body: "One wants to join — take a look when you're ready.",
    },
  ]);
  expect(
    await one(
      db,
      `select string_agg(dedupe_key, ' ' order by dedupe_key) from notify_private.dedupe_keys where recipient_id = $1`,
      [leader.id],
    ),
  ).toBe(
    [friend, strangers[0] as Person]
      .map(({ id }) => `join_request:${hostedId}:${id}`)
      .sort()
      .join(' '),
  );
});

test('SE-5 TR-8: who left the common circle is a stranger; asking again within a day is told once, by whichever type', async () => {
  await request(friend);
  await db.owner.query(`update trips.memberships set status = 'left' where user_id = $1`, [friend.id]);
  await service(`update trips.join_requests set status = 'rejected' where requester_id = $1`, [friend.id]);
  await request(friend);
  expect((await pushesTo(leader)).map(({ type }) => type)).toEqual(['join_request_received']);
  await db.owner.query('delete from notify_private.dedupe_keys');
  await service(`update trips.join_requests set status = 'rejected' where requester_id = $1`, [friend.id]);
  await request(friend);
  expect((await pushesTo(leader)).map(({ type }) => type)).toEqual([
    'join_request_received',
    'join_request_from_stranger',
  ]);
});

test('SE-5 TR-8: many strangers ring a leader twice a day, friends always; every request waits to be answered', async () => {
  await Promise.all(strangers.map((stranger) => request(stranger)));
  await request(friend);
  const told = await pushesTo(leader);
  expect(told.filter(({ type }) => type === 'join_request_from_stranger')).toHaveLength(2);
  expect(told.filter(({ priority }) => priority === 'P0').map(({ body }) => body)).toEqual([
    "Fritz wants to join — take a look when you're ready.",
  ]);
  const { rows } = await db.asUser(leader.id, async (client) => {
    await client.query(`select trips.add_participant($1, $2)`, [hostedId, leader.id]);
    return client.query(`select from trips.join_requests where trip_id = $1 and status = 'pending'`, [hostedId]);
  });
  expect(rows).toHaveLength(5);
});

test('SE-5: invitations, requests and mentions of strangers are bounded together, whatever they are', async () => {
  const [one_, two, three, four] = strangers as [Person, Person, Person, Person];
  const circleOfOne = await makeCircle(db, [one_]);
  await db.asUser(one_.id, (client) => client.query('select trips.add_member($1, $2)', [circleOfOne, leader.id]), {
    commit: true,
  });
  await request(two);
  await request(three);
  // A guest on the trip, without being in its circle.
  await service('insert into trips.participants (trip_id, user_id) values ($1, $2), ($1, $3)', [
    hostedId,
    four.id,
    leader.id,
  ]);
  const mention = (author: Person) =>
    db.asUser(
      author.id,
      (client) => client.query(`select trips.post_trip_message($1, 'Buy', $2)`, [hostedId, [leader.id, four.id]]),
      {
        commit: true,
      },
    );
  await mention(four);
  expect((await pushesTo(leader)).map(({ type, priority }) => [type, priority])).toEqual([
    ['circle_invitation', 'P1'],
    ['join_request_from_stranger', 'P1'],
  ]);
  // Friends are not strangers, and a stranger's turn is another's no loss.
  await service('insert into trips.participants (trip_id, user_id) values ($1, $2)', [hostedId, friend.id]);
  await db.owner.query('delete from notify_private.daily_counters');
  await mention(friend);
  expect((await pushesTo(leader)).map(({ type }) => type)).toContain('chat_mention');
  expect((await pushesTo(four)).map(({ type }) => type)).toEqual(['chat_mention']);
});

/** Every P0 type, and why its words are nobody's whom the reader has not accepted. */
const urgent: Readonly<Record<string, string>> = {
  api_key_created: 'of oneself',
  api_key_revoked: 'of oneself',
  coaching_call: 'asked for by oneself',
  coaching_preview: 'asked for by oneself',
  dates_locked: 'travelers',
  dates_proposed_by_leader: 'travelers',
  email_verification: 'asked for by oneself',
  first_dates_suggested: 'travelers',
  itinerary_generated: 'travelers',
  join_request_received: 'members of a circle of the leader’s',
  leader_can_lock_dates: 'travelers',
  login_new_device: 'of oneself',
  login_suspicious: 'of oneself',
  security_setting_changed: 'of oneself',
  test_email: 'asked for by oneself',
  test_push: 'asked for by oneself',
  test_webhook: 'asked for by oneself',
  trip_canceled: 'travelers',
  trip_created_notify: 'members of the circle',
};

test('SE-5: each P0 type has a reason to be one', async () => {
  const { rows } = await db.owner.query<{ key: string }>(
    `select key from notify.notification_types where priority = 'P0' and pack <> 'test' order by key`,
  );
  expect(rows.map(({ key }) => key)).toEqual(Object.keys(urgent));
});
