import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, createDatabase, type TestDatabase } from '../support/database.ts';
import { insertTrip, insertWindow, makeCircle, makePeople, makePerson, one, type Person, support } from './world.ts';

let db: TestDatabase;
let ada: Person;
let ben: Person;
let left: Person;
let removed: Person;
let guest: Person;
let member: Person;
let stranger: Person;
let circleId: string;
let tripId: string;
let hostedId: string;
let windowId: string;

beforeAll(async () => {
  db = await createDatabase();
  [ada, ben, left, removed, guest, member, stranger] = await makePeople(db, [
    'Ada',
    'Ben',
    'Left',
    'Removed',
    'Guest',
    'Member',
    'Stranger',
  ]);
  circleId = await makeCircle(db, [ada, ben, left, removed, member]);
  tripId = await insertTrip(db, circleId, ada);
  hostedId = await insertTrip(db, circleId, ada, { type: 'hosted', name: 'Hosted' });
  await db.owner.query(
    `insert into trips.participants (trip_id, user_id, status) values
       ($1, $4, 'removed'), ($2, $3, 'active'), ($2, $5, 'active'), ($2, $4, 'removed')`,
    [tripId, hostedId, ada.id, removed.id, guest.id],
  );
  windowId = await insertWindow(db, tripId, ada);
  await support(db, windowId, ben);
  await insertWindow(db, hostedId, ada);
  await db.owner.query(`update trips.memberships set status = 'left' where user_id = $1`, [left.id]);
});
afterAll(() => db.drop());

const tables = ['circles', 'memberships', 'trips', 'participants', 'date_windows', 'date_window_supports'] as const;

async function countAll(client: Client): Promise<number[]> {
  const counts: number[] = [];
  for (const table of tables) {
    const { rows } = await client.query<{ count: number }>(`select count(*)::int from trips.${table}`);
    counts.push(rows[0]?.count ?? -1);
  }
  return counts;
}

describe('row-level security', () => {
  // In the order of `tables`. The owner's line is what there is to see.
  test('what there is', async () => expect(await db.asOwner(countAll)).toEqual([1, 5, 2, 4, 2, 1]));
  test('operators see all of it', async () => expect(await db.asOperator(countAll)).toEqual([1, 5, 2, 4, 2, 1]));
  test('services see all of it', async () => expect(await db.asWriter(countAll)).toEqual([1, 5, 2, 4, 2, 1]));
  test('a traveler of both trips sees both', async () =>
    expect(await db.asUser(ada.id, countAll)).toEqual([1, 5, 2, 4, 2, 1]));
  test('a member sees the inside of the collaborative trip, and of the hosted one that it exists', async () =>
    expect(await db.asUser(ben.id, countAll)).toEqual([1, 5, 2, 1, 1, 1]));
  test('a guest sees the hosted trip and nothing of the circle', async () =>
    expect(await db.asUser(guest.id, countAll)).toEqual([0, 0, 1, 3, 1, 0]));
  test('TR-G10 who left the circle sees nothing', async () =>
    expect(await db.asUser(left.id, countAll)).toEqual([0, 0, 0, 0, 0, 0]));
  test('TR-G10 who was removed from the trips sees the circle only', async () =>
    expect(await db.asUser(removed.id, countAll)).toEqual([1, 5, 0, 0, 0, 0]));
  test('a stranger sees nothing', async () =>
    expect(await db.asUser(stranger.id, countAll)).toEqual([0, 0, 0, 0, 0, 0]));
  test('a user without an id sees nothing', async () =>
    expect(await db.asUser('', countAll)).toEqual([0, 0, 0, 0, 0, 0]));

  test.each(tables)('anonymous and analysts have no way to %s', async (table) => {
    await expect(db.asAnonymous((client) => client.query(`select from trips.${table}`))).rejects.toThrow(
      /permission denied/,
    );
    await expect(db.asAnalyst((client) => client.query(`select from trips.${table}`))).rejects.toThrow(
      /permission denied/,
    );
  });

  test.each(tables)('people and operators write %s by functions only', async (table) => {
    for (const as of [(work: (client: Client) => Promise<unknown>) => db.asUser(ada.id, work), db.asOperator]) {
      await expect(as((client) => client.query(`delete from trips.${table}`))).rejects.toThrow(/permission denied/);
      await expect(as((client) => client.query(`insert into trips.${table} default values`))).rejects.toThrow(
        /permission denied/,
      );
      await expect(as((client) => client.query(`update trips.${table} set created_at = now()`))).rejects.toThrow();
    }
  });

  test('services cannot take the claim to the first dates, nor read the engine', async () => {
    await expect(db.asWriter((client) => client.query('update trips.trips set first_dates_at = null'))).rejects.toThrow(
      /permission denied/,
    );
    await expect(db.asWriter((client) => client.query('select from trips_private.active_travelers'))).rejects.toThrow(
      /permission denied/,
    );
    await expect(
      db.asUser(ada.id, (client) => client.query(`select * from trips_private.travelers_but_actor_audience('{}')`)),
    ).rejects.toThrow(/permission denied/);
  });

  test("names: of whom one travels with, and of one's circle", async () => {
    const namesOf = async (person: Person, view: string) => {
      const { rows } = await db.asUser(person.id, (client) =>
        client.query<{ name: string }>(`select distinct name from trips.${view} order by name`),
      );
      return rows.map((row) => row.name);
    };
    expect(await namesOf(ben, 'travelers')).toEqual(['Ada', 'Ben', 'Member']);
    expect(await namesOf(guest, 'travelers')).toEqual(['Ada', 'Guest']);
    expect(await namesOf(removed, 'travelers')).toEqual([]);
    expect(await namesOf(left, 'travelers')).toEqual([]);
    expect(await namesOf(ben, 'members')).toEqual(['Ada', 'Ben', 'Member', 'Removed']);
    expect(await namesOf(guest, 'members')).toEqual([]);
    await expect(db.asAnonymous((client) => client.query('select from trips.travelers'))).rejects.toThrow(
      /permission denied/,
    );
  });

  test("a condition of the caller's does not run on rows they may not see", async () => {
    await expect(
      db.asUser(stranger.id, (client) =>
        client.query('select from trips.travelers where 1 / length(name) > 0 and name::int > 0'),
      ),
    ).resolves.toMatchObject({ rowCount: 0 });
  });
});

describe('state invariants', () => {
  const change = (set: string) =>
    db.asWriter((client) => client.query(`update trips.trips set ${set} where id = $1`, [tripId]));

  test.each([
    [`status = 'locked'`, 'trips_locked_dates_where_locked'],
    [`locked_start_on = '2027-01-01', locked_end_on = '2027-01-02'`, 'trips_no_locked_dates_before'],
    [`status = 'locked', locked_start_on = '2027-01-01'`, 'trips_locked_dates_are_whole'],
    [
      `status = 'locked', locked_start_on = '2027-01-02', locked_end_on = '2027-01-01'`,
      'trips_locked_dates_are_in_order',
    ],
    [`canceled_by = creator_id`, 'trips_canceled_by_only_where_canceled'],
    [`status = 'gone'`, 'trips_status_is_known'],
    [`name = ' '`, 'trips_name_is_readable'],
  ])('%s breaks %s', async (set, constraint) => {
    await expect(change(set)).rejects.toMatchObject({ constraint });
  });

  test('the ways through its life that hold', async () => {
    await change(`status = 'proposed'`);
    await change(`status = 'locked', locked_start_on = '2027-01-01', locked_end_on = '2027-01-01'`);
    await change(`status = 'completed', locked_start_on = '2027-01-01', locked_end_on = '2027-01-02'`);
    await change(
      `status = 'canceled', locked_start_on = '2027-01-01', locked_end_on = '2027-01-02', canceled_by = creator_id`,
    );
  });
});

test("policies are asked once a query: thousands of trips of others do not slow one's own", async () => {
  await db.owner.query(
    `with other as (insert into trips.circles (name) select 'Other ' || i from generate_series(1, 3000) as i returning id)
     insert into trips.trips (circle_id, name) select id, 'Theirs' from other`,
  );
  await db.owner.query('analyze trips.trips, trips.circles, trips.memberships, trips.participants');
  const outsider = await makePerson(db, 'Outsider');
  const plan = await db.asUser(outsider.id, async (client) => {
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      'explain (analyze, costs off, timing off) select * from trips.trips',
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
  expect(plan).toMatch(/Index Scan using trips_pkey on trips|Bitmap Heap Scan on trips/);
  expect(plan).toMatch(/InitPlan 1/);
  expect(plan).not.toMatch(/SubPlan|Seq Scan on trips/);
  expect(await one(db, `select count(*)::text from trips.trips`)).toBe('3002');
});
