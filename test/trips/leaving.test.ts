import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { insertTrip, makeCircle, makePeople, one, type Person, planAll, settle, toldOf } from './world.ts';

let db: TestDatabase;
let ada: Person;
let ben: Person;
let chloe: Person;
let circleId: string;
let tripId: string;

beforeAll(async () => {
  db = await createDatabase();
  await db.owner.query(`update notify.notification_types set enabled = true where key = 'traveler_left'`);
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
const becomes = (status: string) =>
  db.owner.query(
    `update trips.trips set status = $2, locked_start_on = case when $2 in ('locked', 'completed') then current_date - 5 end,
       locked_end_on = case when $2 in ('locked', 'completed') then current_date - 1 end where id = $1`,
    [tripId, status],
  );
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code: string }) => error.code,
  );

describe('TR-20 the leader hears of who left a trip that is still to be', () => {
  test.each([
    ['scheduling', ['Ada']],
    ['canceled', []],
    ['completed', []],
  ])('%s: by a row of theirs', async (status, told) => {
    await becomes(status);
    await settle(db);
    await service(`insert into trips.participants (trip_id, user_id) values ($1, $2)`, tripId, ben.id);
    await service(`update trips.participants set status = 'left' where trip_id = $1 and user_id = $2`, tripId, ben.id);
    await service(
      `insert into trips.participants (trip_id, user_id, status) values ($1, $2, 'left')`,
      tripId,
      chloe.id,
    );
    await planAll(db);
    expect([...new Set(await toldOf(db, 'traveler_left'))]).toEqual(told);
  });

  test.each([
    ['locked', ['Ada']],
    ['completed', []],
  ])('%s: by leaving the circle', async (status, told) => {
    await becomes(status);
    await settle(db);
    await service(
      `update trips.memberships set status = 'left' where circle_id = $1 and user_id = $2`,
      circleId,
      ben.id,
    );
    await planAll(db);
    expect(await toldOf(db, 'traveler_left')).toEqual(told);
  });
});

describe('SE-5 who leaves a circle', () => {
  let hosted: string;
  let own: string;
  beforeEach(async () => {
    hosted = await insertTrip(db, circleId, ada, { type: 'hosted' });
    own = await insertTrip(db, circleId, ben, { type: 'hosted' });
    for (const trip of [hosted, own])
      for (const { id } of [ada, ben, chloe])
        await service('insert into trips.participants (trip_id, user_id) values ($1, $2)', trip, id);
    await settle(db);
  });
  const rowsOf = (person: Person) =>
    one(
      db,
      `select string_agg(case p.trip_id when $2 then 'hosted' else 'own' end || ' ' || p.status, ', ' order by p.trip_id)
       from trips.participants as p where p.user_id = $1 and p.trip_id in ($2, $3)`,
      [person.id, hosted, own],
    );

  test.each([
    [
      'by the mutation',
      () => db.asUser(ben.id, (client) => client.query('select trips.leave_circle($1)', [circleId]), { commit: true }),
    ],
    [
      'by a service',
      () =>
        service(`update trips.memberships set status = 'left' where circle_id = $1 and user_id = $2`, circleId, ben.id),
    ],
  ])('%s leaves its hosted trips, but for their own, and hears no P0 of them', async (_way, leaveIt) => {
    await leaveIt();
    expect(await rowsOf(ben)).toBe('hosted left, own active');
    expect(await rowsOf(chloe)).toBe('hosted active, own active');
    await planAll(db);
    // Of the collaborative one and of the hosted one.
    expect(await toldOf(db, 'traveler_left')).toEqual(['Ada', 'Ada']);
    for (const trip of [hosted, own]) await service(`update trips.trips set status = 'canceled' where id = $1`, trip);
    await planAll(db);
    expect(await toldOf(db, 'trip_canceled')).toEqual(['Ada', 'Ada', 'Ben', 'Chloé', 'Chloé']);
  });

  test('stays on the trips of their other circles', async () => {
    const other = await makeCircle(db, [ada, ben]);
    const elsewhere = await insertTrip(db, other, ada, { type: 'hosted' });
    await service('insert into trips.participants (trip_id, user_id) values ($1, $2)', elsewhere, ben.id);
    await db.asUser(ben.id, (client) => client.query('select trips.leave_circle($1)', [circleId]), { commit: true });
    expect(
      await one(db, 'select status from trips.participants where trip_id = $1 and user_id = $2', [elsewhere, ben.id]),
    ).toBe('active');
  });

  test('asks no more to come along', async () => {
    const third = await insertTrip(db, circleId, ada, { type: 'hosted' });
    await db.asUser(ben.id, (client) => client.query('select trips.request_to_join($1)', [third]), { commit: true });
    const asked = await one(db, 'select id from trips.join_requests where trip_id = $1', [third]);
    await db.asUser(ben.id, (client) => client.query('select trips.leave_circle($1)', [circleId]), { commit: true });
    expect(
      await codeOf(
        db.asUser(ada.id, async (client) => {
          await client.query('select trips.add_participant($1, $2)', [third, ada.id]);
          return client.query('select trips.approve_join_request($1)', [asked]);
        }),
      ),
    ).toBe('RBNFD');
  });
});

describe.each(['collaborative', 'hosted'])(
  'TR-15 handing a %s trip over to somebody who is leaving its circle',
  (type) => {
    beforeEach(async () => {
      tripId = await insertTrip(db, circleId, ada, { type });
      if (type === 'hosted')
        for (const { id } of [ada, ben])
          await service('insert into trips.participants (trip_id, user_id) values ($1, $2)', tripId, id);
    });
    /** The second call begins while the first is not committed, and has to wait for it. */
    async function inTurn(
      [first, sql, values]: readonly [Person, string, readonly unknown[]],
      [second, thenSql, thenValues]: readonly [Person, string, readonly unknown[]],
    ): Promise<string> {
      const [waiting] = await db.asUser(
        first.id,
        async (client) => {
          await client.query(sql, [...values]);
          const waiting = codeOf(
            db.asUser(second.id, (other) => other.query(thenSql, [...thenValues]), { commit: true }),
          );
          const pid = (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
          await until('the other waits', () =>
            one(
              db,
              'select exists (select from pg_locks as l where not l.granted and $1 = any (pg_blocking_pids(l.pid)))',
              [pid],
            ).then(Boolean),
          );
          return [waiting] as const;
        },
        { commit: true },
      );
      return waiting;
    }
    const handOver = () => [ada, 'select trips.transfer_leadership($1, $2)', [tripId, ben.id]] as const;
    const leave = () => [ben, 'select trips.leave_circle($1)', [circleId]] as const;
    const state = () =>
      one(
        db,
        `select (select u.name from notify.users as u where u.id = t.leader_id) || ' ' || coalesce(p.status, m.status)
       from trips.trips as t join trips.memberships as m on m.circle_id = t.circle_id
       left join trips.participants as p on p.trip_id = t.id and p.user_id = m.user_id where t.id = $1 and m.user_id = $2`,
        [tripId, ben.id],
      );

    test('who was made the leader meanwhile cannot leave it', async () => {
      expect(await inTurn(handOver(), leave())).toBe(type === 'hosted' ? 'done' : 'RBCFL');
      expect(await state()).toBe('Ben active');
    });

    test('who has left meanwhile is not made the leader', async () => {
      expect(await inTurn(leave(), handOver())).toBe('RBNFD');
      expect(await state()).toBe('Ada left');
    });
  },
);
