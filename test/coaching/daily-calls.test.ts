import { describe, expect, test } from 'vitest';
import { one } from '../support/one.ts';
import { coachId, db, eventsOf, minutes } from './calls-world.ts';
import { asService, callOf, makeCall, makeMember } from './world.ts';

describe('CP-7 a daily call follows the wall clock', () => {
  const makeSchedule = async (userId: string, localTime: string) =>
    (
      await asService(
        db,
        `insert into coaching.call_schedules (user_id, coach_id, topic_key, local_time) values ($1, $2, 'mood_check', $3) returning id`,
        [userId, coachId, localTime],
      )
    ).rows[0].id as string;
  const pendingOf = async (scheduleId: string) =>
    (
      await db.owner.query<{ at: Date; day: string; local: string; status: string }>(
        `select c.scheduled_at as at, c.local_day as day, c.status,
                to_char(c.scheduled_at at time zone coalesce(u.time_zone, 'UTC'), 'YYYY-MM-DD HH24:MI') as local
         from coaching.calls as c join notify.users as u on u.id = c.user_id
         where c.schedule_id = $1 and c.status = 'pending' order by c.scheduled_at`,
        [scheduleId],
      )
    ).rows;
  const zone = 'Europe/Paris';
  const localTime = (hours: number, inZone = zone) =>
    one<string>(db.owner, `select to_char((now() + make_interval(hours => $1)) at time zone $2, 'HH24:MI')`, [
      hours,
      inZone,
    ]);

  test('its next call stands at once, at its local time, with its preview', async () => {
    const ada = await makeMember(db, { timeZone: zone });
    const time = await localTime(3);
    const schedule = await makeSchedule(ada.id, time);
    const calls = await pendingOf(schedule);
    expect(calls).toHaveLength(1);
    expect(calls[0]?.local.slice(11)).toBe(time);
    const id = await one<string>(db.owner, 'select id from coaching.calls where schedule_id = $1', [schedule]);
    expect((await eventsOf(id)).map(({ type }) => type)).toEqual(['coaching_preview', 'coaching_call']);
  });

  test('the sweep makes the next ones, each once, also after an outage', async () => {
    const ada = await makeMember(db, { timeZone: zone });
    const schedule = await makeSchedule(ada.id, await localTime(3));
    const sweep = () => db.owner.query('select coaching_private.make_and_close_calls(null, now())');
    await sweep();
    expect(await pendingOf(schedule)).toHaveLength(1);
    // Three days on: yesterday's call is in the past, and nobody made one since.
    await db.owner.query('alter table coaching.calls disable trigger user');
    await db.owner.query(
      `update coaching.calls set scheduled_at = scheduled_at - interval '3 days', local_day = local_day - 3 where schedule_id = $1`,
      [schedule],
    );
    await db.owner.query('alter table coaching.calls enable trigger user');
    await db.owner.query(`update coaching.call_schedules set next_at = next_at - interval '3 days' where id = $1`, [
      schedule,
    ]);
    await Promise.all([sweep(), sweep(), sweep()]);
    const calls = await pendingOf(schedule);
    expect(calls).toHaveLength(1);
    expect(calls[0]?.at.getTime()).toBeGreaterThan(Date.now());
    const { rows } = await db.owner.query(
      'select outcome, outcome_reason from coaching.calls where schedule_id = $1 and status = $2',
      [schedule, 'completed'],
    );
    expect(rows).toEqual([{ outcome: 'failed', outcome_reason: 'not_placed' }]);
  });

  test('across both changes of the clocks it stays at its hour', async () => {
    const { rows } = await db.owner.query<{ local: string; utc: string }>(
      `with recursive day (n, at) as (
         select 1, notify_private.next_local('09:00', null, $1, '2026-10-23 12:00Z')
         union all select n + 1, notify_private.next_local('09:00', null, $1, at) from day where n < 4
       )
       select to_char(at at time zone $1, 'MM-DD HH24:MI') as local, to_char(at at time zone 'UTC', 'HH24:MI') as utc from day`,
      [zone],
    );
    expect(rows).toEqual([
      { local: '10-24 09:00', utc: '07:00' },
      { local: '10-25 09:00', utc: '08:00' },
      { local: '10-26 09:00', utc: '08:00' },
      { local: '10-27 09:00', utc: '08:00' },
    ]);
  });

  test('CP-8 another time zone moves the pending calls of schedules, and no other call', async () => {
    const ada = await makeMember(db, { timeZone: zone });
    const time = await localTime(10);
    const schedule = await makeSchedule(ada.id, time);
    const own = await makeCall(db, ada.id, '10 hours', { coachId });
    const ownBefore = (await callOf(db, own)).scheduled_at;
    const [before] = await pendingOf(schedule);
    await asService(db, `update notify.users set time_zone = 'Atlantic/Azores' where id = $1`, [ada.id]);
    const [after] = await pendingOf(schedule);
    expect(after?.local.slice(11)).toBe(time);
    expect(after?.day).toEqual(before?.day);
    // One hour or two behind Paris, by the season: later by as much, and the preview with it.
    expect(minutes(before?.at as Date, after?.at as Date)).toBe(120);
    const id = await one<string>(
      db.owner,
      `select id from coaching.calls where schedule_id = $1 and status = 'pending' limit 1`,
      [schedule],
    );
    const events = await eventsOf(id);
    expect(events.map(({ type, state }) => [type, state])).toEqual([
      ['coaching_preview', 'waiting'],
      ['coaching_call', 'waiting'],
    ]);
    expect(minutes(events[0]?.dueAt as Date, after?.at as Date)).toBe(5);
    expect((await callOf(db, own)).scheduled_at).toEqual(ownBefore);
  });

  test('CP-8 CP-3 a call of a schedule that was moved by itself stays at its hour, whatever becomes of the zone or of the schedule', async () => {
    // Zones in which it is two o'clock and midnight now, so that all of this lies within a day of theirs.
    const east = await one<number>(
      db.owner,
      `select (x + case when x < -10 then 24 else 0 end)::integer from (select 2 - extract(hour from now() at time zone 'UTC')) as h (x)`,
    );
    const zoneOf = (hours: number) => `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
    const [home, away] = [zoneOf(east), zoneOf(east - 2)];
    const ada = await makeMember(db, { timeZone: home });
    const schedule = await makeSchedule(ada.id, '12:00');
    const call = await one<string>(
      db.owner,
      `select id from coaching.calls where schedule_id = $1 and status = 'pending' order by scheduled_at limit 1`,
      [schedule],
    );
    const shows = (inZone: string) =>
      one<string>(
        db.owner,
        `select to_char(scheduled_at at time zone $2, 'HH24:MI') from coaching.calls where id = $1`,
        [call, inZone],
      );
    const moved = (by: string) =>
      asService(db, 'update coaching.calls set scheduled_at = scheduled_at + $2::interval where id = $1', [call, by]);
    const live = (inZone: string) =>
      asService(db, 'update notify.users set time_zone = $2 where id = $1', [ada.id, inZone]);
    const everyDayAt = (time: string) =>
      asService(db, 'update coaching.call_schedules set local_time = $2 where id = $1', [schedule, time]);
    await moved('90 minutes');
    await live(away);
    expect(await shows(away)).toBe('13:30');
    await everyDayAt('15:00');
    expect(await shows(away)).toBe('13:30');
    await live(home);
    expect(await shows(home)).toBe('13:30');
    expect(await pendingOf(schedule)).toHaveLength(1);
    // Back in its place it is its schedule's again.
    await moved('90 minutes');
    expect(await one(db.owner, 'select moved_day is null from coaching.calls where id = $1', [call])).toBe(true);
    await everyDayAt('16:00');
    expect(await shows(home)).toBe('16:00');
  });

  test('CP-6 that a call has begun is not for a service to say; it moves and cancels', async () => {
    const ada = await makeMember(db);
    const call = await makeCall(db, ada.id, '10 hours', { coachId });
    await expect(
      asService(db, `update coaching.calls set status = 'in_progress' where id = $1`, [call]),
    ).rejects.toMatchObject({
      code: '42501',
    });
    expect(await callOf(db, call)).toMatchObject({ status: 'pending' });
    await asService(db, `update coaching.calls set status = 'canceled' where id = $1`, [call]);
    expect(await callOf(db, call)).toMatchObject({ status: 'canceled' });
  });

  test('CP-8 where the hour has passed in the new zone, the next day stands in its place', async () => {
    const ada = await makeMember(db, { timeZone: 'Pacific/Honolulu' });
    const time = await localTime(2, 'Pacific/Honolulu');
    const schedule = await makeSchedule(ada.id, time);
    const [before] = await pendingOf(schedule);
    await asService(db, `update notify.users set time_zone = 'Asia/Tokyo' where id = $1`, [ada.id]);
    const after = await pendingOf(schedule);
    expect(after.map(({ local }) => local.slice(11))).toEqual(Array(after.length).fill(time));
    expect(after.length).toBeGreaterThan(0);
    expect(after[0]?.at.getTime()).toBeGreaterThan(Date.now());
    expect(after.filter(({ at }) => at.getTime() === before?.at.getTime())).toEqual([]);
  });

  test('a schedule that changes takes its calls along, one that ends cancels them', async () => {
    const ada = await makeMember(db, { timeZone: zone });
    const schedule = await makeSchedule(ada.id, await localTime(5));
    const later = await localTime(6);
    await asService(db, 'update coaching.call_schedules set local_time = $2 where id = $1', [schedule, later]);
    expect((await pendingOf(schedule)).map(({ local }) => local.slice(11))).toEqual([later]);
    await asService(db, `update coaching.call_schedules set topic_key = 'meal_review' where id = $1`, [schedule]);
    const topic = () =>
      one(db.owner, `select topic_key from coaching.calls where schedule_id = $1 and status = 'pending'`, [schedule]);
    expect(await topic()).toBe('meal_review');
    await asService(db, 'update coaching.call_schedules set active = false where id = $1', [schedule]);
    expect(await pendingOf(schedule)).toEqual([]);
    await asService(db, 'update coaching.call_schedules set active = true where id = $1', [schedule]);
    expect((await pendingOf(schedule)).length).toBeLessThanOrEqual(2);
  });

  test('CP-7 a schedule that ends and begins again has its calls again, but not the one its person canceled', async () => {
    const ada = await makeMember(db, { timeZone: zone });
    const schedule = await makeSchedule(ada.id, await localTime(5));
    const before = (await pendingOf(schedule)).map(({ local }) => local);
    const end = (active: boolean) =>
      asService(db, 'update coaching.call_schedules set active = $2 where id = $1', [schedule, active]);
    await end(false);
    await end(true);
    expect((await pendingOf(schedule)).map(({ local }) => local)).toEqual(before);
    await asService(db, `update coaching.calls set status = 'canceled' where schedule_id = $1 and status = 'pending'`, [
      schedule,
    ]);
    await end(false);
    await end(true);
    expect((await pendingOf(schedule)).map(({ local }) => local)).not.toContain(before[0]);
  });

  test('CP-8 there and back within a day: the call that was left out stands again', async () => {
    const ada = await makeMember(db, { timeZone: 'UTC' });
    const schedule = await makeSchedule(
      ada.id,
      await one<string>(db.owner, `select (now() at time zone 'UTC' + interval '1 hour')::time::text`),
    );
    const before = (await pendingOf(schedule))[0]?.at;
    // Three hours on, so that the hour has passed there.
    await asService(db, `update notify.users set time_zone = 'Africa/Nairobi' where id = $1`, [ada.id]);
    await asService(db, `update notify.users set time_zone = 'UTC' where id = $1`, [ada.id]);
    expect((await pendingOf(schedule))[0]?.at).toEqual(before);
  });
});
