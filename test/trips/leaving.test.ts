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

describe('TR-15 handing a trip over to somebody who is leaving its circle', () => {
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
      `select (select u.name from notify.users as u where u.id = t.leader_id) || ' ' || m.status
       from trips.trips as t join trips.memberships as m on m.circle_id = t.circle_id where t.id = $1 and m.user_id = $2`,
      [tripId, ben.id],
    );

  test('who was made the leader meanwhile cannot leave', async () => {
    expect(await inTurn(handOver(), leave())).toBe('RBCFL');
    expect(await state()).toBe('Ben active');
  });

  test('who has left meanwhile is not made the leader', async () => {
    expect(await inTurn(leave(), handOver())).toBe('RBNFD');
    expect(await state()).toBe('Ada left');
  });
});
