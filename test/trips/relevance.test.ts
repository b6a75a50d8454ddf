import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { insertTrip, insertWindow, makeCircle, makePeople, one, type Person, planAll, settle } from './world.ts';

let db: TestDatabase;
let ada: Person;
let ben: Person;
let chloe: Person;
let circleId: string;
let tripId: string;

beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  [ada, ben, chloe] = await makePeople(db, ['Ada', 'Ben', 'Chloé']);
  circleId = await makeCircle(db, [ada, ben, chloe]);
  tripId = await insertTrip(db, circleId, ada);
  await settle(db);
});

const service = (sql: string, ...values: unknown[]) =>
  db.asWriter((client) => client.query(sql, values), { commit: true });
/** What a worker takes for sending, as "name: type". */
async function taken(): Promise<string[]> {
  for (const lane of ['urgent', 'bulk']) {
    const workerId = await one(db, `select notify_private.register_worker($1, 'test', 1, '{2}')`, [lane]);
    await db.owner.query(`select from notify_private.claim_deliveries(uuidv7(), $1, '2', $2)`, [workerId, lane]);
  }
  const { rows } = await db.owner.query<{ said: string }>(
    `select u.name || ': ' || n.type_key as said
     from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id join notify.users as u on u.id = n.recipient_id
     where d.status = 'sending' order by 1`,
  );
  return rows.map(({ said }) => said);
}
const lock = (days: number) =>
  service(
    `update trips.trips set status = 'locked', locked_start_on = current_date + $2::integer, locked_end_on = current_date + $2::integer + 3 where id = $1`,
    tripId,
    days,
  );
const open = (person: Person) =>
  db.asUser(person.id, (client) => client.query('select trips.open_trip($1)', [tripId]), { commit: true });

test('TR-G10 who is removed between planning and sending hears nothing, the others do', async () => {
  await service(
    `insert into trips.itinerary_ideas (trip_id, author_id, title) values ($1, $2, 'Fado')`,
    tripId,
    ada.id,
  );
  await planAll(db);
  await service(`insert into trips.participants (trip_id, user_id, status) values ($1, $2, 'removed')`, tripId, ben.id);
  expect(await taken()).toEqual(['Chloé: first_idea_contributed']);
});

test('TR-G10 who left the circle is not told of its new trip, which was planned already', async () => {
  await insertTrip(db, circleId, ada, { name: 'Porto' });
  await planAll(db);
  await service(`update trips.memberships set status = 'left' where circle_id = $1 and user_id = $2`, circleId, ben.id);
  expect(await taken()).toEqual(['Chloé: trip_created_notify']);
});

test('TR-16 TR-2 of a trip that was canceled nobody hears that it starts', async () => {
  await lock(0);
  await settle(db);
  await open(ben);
  await planAll(db);
  await service(`update trips.trips set status = 'canceled', canceled_by = $2 where id = $1`, tripId, ada.id);
  await planAll(db);
  expect(await taken()).toEqual(['Ben: trip_canceled', 'Chloé: trip_canceled']);
});

test('TR-15 TR-16 what is due and still holds is sent', async () => {
  await lock(0);
  await settle(db);
  await open(ben);
  await planAll(db);
  expect(await taken()).toEqual(['Ada: trip_started', 'Ben: trip_started', 'Chloé: trip_started']);
});

test.each([
  ['proposed and led as before', async () => {}, ['Ada: leader_can_lock_dates']],
  [
    'led by another',
    () => service('update trips.trips set leader_id = $2 where id = $1', tripId, chloe.id),
    ['Chloé: leader_transferred'],
  ],
  [
    'other dates are proposed',
    async () => {
      const other = await insertWindow(db, tripId, chloe, '2027-06-01');
      await settleOthers();
      await service('update trips.trips set proposed_window_id = $2 where id = $1', tripId, other);
    },
    ['Ben: dates_proposed_by_leader', 'Chloé: dates_proposed_by_leader'],
  ],
])('TR-5 a nudge that waits: %s', async (_, change, expected) => {
  const windowId = await insertWindow(db, tripId, ben);
  await service(`update trips.trips set status = 'proposed', proposed_window_id = $2 where id = $1`, tripId, windowId);
  await settle(db);
  await service(
    'insert into trips.proposal_reactions (date_window_id, user_id, works) values ($1, $2, true)',
    windowId,
    ben.id,
  );
  await planAll(db);
  await change();
  await planAll(db);
  expect(await taken()).toEqual(expected);
});

/** Plans and drops what a preparation causes, without touching what waits. */
async function settleOthers(): Promise<void> {
  await db.owner.query(
    `delete from notify.events where type_key in ('first_dates_suggested', 'leader_ready_to_propose') and planned_at is null`,
  );
}
