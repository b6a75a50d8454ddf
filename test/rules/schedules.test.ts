import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { forget, installPack, makePerson, makeType } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { until } from '../support/until.ts';
import { engineOf } from '../support/worker-context.ts';
import { startWorker } from '../support/worker-process.ts';

let db: TestDatabase;
let type: string;
beforeAll(async () => {
  db = await createDatabase();
  await installPack(db);
  // A pack brings one of its own.
  await db.owner.query('delete from notify.schedules');
  type = await makeType(db, { channels: ['in_app'], expiresAfter: '2 days' });
});
afterEach(async () => {
  await forget(db);
  await db.owner.query('delete from notify.schedules');
});
afterAll(() => db.drop());

/** Named arguments of create_schedule(), as SQL. */
const create = (parameters: Readonly<Record<string, string>>): Promise<string> =>
  db.asWriter(
    async (client) => {
      const { rows } = await client.query<{ id: string }>(
        `select notify.create_schedule(${Object.entries({ type_key: `'${type}'`, ...parameters })
          .map(([name, value]) => `${name} => ${value}`)
          .join(', ')}) as id`,
      );
      return rows[0]?.id as string;
    },
    { commit: true },
  );
const clock = (id: string) =>
  db.owner
    .query('select time_zone, next_at, last_on::text, skipped from notify.schedule_clocks where schedule_id = $1', [id])
    .then(({ rows }) => rows[0]);
/** Sets all clocks to so long ago, as if no worker had looked since. */
const turn = (at: string) =>
  db.owner.query('update notify.schedule_clocks set next_at = $1 where next_at is not null', [at]);
const fire = async () => {
  while (await engineOf(db).fireSchedules());
};
const events = () =>
  db.owner
    .query(
      `select due_at, data ->> 'local_date' as day, data ->> 'time_zone' as zone, data ->> 'user_id' as person from notify.events order by due_at, zone`,
    )
    .then(({ rows }) => rows);

describe('a schedule of one person', () => {
  test('CP-7 follows the clock on the wall: through both changes of it each day once, at that local time', async () => {
    const person = await makePerson(db, { timeZone: 'Europe/Paris', devices: [] });
    await create({ time_of_day: `'02:30'`, user_id: `'${person}'` });
    const { rows } = await db.owner.query<{ local: string; apart: string }>(`
      with recursive firings as (
        select s, notify_private.next_occurrence(s, 'Europe/Paris', '2026-01-01 00:00Z', null) as at, 1 as n from notify.schedules as s
        union all
        select s, notify_private.next_occurrence(s, 'Europe/Paris', at, null), n + 1 from firings where n < 365
      )
      select (at at time zone 'Europe/Paris')::date::text as day, (at at time zone 'Europe/Paris')::time::text as local from firings order by at`);
    expect(new Set(rows.map((row) => (row as unknown as { day: string }).day)).size).toBe(365);
    expect(rows.filter(({ local }) => local !== '02:30:00').map(({ local }) => local)).toEqual(['03:00:00']);
  });

  test('fires once an occurrence, with the day and zone in its data; a second look fires nothing', async () => {
    const person = await makePerson(db, { timeZone: 'America/New_York', devices: [] });
    const id = await create({ time_of_day: `'09:00'`, user_id: `'${person}'`, data: `'{"n": 1}'` });
    const first = await clock(id);
    expect(first).toMatchObject({ time_zone: 'America/New_York', last_on: null, skipped: 0 });
    const before = new Date(first.next_at.getTime() - 24 * 3_600_000).toISOString();
    await turn(before);
    await Promise.all([fire(), fire(), fire()]);
    expect(await events()).toEqual([
      { due_at: new Date(before), day: expect.any(String), zone: 'America/New_York', person },
    ]);
    expect((await clock(id)).next_at).toEqual(first.next_at);
  });

  test('after a time without workers the latest missed one fires, the others are counted; an expired one never', async () => {
    const person = await makePerson(db, { timeZone: 'UTC', devices: [] });
    const id = await create({
      time_of_day: `((now() at time zone 'UTC') - interval '1 hour')::time(0)`,
      user_id: `'${person}'`,
    });
    const { next_at } = await clock(id);
    const daysBefore = (days: number) => new Date(next_at.getTime() - days * 86_400_000);
    await turn(daysBefore(10).toISOString());
    await fire();
    expect((await events()).map(({ due_at }) => due_at)).toEqual([daysBefore(1)]);
    expect(await clock(id)).toMatchObject({ skipped: 9, next_at });

    await db.owner.query(`update notify.notification_types set expires_after = '30 minutes' where key = $1`, [type]);
    await turn(daysBefore(3).toISOString());
    await fire();
    expect(await events()).toHaveLength(1);
    expect(await clock(id)).toMatchObject({ skipped: 12, next_at });
    await db.owner.query(`update notify.notification_types set expires_after = '2 days' where key = $1`, [type]);
  });

  test('CP-8 goes with the person to another time zone, and does not come twice on one local day', async () => {
    const person = await makePerson(db, { timeZone: 'Asia/Tokyo', devices: [] });
    const id = await create({ time_of_day: `'09:00'`, user_id: `'${person}'` });
    const fixed = await create({ time_of_day: `'09:00'`, user_id: `'${person}'`, time_zone: `'Asia/Tokyo'` });
    const kept = await clock(fixed);
    const expected = (after = 'clock_timestamp()') =>
      one(db.owner, `select notify_private.next_local('09:00', null, 'America/Los_Angeles', ${after})`);
    await db.owner.query(`update notify.users set time_zone = 'America/Los_Angeles' where id = $1`, [person]);
    const moved = await clock(id);
    expect(moved).toMatchObject({ time_zone: 'America/Los_Angeles', next_at: await expected() });
    expect(await clock(fixed)).toEqual(kept);
    // It has come already on the local day on which it would come next.
    await db.owner.query(
      `update notify.schedule_clocks set last_on = ($2::timestamptz at time zone 'America/Los_Angeles')::date where schedule_id = $1`,
      [id, moved.next_at],
    );
    await db.owner.query(`update notify.users set time_zone = 'America/Denver' where id = $1`, [person]);
    await db.owner.query(`update notify.users set time_zone = 'America/Los_Angeles' where id = $1`, [person]);
    const again = await clock(id);
    expect(again.next_at.getTime() - moved.next_at.getTime()).toBeGreaterThan(22 * 3_600_000);
  });

  test('keeps to its first and last day, and ends when it is canceled', async () => {
    const person = await makePerson(db, { timeZone: 'Europe/Paris', devices: [] });
    const id = await create({
      time_of_day: `'09:00'`,
      user_id: `'${person}'`,
      starts_on: `'2030-06-03'`,
      ends_on: `'2030-06-12'`,
      weekdays: `'{1,3}'`,
    });
    expect((await clock(id)).next_at).toEqual(new Date('2030-06-03T07:00:00Z'));
    const nextAfter = (instant: string) =>
      one(
        db.owner,
        `select notify_private.next_occurrence(s, 'Europe/Paris', $2, null) from notify.schedules as s where id = $1`,
        [id, instant],
      );
    expect(await nextAfter('2030-06-10 07:00Z')).toEqual(new Date('2030-06-12T07:00:00Z'));
    expect(await nextAfter('2030-06-12 07:00Z')).toBeNull();

    const cancel = () =>
      db.asWriter((client) => one<boolean>(client as never, 'select notify.cancel_schedule($1)', [id]), {
        commit: true,
      });
    expect(await cancel()).toBe(true);
    expect(await cancel()).toBe(false);
    await turn('2026-01-01 00:00Z');
    await fire();
    expect(await events()).toEqual([]);
  });

  test('is seen by its person, and by no other; made by services alone; wrong input names the field', async () => {
    const [own, other] = [await makePerson(db, { devices: [] }), await makePerson(db, { devices: [] })];
    await create({ time_of_day: `'09:00'`, user_id: `'${own}'` });
    await create({ time_of_day: `'09:00'` });
    const seen = (user: string) =>
      db.asUser(user, async (client) => [
        (await client.query('select from notify.schedules')).rowCount,
        (await client.query('select from notify.schedule_clocks')).rowCount,
      ]);
    expect(await seen(own)).toEqual([1, 1]);
    expect(await seen(other)).toEqual([0, 0]);
    await expect(
      db.asUser(own, (client) => client.query(`select notify.create_schedule('${type}', '09:00')`)),
    ).rejects.toThrow('permission denied');
    for (const [field, wrong] of [
      ['type_key', { type_key: `'none'` }],
      ['user_id', { user_id: 'gen_random_uuid()' }],
      ['weekdays', { weekdays: `'{8}'` }],
      ['weekdays', { weekdays: `'{}'` }],
      ['time_zone', { time_zone: `'Mars/Base'` }],
      ['subject_id', { subject_type: `'call'` }],
      ['data', { data: `'[]'` }],
      ['ends_on', { starts_on: `'2030-01-02'`, ends_on: `'2030-01-01'` }],
    ] as const) {
      await expect(create({ time_of_day: `'09:00'`, ...wrong }), field).rejects.toMatchObject({
        code: 'RBINV',
        message: expect.stringMatching(`^${field}: `),
      });
    }
  });
});

describe('a schedule of everybody', () => {
  test('JK-5 is an event for each zone in which somebody lives, at that time by its clock', async () => {
    const zones = ['Pacific/Auckland', 'Europe/Paris', 'America/New_York'];
    for (const timeZone of [...zones, null]) await makePerson(db, { timeZone, devices: [] });
    const id = await create({ time_of_day: `'09:00'`, weekdays: `'{1}'` });
    expect(
      await one(db.owner, 'select count(*)::integer from notify.schedule_clocks where schedule_id = $1', [id]),
    ).toBeGreaterThan(400);
    // Now is the end of a week in which nobody looked, in each zone.
    await db.owner.query(
      `update notify.schedule_clocks set next_at = notify_private.next_local('09:00', '{1}', time_zone, now() - interval '7 days')`,
    );
    await db.owner.query(`update notify.notification_types set expires_after = '8 days' where key = $1`, [type]);
    await fire();
    const lived = await one<string[]>(
      db.owner,
      `select array_agg(distinct coalesce(time_zone, 'UTC')) from notify.users`,
    );
    const fired = await events();
    expect(fired.map(({ zone }) => zone).sort()).toEqual([...lived].sort());
    for (const { due_at, zone, day } of fired) {
      const local = new Date(due_at).toLocaleString('sv-SE', { timeZone: zone });
      expect(local).toBe(`${day} 09:00:00`);
      expect(new Date(`${day}T12:00Z`).getUTCDay()).toBe(1);
    }
    expect(await one(db.owner, 'select count(*)::integer from notify.schedule_clocks where next_at <= now()')).toBe(0);
  });
});

test('CP-1 a schedule is fired by a worker when its time has come, and not before', async () => {
  const person = await makePerson(db, { timeZone: 'UTC', devices: [] });
  const worker = await startWorker({ databaseUrl: db.workerUrl, lane: 'bulk' });
  try {
    await create({
      time_of_day: `(clock_timestamp() at time zone 'UTC' + interval '1.6 seconds')::time`,
      user_id: `'${person}'`,
    });
    await until('it is planned', () =>
      one<boolean>(db.owner, 'select count(*) > 0 from notify.events where planned_at is not null'),
    );
    expect(await one(db.owner, 'select planned_at >= due_at from notify.events')).toBe(true);
  } finally {
    await worker.stop();
  }
});
