import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { planDue } from '../support/engine-pack.ts';
import { one } from '../support/one.ts';
import { senders } from '../support/senders.ts';
import { engineOf } from '../support/worker-context.ts';
import { cancel, coachId, db, eventsOf, minutes, move, previewsOf } from './calls-world.ts';
import { asService, callOf, decisionsOf, makeCall, makeMember } from './world.ts';

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
    const worker = await engine.register('urgent', 'host', 1, [senders.fcm]);
    await db.owner.query(
      `update notify.deliveries set status = 'canceled', reason = 'event_canceled', due_at = null, finished_at = now() where status = 'queued'`,
    );
    const [ada, ben] = [await makeMember(db), await makeMember(db)];
    const kept = await makeCall(db, ada.id, '3 minutes', { coachId });
    const gone = await makeCall(db, ben.id, '3 minutes', { coachId });
    await planDue(db);
    await cancelUnseen(gone);
    const claimed = await engine.claim(randomUUID(), worker, senders.fcm, 'urgent');
    expect(claimed.map(({ data }) => data.callId)).toEqual([kept]);
    const { rows } = await db.owner.query('select status, reason from notify.deliveries where recipient_id = $1', [
      ben.id,
    ]);
    expect(rows).toEqual([{ status: 'canceled', reason: 'not_relevant' }]);
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

  test("W23: a schedule's call counts for the day that it was asked for, though the clocks skipped its time", async () => {
    const ada = await makeMember(db, { streak: 6, timeZone: 'America/Nuuk' });
    const schedule = await one<string>(
      db.owner,
      `insert into coaching.call_schedules (user_id, coach_id, topic_key, local_time) values ($1, $2, 'mood_check', '23:30') returning id`,
      [ada.id, coachId],
    );
    // On the night of 29 March 2025 there was no hour from 23 to 24 there.
    const { rows } = await db.owner.query<{ id: string }>(
      `insert into coaching.calls (user_id, coach_id, topic_key, schedule_id, local_day, scheduled_at)
       values ($1, $2, 'mood_check', $3, '2025-03-29', '2025-03-30T01:00:00Z'), ($1, $2, 'mood_check', $3, '2025-03-30', '2025-03-31T00:30:00Z')
       returning id`,
      [ada.id, coachId, schedule],
    );
    for (const { id } of rows) await answer(id);
    expect((await streakOf(ada.id)).day).toBe(8);
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
