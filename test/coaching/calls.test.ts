import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { planDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { engineOf } from '../support/worker-context.ts';
import { asService, callOf, decisionsOf, makeCall, makeCoach, makeMember } from './world.ts';

let db: TestDatabase;
let coachId: string;
beforeAll(async () => {
  db = await createDatabase();
  coachId = await makeCoach(db);
});
afterAll(() => db.drop());

type Event = { readonly type: string; readonly dueAt: Date; readonly state: 'waiting' | 'planned' | 'canceled' };
/** The scheduled works of a call, oldest first. */
async function eventsOf(callId: string): Promise<Event[]> {
  const { rows } = await db.owner.query<Event>(
    `select type_key as type, due_at as "dueAt",
            case when canceled_at is not null then 'canceled' when planned_at is not null then 'planned' else 'waiting' end as state
     from notify.events where subject_id = $1 order by id`,
    [callId],
  );
  return rows;
}
const minutes = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 60_000;
const move = (callId: string, after: string) =>
  asService(db, 'update coaching.calls set scheduled_at = now() + $2::interval where id = $1', [callId, after]);
const cancel = (callId: string) =>
  asService(db, `update coaching.calls set status = 'canceled' where id = $1`, [callId]);
const previewsOf = async (userId: string) =>
  (
    await db.owner.query<{ title: string }>(
      `select title from notify.notifications where recipient_id = $1 and type_key = 'coaching_preview' order by id`,
      [userId],
    )
  ).rows.map(({ title }) => title);

describe('CP-1 a call has two scheduled works', () => {
  test.each([
    [5, undefined],
    [1, 1],
    [60, 60],
  ])('the preview %i minutes before, the call at T', async (expected, leadMinutes) => {
    const ada = await makeMember(db, leadMinutes === undefined ? {} : { leadMinutes });
    const call = await makeCall(db, ada.id, '2 hours', { coachId });
    const events = await eventsOf(call);
    expect(events.map(({ type, state }) => [type, state])).toEqual([
      ['coaching_preview', 'waiting'],
      ['coaching_call', 'waiting'],
    ]);
    const { scheduled_at: at } = await callOf(db, call);
    expect(events[1]?.dueAt).toEqual(at);
    expect(minutes(events[0]?.dueAt as Date, at)).toBe(expected);
  });

  test('somebody who is no member has the default', async () => {
    const id = await one<string>(db.owner, `insert into notify.users (name) values ('Ben') returning id`);
    const call = await makeCall(db, id, '2 hours', { coachId });
    const [preview] = await eventsOf(call);
    expect(minutes(preview?.dueAt as Date, (await callOf(db, call)).scheduled_at)).toBe(5);
  });

  test('another lead time moves the previews that are still to come, and no other', async () => {
    const ada = await makeMember(db);
    const [far, near] = [
      await makeCall(db, ada.id, '2 hours', { coachId }),
      await makeCall(db, ada.id, '4 minutes', { coachId }),
    ];
    const before = await eventsOf(near);
    await asService(db, 'update coaching.members set lead_minutes = 30 where user_id = $1', [ada.id]);
    const [preview] = await eventsOf(far);
    expect(minutes(preview?.dueAt as Date, (await callOf(db, far)).scheduled_at)).toBe(30);
    expect(await eventsOf(far)).toHaveLength(2);
    expect(await eventsOf(near)).toEqual(before);
  });

  test('one statement of many calls is as good', async () => {
    const ada = await makeMember(db);
    await asService(
      db,
      `insert into coaching.calls (user_id, coach_id, topic_key, scheduled_at)
       select $1, $2, 'mood_check', now() + interval '1 hour' * n from generate_series(1, 50) as n`,
      [ada.id, coachId],
    );
    const count =
      'select count(*)::integer from notify.events as e join coaching.calls as c on c.id = e.subject_id where c.user_id = $1';
    expect(await one(db.owner, count, [ada.id])).toBe(100);
    await asService(db, `update coaching.calls set scheduled_at = scheduled_at + interval '1 day' where user_id = $1`, [
      ada.id,
    ]);
    expect(await one(db.owner, count, [ada.id])).toBe(100);
    const wrong = await one<number>(
      db.owner,
      `select count(*)::integer from notify.events as e join coaching.calls as c on c.id = e.subject_id
       where c.user_id = $1 and e.due_at <> case e.type_key when 'coaching_call' then c.scheduled_at else c.scheduled_at - interval '5 minutes' end`,
      [ada.id],
    );
    expect(wrong).toBe(0);
  });
});

describe('CP-3 a call that moves', () => {
  test('takes both with it: the same events, at another time', async () => {
    const ada = await makeMember(db);
    const call = await makeCall(db, ada.id, '2 hours', { coachId });
    await move(call, '3 hours');
    const events = await eventsOf(call);
    const { scheduled_at: at } = await callOf(db, call);
    expect(events.map(({ type, state }) => [type, state])).toEqual([
      ['coaching_preview', 'waiting'],
      ['coaching_call', 'waiting'],
    ]);
    expect([minutes(events[0]?.dueAt as Date, at), minutes(events[1]?.dueAt as Date, at)]).toEqual([5, 0]);
  });

  test('the old preview never fires; one already planned is not relevant any more, the new time has its own', async () => {
    const ada = await makeMember(db);
    const call = await makeCall(db, ada.id, '3 minutes', { coachId });
    await planDue(db);
    expect(await previewsOf(ada.id)).toEqual(['Coach Max is calling in 3 min! 💪']);
    await move(call, '30 minutes');
    expect((await eventsOf(call)).map(({ type, state }) => `${type} ${state}`)).toEqual([
      'coaching_preview canceled',
      'coaching_call waiting',
      'coaching_preview waiting',
    ]);
    const { rows: left } = await db.owner.query(
      'select distinct status, reason from notify.deliveries where recipient_id = $1',
      [ada.id],
    );
    expect(left).toEqual([{ status: 'canceled', reason: 'event_canceled' }]);
    const old = await one<string>(
      db.owner,
      `select id from notify.events where subject_id = $1 and canceled_at is not null`,
      [call],
    );
    const isRelevant = (event: string) =>
      one<boolean>(db.owner, 'select coaching_private.preview_is_relevant($1, $2)', [event, ada.id]);
    expect(await isRelevant(old)).toBe(false);
    const next = await one<string>(
      db.owner,
      `select id from notify.events where subject_id = $1 and type_key = 'coaching_preview' and planned_at is null`,
      [call],
    );
    expect(await isRelevant(next)).toBe(true);
  });

  test('back and forth leaves one of each', async () => {
    const ada = await makeMember(db);
    const call = await makeCall(db, ada.id, '2 hours', { coachId });
    for (const after of ['3 hours', '20 seconds', '4 hours']) await move(call, after);
    expect(
      (await eventsOf(call))
        .filter(({ state }) => state === 'waiting')
        .map(({ type }) => type)
        .sort(),
    ).toEqual(['coaching_call', 'coaching_preview']);
  });

  test('one that is over cannot be moved, canceled or revived', async () => {
    const ada = await makeMember(db);
    const call = await makeCall(db, ada.id, '2 hours', { coachId });
    await cancel(call);
    await expect(move(call, '3 hours')).rejects.toMatchObject({ code: 'RBCFL' });
    await expect(
      asService(db, `update coaching.calls set status = 'pending' where id = $1`, [call]),
    ).rejects.toMatchObject({ code: 'RBCFL' });
    const begun = await makeCall(db, ada.id, '2 hours', { coachId });
    await db.owner.query(`update coaching.calls set status = 'in_progress' where id = $1`, [begun]);
    await expect(cancel(begun)).rejects.toMatchObject({ code: 'RBCFL' });
  });
});

test('CP-24 a preview ends with the beginning of its call, also at the provider and for a phone that is off', async () => {
  const endsAt = (call: string) =>
    one<Date>(
      db.owner,
      `select due_at + expires_after from notify.events where subject_id = $1 and type_key = 'coaching_preview' and canceled_at is null`,
      [call],
    );
  const ada = await makeMember(db, { leadMinutes: 30 });
  const call = await makeCall(db, ada.id, '2 hours', { coachId });
  expect(await endsAt(call)).toEqual((await callOf(db, call)).scheduled_at);
  await asService(db, 'update coaching.members set lead_minutes = 10 where user_id = $1', [ada.id]);
  expect(await endsAt(call)).toEqual((await callOf(db, call)).scheduled_at);
  await move(call, '4 minutes');
  expect(await endsAt(call)).toEqual((await callOf(db, call)).scheduled_at);
  await planDue(db);
  const { rows } = await db.owner.query<{ expires_at: Date }>(
    'select expires_at from notify.deliveries where recipient_id = $1',
    [ada.id],
  );
  expect(rows.map((row) => row.expires_at)).toEqual([(await callOf(db, call)).scheduled_at]);
});

test('CP-4 canceling the call cancels both', async () => {
  const ada = await makeMember(db);
  const call = await makeCall(db, ada.id, '2 hours', { coachId });
  const other = await makeCall(db, ada.id, '2 hours', { coachId });
  await cancel(call);
  expect((await eventsOf(call)).map(({ state }) => state)).toEqual(['canceled', 'canceled']);
  expect((await eventsOf(other)).map(({ state }) => state)).toEqual(['waiting', 'waiting']);
});

describe('CP-5 a preview whose call is no longer pending sends nothing', () => {
  /** Behind the triggers' back, as if between the engine's look and its word. */
  async function cancelUnseen(callId: string): Promise<void> {
    await db.owner.query('alter table coaching.calls disable trigger user');
    await db.owner.query(`update coaching.calls set status = 'canceled' where id = $1`, [callId]);
    await db.owner.query('alter table coaching.calls enable trigger user');
  }

  test('asked when it is planned', async () => {
    const ada = await makeMember(db);
    const kept = await makeCall(db, ada.id, '3 minutes', { coachId });
    const gone = await makeCall(db, ada.id, '3 minutes', { coachId });
    await cancelUnseen(gone);
    await planDue(db);
    expect(await decisionsOf(db, gone)).toEqual([
      'push: still_relevant/not_relevant',
      'sms: still_relevant/not_relevant',
    ]);
    expect((await decisionsOf(db, kept))[0]).toBe('push: send');
  });

  test('asked again in the statement that takes it for sending', async () => {
    const engine = engineOf(db);
    const worker = await engine.register('urgent', 'host', 1, ['fcm']);
    await db.owner.query(
      `update notify.deliveries set status = 'canceled', reason = 'event_canceled', finished_at = now() where status = 'queued'`,
    );
    const [ada, ben] = [await makeMember(db), await makeMember(db)];
    const kept = await makeCall(db, ada.id, '3 minutes', { coachId });
    const gone = await makeCall(db, ben.id, '3 minutes', { coachId });
    await planDue(db);
    await cancelUnseen(gone);
    const claimed = await engine.claim(randomUUID(), worker, 'fcm', 'urgent');
    expect(claimed.map(({ data }) => data.callId)).toEqual([kept]);
    const { rows } = await db.owner.query('select status, reason from notify.deliveries where recipient_id = $1', [
      ben.id,
    ]);
    expect(rows).toEqual([{ status: 'canceled', reason: 'not_relevant' }]);
  });
});

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
    const sweep = () => db.owner.query('select coaching_private.keep_calls(null, now())');
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

describe('CP-9 a call made or moved to less than its lead time away', () => {
  test.each([
    ['4 minutes 10 seconds', 4],
    ['2 minutes 50 seconds', 3],
    ['65 seconds', 1],
  ])('%s: its preview is due at once and says %i minutes', async (after, said) => {
    const ada = await makeMember(db);
    const call = await makeCall(db, ada.id, after, { coachId });
    const [preview] = await eventsOf(call);
    expect(preview?.dueAt.getTime()).toBeLessThanOrEqual(Date.now());
    await planDue(db);
    expect(await previewsOf(ada.id)).toEqual([`Coach Max is calling in ${said} min! 💪`]);
  });

  test('less than 60 s: none, which is recorded; the call stands', async () => {
    const ada = await makeMember(db);
    const call = await makeCall(db, ada.id, '59 seconds', { coachId });
    expect((await eventsOf(call)).map(({ type }) => type)).toEqual(['coaching_call']);
    expect(await callOf(db, call)).toMatchObject({
      preview_due_at: null,
      preview_skipped: 'too_late',
      status: 'pending',
    });
    await move(call, '2 hours');
    expect((await eventsOf(call)).map(({ type }) => type).sort()).toEqual(['coaching_call', 'coaching_preview']);
    expect(await callOf(db, call)).toMatchObject({ preview_skipped: null });
    await move(call, '30 seconds');
    expect((await eventsOf(call)).filter(({ state }) => state === 'canceled').map(({ type }) => type)).toEqual([
      'coaching_preview',
    ]);
  });
});

describe('the streak', () => {
  const answer = (call: string) =>
    db.owner.query(`update coaching.calls set status = 'completed', outcome = 'answered' where id = $1`, [call]);
  const streakOf = async (userId: string) =>
    (await db.owner.query('select day, last_answered_on from coaching.streaks where user_id = $1', [userId])).rows[0];

  test('an answered call moves it on, once a day', async () => {
    const ada = await makeMember(db, { streak: 6 });
    for (let n = 0; n < 2; n++) await answer(await makeCall(db, ada.id, '1 second', { coachId }));
    expect((await streakOf(ada.id)).day).toBe(7);
    const other = await makeMember(db);
    await answer(await makeCall(db, other.id, '1 second', { coachId }));
    expect((await streakOf(other.id)).day).toBe(2);
  });

  test('a missed day sets it back, and voicemail is no answer', async () => {
    const ada = await makeMember(db, { streak: 6 });
    await db.owner.query(`update coaching.streaks set last_answered_on = current_date - 2 where user_id = $1`, [
      ada.id,
    ]);
    const call = await makeCall(db, ada.id, '3 minutes', { coachId });
    await planDue(db);
    const body = await one<string>(
      db.owner,
      `select body from notify.notifications where recipient_id = $1 and type_key = 'coaching_preview'`,
      [ada.id],
    );
    expect(body).toBe('Day 1: mood & energy check.');
    await db.owner.query(`update coaching.calls set status = 'completed', outcome = 'voicemail' where id = $1`, [call]);
    expect((await streakOf(ada.id)).day).toBe(6);
  });
});
