import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import {
  insertTrip,
  insertWindow,
  makeCircle,
  makePeople,
  makePerson,
  type Person,
  planAll,
  pushTo,
  settle,
  support,
  toldOf,
} from './world.ts';

let db: TestDatabase;
let ada: Person;
let ben: Person;
let chloe: Person;
let dilan: Person;
let circleId: string;

beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  await settle(db);
  [ada, ben, chloe, dilan] = await makePeople(db, ['Ada', 'Ben', 'Chloé', 'Dilan']);
  circleId = await makeCircle(db, [ada, ben, chloe, dilan]);
});

async function cancel(tripId: string, by: Person | null): Promise<void> {
  await db.asWriter(
    (client) =>
      client.query(`update trips.trips set status = 'canceled', canceled_by = $2 where id = $1`, [tripId, by?.id]),
    { commit: true },
  );
}

describe('TR-1 trip_created_notify', () => {
  test('TR-1 TR-G8 TR-G9 a plain insert tells the circle, letter by letter, except the creator', async () => {
    const tripId = await insertTrip(db, circleId, ada);
    await planAll(db);
    expect(await toldOf(db, 'trip_created_notify')).toEqual(['Ben', 'Chloé', 'Dilan']);
    expect(await pushTo(db, ben, 'trip_created_notify')).toEqual({
      title: 'Lisbon in May',
      subtitle: 'Rowbell Trips',
      body: "Ada started planning this trip — take a look when you're ready.",
      data: { tripId },
      thread_id: tripId,
      priority: 'P0',
      lane: 'urgent',
      tag: 'Rowbell Trips',
      sound: 'default',
      urgency: 'high',
      lifetime: '30 days',
    });
  });

  test('TR-1 many trips in one statement are one event each', async () => {
    await db.owner.query(
      `insert into trips.trips (circle_id, name, creator_id) select $1, 'Trip ' || i, $2 from generate_series(1, 20) as i`,
      [circleId, ada.id],
    );
    const { rows } = await db.owner.query('select count(*)::int as events from notify.events');
    expect(rows).toEqual([{ events: 20 }]);
    await planAll(db);
    expect(await toldOf(db, 'trip_created_notify')).toHaveLength(60);
  });

  test('TR-1 a hosted trip is announced to the circle too', async () => {
    await insertTrip(db, circleId, ada, { type: 'hosted' });
    await planAll(db);
    expect(await toldOf(db, 'trip_created_notify')).toEqual(['Ben', 'Chloé', 'Dilan']);
  });

  test('TR-1 somebody without a name is "Someone"', async () => {
    const nameless = await makePerson(db, null);
    await insertTrip(db, await makeCircle(db, [nameless, ben]), nameless);
    await planAll(db);
    expect((await pushTo(db, ben, 'trip_created_notify')).body).toBe(
      "Someone started planning this trip — take a look when you're ready.",
    );
  });

  test('TR-1 braces in names are text', async () => {
    const joker = await makePerson(db, '{LeaderName}');
    await insertTrip(db, await makeCircle(db, [joker, ben]), joker, { name: 'To {tripId}' });
    await planAll(db);
    expect(await pushTo(db, ben, 'trip_created_notify')).toMatchObject({
      title: 'To {tripId}',
      body: "{LeaderName} started planning this trip — take a look when you're ready.",
    });
  });
});

describe('TR-2 trip_canceled', () => {
  test('TR-2 TR-G8 TR-G9 becoming canceled tells all travelers except the canceler', async () => {
    const tripId = await insertTrip(db, circleId, ada);
    await settle(db);
    await cancel(tripId, ada);
    await planAll(db);
    expect(await toldOf(db, 'trip_canceled')).toEqual(['Ben', 'Chloé', 'Dilan']);
    expect(await pushTo(db, chloe, 'trip_canceled')).toMatchObject({
      title: 'Lisbon in May',
      subtitle: 'Rowbell Trips',
      body: 'Ada canceled this trip.',
      data: { tripId },
      thread_id: tripId,
      priority: 'P0',
    });
  });

  test('TR-2 canceled by a service: everyone is told', async () => {
    const tripId = await insertTrip(db, circleId, ada);
    await settle(db);
    await cancel(tripId, null);
    await planAll(db);
    expect(await toldOf(db, 'trip_canceled')).toEqual(['Ada', 'Ben', 'Chloé', 'Dilan']);
  });

  test('TR-2 only the transition counts', async () => {
    const tripId = await insertTrip(db, circleId, ada);
    await cancel(tripId, ada);
    await settle(db);
    await cancel(tripId, ada);
    await db.owner.query(`update trips.trips set name = 'Never mind' where id = $1`, [tripId]);
    await db.owner.query(`update trips.trips set status = 'canceled' where false`);
    const { rows } = await db.owner.query('select count(*)::int as events from notify.events');
    expect(rows).toEqual([{ events: 0 }]);
  });

  test('TR-2 a hosted trip tells its participants only', async () => {
    const tripId = await insertTrip(db, circleId, ada, { type: 'hosted' });
    await db.owner.query(
      `insert into trips.participants (trip_id, user_id, status)
       values ($1, $2, 'active'), ($1, $3, 'active'), ($1, $4, 'removed')`,
      [tripId, ada.id, ben.id, chloe.id],
    );
    await settle(db);
    await cancel(tripId, ada);
    await planAll(db);
    expect(await toldOf(db, 'trip_canceled')).toEqual(['Ben']);
  });
});

describe('TR-3 first_dates_suggested', () => {
  test('TR-3 TR-G8 TR-G9 the first dates tell all except who suggested them', async () => {
    const tripId = await insertTrip(db, circleId, ada);
    await settle(db);
    await insertWindow(db, tripId, ben);
    await planAll(db);
    expect(await toldOf(db, 'first_dates_suggested')).toEqual(['Ada', 'Chloé', 'Dilan']);
    expect(await pushTo(db, ada, 'first_dates_suggested')).toMatchObject({
      title: 'Lisbon in May',
      body: "Date ideas are rolling in. Add yours when you're ready!",
      data: { tripId, overlay: 'scheduling' },
      thread_id: tripId,
      priority: 'P0',
    });
  });

  test('TR-3 later dates are silent, also once the first are gone', async () => {
    const tripId = await insertTrip(db, circleId, ada);
    await insertWindow(db, tripId, ben);
    await settle(db);
    await insertWindow(db, tripId, chloe);
    await db.owner.query('delete from trips.date_windows where trip_id = $1', [tripId]);
    await insertWindow(db, tripId, dilan);
    const { rows } = await db.owner.query('select count(*)::int as events from notify.events');
    expect(rows).toEqual([{ events: 0 }]);
  });

  test('TR-3 several first dates of several trips in one statement are one event a trip', async () => {
    const tripIds = [await insertTrip(db, circleId, ada), await insertTrip(db, circleId, ada)];
    await settle(db);
    await db.owner.query(
      `insert into trips.date_windows (trip_id, author_id, start_on, end_on)
       select trip_id, $2, day, day + 1
       from unnest($1::uuid[]) as trip_id, unnest('{2027-05-01, 2027-06-01}'::date[]) as day`,
      [tripIds, ben.id],
    );
    const { rows } = await db.owner.query('select type_key, subject_id from notify.events order by subject_id');
    expect(rows).toEqual(tripIds.sort().map((id) => ({ type_key: 'first_dates_suggested', subject_id: id })));
  });

  test('TR-3 TR-G4 sixteen sessions suggesting at once are one event, and nobody is told twice', async () => {
    const crowd = await Promise.all(Array.from({ length: 16 }, (_, index) => makePerson(db, `Crowd ${index}`)));
    const tripId = await insertTrip(db, await makeCircle(db, crowd), crowd[0] ?? null);
    await settle(db);
    await Promise.all(crowd.map((author) => insertWindow(db, tripId, author)));
    const { rows } = await db.owner.query<{ author: string }>(
      `select actor_id as author from notify.events where type_key = 'first_dates_suggested'`,
    );
    expect(rows).toHaveLength(1);
    await planAll(db);
    const told = await toldOf(db, 'first_dates_suggested');
    expect(told).toEqual(
      crowd
        .filter((person) => person.id !== rows[0]?.author)
        .map((person) => person.name)
        .sort(),
    );
  });

  test('TR-3 a first suggestion that is rolled back leaves the claim to the next', async () => {
    const tripId = await insertTrip(db, circleId, ada);
    await settle(db);
    await db.asWriter((client) =>
      client.query(
        `insert into trips.date_windows (trip_id, author_id, start_on, end_on) values ($1, $2, '2027-05-01', '2027-05-02')`,
        [tripId, ben.id],
      ),
    );
    await insertWindow(db, tripId, chloe);
    await planAll(db);
    expect(await toldOf(db, 'first_dates_suggested')).toEqual(['Ada', 'Ben', 'Dilan']);
  });
});

describe('TR-10 window_supported_author', () => {
  test('TR-10 TR-G8 TR-G9 the author hears who likes the dates', async () => {
    const tripId = await insertTrip(db, circleId, ada);
    const windowId = await insertWindow(db, tripId, ben);
    await settle(db);
    await support(db, windowId, chloe);
    await planAll(db);
    expect(await toldOf(db, 'window_supported_author')).toEqual(['Ben']);
    expect(await pushTo(db, ben, 'window_supported_author')).toMatchObject({
      title: 'Lisbon in May',
      body: 'Chloé likes your dates — gaining traction!',
      data: { tripId, overlay: 'scheduling' },
      thread_id: tripId,
      priority: 'P1',
      lane: 'bulk',
      urgency: 'high',
    });
  });

  test("TR-10 liking one's own dates is no event", async () => {
    const windowId = await insertWindow(db, await insertTrip(db, circleId, ada), ben);
    await settle(db);
    await support(db, windowId, ben);
    const { rows } = await db.owner.query('select count(*)::int as events from notify.events');
    expect(rows).toEqual([{ events: 0 }]);
  });

  test('TR-10 a second supporter within two hours is deduped, after them told again', async () => {
    const windowId = await insertWindow(db, await insertTrip(db, circleId, ada), ben);
    await settle(db);
    await support(db, windowId, chloe);
    await planAll(db);
    await support(db, windowId, dilan);
    await planAll(db);
    expect(await toldOf(db, 'window_supported_author')).toEqual(['Ben']);
    const { rows } = await db.owner.query(
      `select dedupe_key, expires_at > now() + interval '119 minutes' as long, expires_at <= now() + interval '2 hours' as short
       from notify_private.dedupe_keys where dedupe_key like 'window_supported:%'`,
    );
    expect(rows).toEqual([{ dedupe_key: `window_supported:${windowId}:${ben.id}`, long: true, short: true }]);
    await db.owner.query(`update notify_private.dedupe_keys set expires_at = now()`);
    await support(db, windowId, ada);
    await planAll(db);
    expect(await toldOf(db, 'window_supported_author')).toEqual(['Ben', 'Ben']);
  });
});
