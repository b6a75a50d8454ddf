import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import fc from '../support/fast-check.ts';
import {
  insertTrip,
  insertWindow,
  makeCircle,
  makePeople,
  makePerson,
  one,
  outcomes,
  type Person,
  planAll,
  settle,
  support,
  toldOf,
} from './world.ts';

let db: TestDatabase;
let ada: Person;
let ben: Person;
let chloe: Person;
let dilan: Person;
let eva: Person;
let circleId: string;
let tripId: string;

beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  [ada, ben, chloe, dilan, eva] = await makePeople(db, ['Ada', 'Ben', 'Chloé', 'Dilan', 'Eva']);
  circleId = await makeCircle(db, [ada, ben, chloe, dilan, eva]);
  tripId = await insertTrip(db, circleId, ada);
  await settle(db);
});

const events = async (typeKey: string) =>
  (
    await db.owner.query<{ data: Record<string, unknown> }>(
      'select data from notify.events where type_key = $1 order by id',
      [typeKey],
    )
  ).rows.map(({ data }) => data);
const propose = async () => {
  const windowId = await insertWindow(db, tripId, ben);
  await db.owner.query(`update trips.trips set status = 'proposed', proposed_window_id = $2 where id = $1`, [
    tripId,
    windowId,
  ]);
  await settle(db);
  return windowId;
};
const react = (windowId: string, person: Person, works = true) =>
  db.asWriter(
    (client) =>
      client.query(
        `insert into trips.proposal_reactions (date_window_id, user_id, works) values ($1, $2, $3)
         on conflict (date_window_id, user_id) do update set works = excluded.works`,
        [windowId, person.id, works],
      ),
    { commit: true },
  );

test('TR-N1 half of the others, the leader left out, and not before', async () => {
  const windowId = await propose();
  await react(windowId, ada);
  await react(windowId, ben);
  await react(windowId, chloe, false);
  expect(await events('leader_can_lock_dates')).toEqual([]);
  await react(windowId, chloe, true);
  expect(await events('leader_can_lock_dates')).toEqual([{ windowId, works: 2 }]);
});

test('TR-N1 the threshold is a row', async () => {
  await db.asOperator((client) => client.query('update trips.settings set lock_threshold = 0.25'), { commit: true });
  const windowId = await propose();
  await react(windowId, ben);
  await db.owner.query('update trips.settings set lock_threshold = default');
  expect(await events('leader_can_lock_dates')).toEqual([{ windowId, works: 1 }]);
});

test('TR-N1 two who answer at the same instant are counted together', async () => {
  const windowId = await propose();
  await Promise.all([react(windowId, ben), react(windowId, chloe)]);
  expect(await events('leader_can_lock_dates')).toEqual([{ windowId, works: 2 }]);
});

test('TR-N1 answers about dates no longer proposed, and of who left, do not count', async () => {
  const old = await propose();
  await react(old, ben);
  const windowId = await insertWindow(db, tripId, ben, '2028-01-01');
  await db.owner.query('update trips.trips set proposed_window_id = $2 where id = $1', [tripId, windowId]);
  await react(old, chloe);
  await react(windowId, dilan);
  expect(await events('leader_can_lock_dates')).toEqual([]);
  await db.owner.query(`insert into trips.participants (trip_id, user_id, status) values ($1, $2, 'left')`, [
    tripId,
    dilan.id,
  ]);
  await react(windowId, ben);
  expect(await events('leader_can_lock_dates')).toEqual([]);
});

test('TR-N1 TR-5 fewer travelers may be enough of them; the leader hears it once in 72 hours', async () => {
  const windowId = await propose();
  await react(windowId, ben);
  await db.owner.query(
    `insert into trips.participants (trip_id, user_id, status) values ($1, $2, 'left'), ($1, $3, 'removed')`,
    [tripId, dilan.id, eva.id],
  );
  expect(await events('leader_can_lock_dates')).toEqual([{ windowId, works: 1 }]);
  await react(windowId, chloe);
  await planAll(db);
  expect(await toldOf(db, 'leader_can_lock_dates')).toEqual(['Ada']);
});

test('TR-N2 over half weighed in, by suggesting or supporting; the most supported dates lead', async () => {
  const first = await insertWindow(db, tripId, ben);
  const second = await insertWindow(db, tripId, ben, '2028-01-01');
  await support(db, second, chloe);
  expect(await events('leader_ready_to_propose')).toEqual([]);
  await support(db, first, ben);
  expect(await events('leader_ready_to_propose')).toEqual([]);
  await support(db, second, dilan);
  expect(await events('leader_ready_to_propose')).toEqual([{ windowId: second }]);
});

test('TR-N4 TR-G4 a sweep run twice says nothing twice, and what is off is not looked for', async () => {
  await db.owner.query(
    `update trips.trips set status = 'locked', locked_start_on = (now() at time zone 'UTC')::date + 6,
       locked_end_on = (now() at time zone 'UTC')::date + 9 where id = $1`,
    [tripId],
  );
  await settle(db);
  for (let run = 0; run < 2; run++) {
    await db.owner.query(`update notify.sweeps set retry_at = now() where key = 'trips_daily'`);
    await db.worker.query('select notify_private.run_due_sweeps()');
    await planAll(db);
  }
  expect((await outcomes(db)).map(({ typeKey, outcome }) => [typeKey, outcome])).toEqual(
    Array.from({ length: 5 }, () => ['prep_reminder_7d', 'send']),
  );
  await db.owner.query(`update trips.trips set locked_start_on = locked_start_on - 4 where id = $1`, [tripId]);
  expect(
    await one(db, `select count(*)::text from trips_private.due_reminders(now()) where trip_id = '${tripId}'`),
  ).toBe('0');
});

test("TR-N4 every day at nine o'clock, UTC, also after a run that was late", async () => {
  await db.owner.query(`update notify.sweeps set retry_at = now() where key = 'trips_daily'`);
  await db.worker.query('select notify_private.run_due_sweeps()');
  expect(
    await one(
      db,
      `select (next_run_at - now() <= interval '1 day' and next_run_at > now())::text || to_char(next_run_at at time zone 'UTC', ' HH24:MI')
       from notify.sweeps where key = 'trips_daily'`,
    ),
  ).toBe('true 09:00');
});

test.each([
  [
    'trip_started',
    0,
    ['2026-12-09 12:00', '2026-12-10 09:00', '2026-12-10 23:59'],
    ['2026-12-09 11:59', '2026-12-11 09:00'],
  ],
  ['prep_reminder_7d', 0, ['2026-12-03 09:00', '2026-12-05 09:00'], ['2026-12-02 23:59', '2026-12-06 00:00']],
])('TR-15 TR-16 %s is due then and not then', async (type, _days, due, not) => {
  await db.owner.query(
    `update trips.trips set status = 'locked', locked_start_on = '2026-12-10', locked_end_on = '2026-12-12' where id = $1`,
    [tripId],
  );
  const dueAt = (at: string) =>
    one(db, 'select count(*)::text from trips_private.due_reminders($1) where trip_id = $2 and type_key = $3', [
      `${at}+00`,
      tripId,
      type,
    ]);
  for (const at of due) expect([at, await dueAt(at)]).toEqual([at, '1']);
  for (const at of not) expect([at, await dueAt(at)]).toEqual([at, '0']);
});

test('TR-G10 who travels: the view against the sentence, over every state', async () => {
  const someone = await makePerson(db, 'Someone');
  const states = fc.record({
    hosted: fc.boolean(),
    membership: fc.constantFrom(null, 'active', 'left'),
    participant: fc.constantFrom(null, 'active', 'left', 'removed'),
  });
  await fc.assert(
    fc.asyncProperty(states, async ({ hosted, membership, participant }) => {
      const isOut = participant === 'left' || participant === 'removed';
      const travels = hosted ? participant !== null && !isOut : membership === 'active' && !isOut;
      const found = await db.asOwner(async (client) => {
        await client.query('update trips.trips set type = $2 where id = $1', [
          tripId,
          hosted ? 'hosted' : 'collaborative',
        ]);
        if (membership)
          await client.query('insert into trips.memberships (circle_id, user_id, status) values ($1, $2, $3)', [
            circleId,
            someone.id,
            membership,
          ]);
        if (participant)
          await client.query('insert into trips.participants (trip_id, user_id, status) values ($1, $2, $3)', [
            tripId,
            someone.id,
            participant,
          ]);
        const { rowCount } = await client.query(
          'select from trips_private.active_travelers where trip_id = $1 and user_id = $2',
          [tripId, someone.id],
        );
        return rowCount;
      });
      expect(found).toBe(travels ? 1 : 0);
    }),
    { numRuns: 60 },
  );
});
