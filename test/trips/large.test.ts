import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { explain } from '../support/explain.ts';
import { one } from './world.ts';

const members = 100_000;
let db: TestDatabase;
let eventId: string;

beforeAll(async () => {
  db = await createDatabase();
  // One statement each: what is measured is planning, not the making of the circle.
  await db.owner.query(`insert into notify.users (name) select 'Member ' || i from generate_series(1, $1) as i`, [
    members,
  ]);
  const circleId = await one(db, `insert into trips.circles (name) values ('Everybody') returning id`);
  await db.owner.query('insert into trips.memberships (circle_id, user_id) select $1, id from notify.users', [
    circleId,
  ]);
  await db.owner.query('analyze notify.users, trips.memberships');
  await db.owner.query(
    `insert into trips.trips (circle_id, name, creator_id) select $1, 'Everywhere', min(id::text)::uuid from notify.users`,
    [circleId],
  );
  eventId = await one(db, 'select id from notify.events');
});
afterAll(() => db.drop());

const plan = () =>
  db.worker.query<{ more: boolean }>('select notify_private.plan(array[$1]::uuid[]) as more', [eventId]);

test('a slice is planned at a time, the rest is written down once, by the second, and never lost', async () => {
  // The first of a mass are few, so that somebody hears of it at once.
  expect((await plan()).rows).toEqual([{ more: true }]);
  expect(await one(db, 'select coalesce(sum(cardinality(members)), 0)::text from notify_private.audience_rest')).toBe(
    '480',
  );
  expect((await plan()).rows).toEqual([{ more: true }]);
  expect(await one(db, 'select coalesce(sum(cardinality(members)), 0)::text from notify_private.audience_rest')).toBe(
    String(members - 501),
  );
  expect(await one(db, 'select count(*)::text from notify.decisions')).toBe('500');
});

test('an audience is asked once, by index, and inlined', async () => {
  const nodes = await db.asOwner((client) =>
    explain(
      client,
      `select * from trips_private.trip_created_notify_audience(array[$1]::uuid[]) as a order by a.event_id, a.recipient_id limit 1000`,
      [eventId],
    ),
  );
  expect(nodes.map((node) => node['Node Type'])).not.toContain('Function Scan');
});

test('every member but the creator is decided on exactly once, to the end', async () => {
  while ((await plan()).rows[0]?.more);
  const { rows } = await db.owner.query(
    `select count(*)::int as decisions, count(distinct recipient_id)::int as people from notify.decisions`,
  );
  expect(rows).toEqual([{ decisions: members - 1, people: members - 1 }]);
  expect(await one(db, 'select count(*)::text from notify_private.audience_rest')).toBe('0');
  expect(await one(db, 'select (planned_at is not null and plan_cursor is null)::text from notify.events')).toBe(
    'true',
  );
});
